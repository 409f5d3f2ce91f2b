"""The type `docker`, against a real daemon."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.services.docker import IMAGE, Docker, docker_or_skip
from tests.waiting import until
from wfe_core import WorkflowBuilder
from wfe_core.errors import OutputError, StepError, StepTimeoutError
from wfe_host.testing.engine import WfeEngine
from wfe_yaml import YamlError
from wfe_yaml.executors import ProcessFailedError, bodies, docker
from wfe_yaml.executors.supervised import SupervisedProcesses
from wfe_yaml.executors.types.docker import DockerExecutor
from wfe_yaml.loader import local_tools
from wfe_yaml.testing import ExecutorConformance, RunningStep, run_step

pytestmark = [pytest.mark.docker, pytest.mark.signals]


@pytest.fixture(scope="module", autouse=True)
def engine() -> Iterator[Docker]:
    """The daemon, as the environment names it."""
    found = docker_or_skip()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", found.host)
        patch.delenv("DOCKER_CONTEXT", raising=False)
        yield found


def step(config: Mapping[str, Any], **others: Any) -> RunningStep:
    """A step in a container of the tests' image."""
    return RunningStep({"image": IMAGE, **config}, kind="docker", **others)


async def told(config: Mapping[str, Any], **others: Any) -> list[str]:
    """Run a step and give what it wrote to stdout."""
    running = step(config, **others)
    await running.run()
    return running.lines.text("stdout").splitlines()


class TestLaws(ExecutorConformance):
    """`docker` keeps the laws of all types."""

    executor = DockerExecutor
    good = (
        {"image": IMAGE, "command": ["true"]},
        {"image": IMAGE, "run": 'echo a=1 >> "$WFE_OUTPUT"', "network": "none", "user": "1234", "cpus": 0.5},
    )
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "image": {"command": ["true"]},
        "expected an image such as": {"image": "--privileged"},
        "a whole path in the container": {"image": IMAGE, "working_dir": "src"},
        "a finite number": {"image": IMAGE, "cpus": float("inf")},
        "two of them are at '/x'": {"image": IMAGE, "volumes": ["a:/x", "b:/y/../x"]},
        "no option 'roo': did you mean 'ro'?": {"image": IMAGE, "volumes": ["./a:/x:roo"]},
        "belongs to wfe: choose": {"image": IMAGE, "volumes": ["./a:/.wfe/x"]},
        "not at /": {"image": IMAGE, "volumes": ["./a:/x/.."]},
        "'run' and 'command' exclude each other": {"image": IMAGE, "run": "true", "command": ["true"]},
        "'detached' and 'stdin'": {"image": IMAGE, "detached": True, "stdin": "x"},
        "expected a volume such as": {"image": IMAGE, "volumes": ["data"]},
        "a size such as": {"image": IMAGE, "memory": "much"},
        "greater than 0": {"image": IMAGE, "cpus": 0},
        "missing": {"image": IMAGE, "pull": "sometimes"},
        "cannot stand in 'engine'": {"image": IMAGE, "engine": "$<< 'docker' >>"},
        "could become code": {"image": IMAGE, "run": "#!/bin/awk -f\n$<< 1 >>"},
        "belongs to wfe": {"image": IMAGE, "env": {"WFE_X": "1"}},
    }
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "exit code 7": {"image": IMAGE, "run": "exit 7"},
        "cannot be run in the container: no-such-program": {"image": IMAGE, "command": ["no-such-program"]},
        "cannot be started: embedded null byte": {"image": IMAGE, "command": ["echo", "a\0b"]},
        "No command specified": {"image": IMAGE},
        "Minimum memory limit": {"image": IMAGE, "command": ["true"], "memory": "1m"},
        "the image 'no-such-image:1' cannot be had": {"image": "no-such-image:1", "pull": "never"},
        "is not there": {"image": IMAGE, "volumes": ["./no-such-folder:/x"]},
    }
    endless: ClassVar[Mapping[str, Any] | None] = {"image": IMAGE, "run": "echo begun; sleep 600"}
    secret: ClassVar[Mapping[str, Any] | None] = {
        "image": IMAGE,
        "run": 'echo "$T"; echo "$T" >&2; echo "a=$T" >> "$WFE_OUTPUT"',
        "env": {"T": "$<< secrets.TOKEN >>"},
    }


# ---------------------------------------------------------------- what runs in it


@pytest.mark.parametrize("code", [0, 1, 125, 126, 127, 143, 255])
async def test_exit_codes_are_those_of_the_program(engine: Docker, code: int) -> None:
    """The exit code of the program is that of the step, also those that engines use; nothing is left."""
    running = step({"run": f"echo 'Error: mine' >&2; exit {code}"})
    if code:
        with pytest.raises(ProcessFailedError) as caught:
            await running.run()
        assert caught.value.exit_code == code
        assert "mine" not in str(caught.value)
    else:
        await running.run()
    assert engine.containers(f"wfe.run={running.ctx.instance_id}") == []


async def test_each_element_of_a_command_stays_one_argument() -> None:
    """Values of expressions are arguments, never words of a shell nor flags of the engine."""
    value = "a b; $(touch PWNED) `x` 'y' \"z\" --privileged"
    command = ["printf", "<%s>\n", "$<< inputs.a >>", "--network", "$<< inputs.a >>"]
    assert await told({"command": command}, inputs={"a": value}) == [
        f"<{value}>",
        "<--network>",
        f"<{value}>",
    ]


async def test_values_in_a_script_are_no_code() -> None:
    """Wherever an expression stands in a script its value is a value; a long one travels by a file."""
    value, long = "$(touch /PWNED); \"x\" 'y'", "é" * 200_000
    script = (
        "echo $<< inputs.a >>\necho \"<$<< inputs.a >>>\" '$<< inputs.a >>'\n"
        'printf %s "$<< inputs.b >>" | wc -c\nls /PWNED 2>/dev/null || echo none; env | grep -c __WFE || true'
    )
    lines = await told({"run": script}, inputs={"a": value, "b": long})
    assert lines == [value, f"<{value}> {value}", "400000", "none", "0"]


async def test_a_script_may_name_its_program(tmp_path: Path) -> None:
    """After `#!` another program runs the script, as its author wrote it."""
    assert await told({"run": "#!/bin/awk -f\nBEGIN { print 6 * 7 }\n"}) == ["42"]


async def test_the_environment_is_what_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of wfe's environment gets in; names that the engine obeys and values of many lines do."""
    monkeypatch.setenv("OUTSIDE", "1")
    given = {
        "SSL_CERT_FILE": "/nowhere",
        "A": "1\n2",
        "PATH": "/bin:/elsewhere",
        "DOCKER_HOST": "tcp://nowhere",
        "E": "",
        "Q": "a'b\"c $X",
    }
    lines = await told({"run": "env | sort", "env": given})
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    assert "OUTSIDE" not in found
    assert {name: found[name] for name in given} == {**given, "A": "1"}
    assert "2" in lines
    assert {"WFE_RUN_ID", "WFE_STEP", "WFE_ATTEMPT", "WFE_IDEMPOTENCY_KEY", "WFE_OUTPUT"} <= set(found)


async def test_secrets_stay_out_of_command_lines(engine: Docker, tmp_path: Path) -> None:
    """A secret in a command is refused by name; one in the environment reaches the container alone."""
    secrets = {"TOKEN": "s3cr3t-value"}
    with pytest.raises(StepError, match="the secret TOKEN would stand in a command line"):
        await step({"command": ["echo", "$<< secrets.TOKEN >>"]}, secrets=secrets).run()
    with pytest.raises(StepError, match="the variable HTTP_PROXY holds a secret"):
        await step({"run": "true", "env": {"HTTP_PROXY": "$<< secrets.TOKEN >>"}}, secrets=secrets).run()
    script = 'test "$T" = s3cr3t-"$V"; until [ -e go ]; do sleep 0.1; done'
    config = {"run": script, "volumes": [".:/work"], "working_dir": "/work", "env": {"V": "value"}}
    running = step(
        {**config, "env": {"V": "value", "T": "$<< secrets.TOKEN >>"}}, secrets=secrets, root=tmp_path
    )
    task = asyncio.create_task(running.run())
    label = f"wfe.run={running.ctx.instance_id}"
    await until(lambda: task.done() or engine.containers(label))
    commands = _commands()
    assert any(running.ctx.instance_id.encode() in command for command in commands)
    assert not any(b"s3cr3t-value" in command for command in commands)
    (tmp_path / "go").touch()
    await task


async def test_secrets_of_engines_stay_off_the_disk(tmp_path: Path) -> None:
    """A secret whose name looks like a variable of the engine is none: it is not kept for the clean-up."""
    secret = "s3cr3t-value"
    environ = {**os.environ, "REGISTRY_TOKEN": secret, "DOCKER_PASS": "other-value", "NO_PROXY": f"x{secret}"}
    tools = local_tools(environ=environ, secrets={"REGISTRY_TOKEN": secret})
    tools = replace(tools, processes=SupervisedProcesses(home=tmp_path / "runs"))
    config = {"run": 'test "$T" = s3cr3t-"$V"', "env": {"V": "value", "T": "$<< secrets.REGISTRY_TOKEN >>"}}
    await step(config, secrets={"REGISTRY_TOKEN": secret}, tools=tools).run()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "runs").rglob("*") if path.is_file())
    assert b"DOCKER_HOST" in kept
    assert b"-value" not in kept
    await tools.processes.close()


def _commands() -> list[bytes]:
    """The command lines of all processes."""
    found: list[bytes] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes())
    return found


@pytest.mark.parametrize("given", ["two\nlines", {"a": [1, "é"]}, [1, 2], "$<< inputs.a >>"], ids=str)
async def test_stdin_is_a_text_or_json(given: Any) -> None:
    """What it reads is the text, or the value as JSON; without `stdin` there is nothing to read."""
    running = step({"run": "cat; echo; cat | wc -c", "stdin": given}, inputs={"a": {"b": None}})
    await running.run()
    *lines, rest = running.lines.text("stdout").splitlines()
    text = "\n".join(lines)
    wanted = {"b": None} if given == "$<< inputs.a >>" else given
    assert (text if isinstance(wanted, str) else json.loads(text)) == wanted
    assert rest == "0"
    assert await told({"run": "cat | wc -c"}) == ["0"]


@pytest.mark.parametrize(
    ("mode", "prints", "outputs"),
    [
        ("text", "a\nb", {"text": "a\nb"}),
        ("lines", "a\fb\n\nc\r\n", {"lines": ["a\fb", "", "c"]}),
        ("json", '{"a": 1, "b": [2]}', {"a": 1, "b": [2]}),
        ("json", "[1]", {"result": [1]}),
    ],
)
async def test_stdout_can_give_outputs(mode: str, prints: str, outputs: dict[str, Any]) -> None:
    """The mode says what becomes of stdout; what the file of outputs says is there, too."""
    script = 'cat; echo x=1 >> "$WFE_OUTPUT"'
    assert await step({"run": script, "stdin": prints, "output": mode}).run() == {"x": "1", **outputs}


async def test_stdout_that_is_no_json_is_an_error() -> None:
    """With `output: json` anything else fails the step, with the reason; declared outputs choose."""
    with pytest.raises(OutputError, match="is none: Expecting value"):
        await step({"command": ["echo", "x"], "output": "json"}).run()
    config = {"command": ["echo", '{"a": 1, "b": 2}'], "output": "json"}
    assert await step(config, keys={"outputs": {"a": "int"}}).run() == {"a": 1}


async def test_volumes_user_and_folder(engine: Docker, tmp_path: Path) -> None:
    """Folders count from the file; `ro` holds; the user is the one asked for, and may write outputs."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "in").write_text("found")
    config = {
        "volumes": ["./data:/data:ro", f"{tmp_path}:/all"],
        "working_dir": "/data",
        "user": "1234:1234",
        "run": 'cat in; echo; id -u; pwd; touch x || echo "read-only"; echo "a=7" >> "$WFE_OUTPUT"',
    }
    running = step(config, root=tmp_path)
    assert await running.run() == {"a": "7"}
    assert running.lines.text("stdout").splitlines() == ["found", "1234", "/data", "read-only"]
    volume = f"wfe-{running.ctx.instance_id}"
    try:
        await step({"volumes": [f"{volume}:/v"], "run": "echo kept > /v/x"}).run()
        assert await told({"volumes": [f"{volume}:/v"], "command": ["cat", "/v/x"]}) == ["kept"]
    finally:
        engine("volume", "rm", volume)


async def test_a_volume_may_be_in_the_home(tmp_path: Path) -> None:
    """`~` is the home of who runs wfe."""
    (tmp_path / "data").mkdir()
    tools = local_tools(environ={**os.environ, "HOME": str(tmp_path)})
    config = {"volumes": ["~/data:/a", "~:/b"], "command": ["ls", "-d", "/a", "/b/data"]}
    assert await told(config, tools=tools) == ["/a", "/b/data"]


async def test_network_none_has_no_network() -> None:
    """With `network: none` there is the loopback interface and nothing else."""
    assert await told({"run": "ls /sys/class/net", "network": "none"}) == ["lo"]


async def test_an_entrypoint_replaces_the_one_of_the_image() -> None:
    """The command becomes its arguments."""
    assert await told({"entrypoint": "/bin/expr", "command": ["6", "*", "7"]}) == ["42"]


async def test_limits_are_in_force(engine: Docker) -> None:
    """Memory and processors are bound, as the container sees itself, where the engine says it can."""
    info = engine.info
    if not (info.get("MemoryLimit") and info.get("CpuCfsQuota")):
        pytest.skip("this engine reports no support for limits of memory and processors")
    script = (
        "cd /sys/fs/cgroup; if [ -e memory.max ]; then cat memory.max cpu.max; "
        "else cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us; fi"
    )
    words = " ".join(await told({"run": script, "memory": "64m", "cpus": 0.25})).split()
    memory, quota, period = map(int, words)
    assert (memory, quota / period) == (64 << 20, 0.25)


async def test_too_much_memory_is_said(engine: Docker) -> None:
    """What the kernel killed because of its memory fails with 137, and the message says so and the limit."""
    if not engine.info.get("MemoryLimit"):
        pytest.skip("this engine reports no support for a limit of memory")
    with pytest.raises(ProcessFailedError, match=r"out of memory.*16 MiB") as caught:
        await step({"run": "tail /dev/zero", "memory": "16m"}).run()
    assert caught.value.exit_code == 137
    with pytest.raises(ProcessFailedError, match=r"a process of it.*exit code 3"):
        await step({"run": "tail /dev/zero || exit 3", "memory": "16m"}).run()
    with pytest.raises(ProcessFailedError) as killed:
        await step({"run": "kill -9 $$", "memory": "16m"}).run()
    assert "out of memory" not in str(killed.value)


# ---------------------------------------------------------------- how it ends


async def test_a_timeout_leaves_no_container(engine: Docker, tmp_path: Path) -> None:
    """When time runs out the container is stopped and gone, also one that ignores SIGTERM."""
    script = "trap '' TERM; touch /here/up; while :; do sleep 1; done"
    # As long as this machine needs until the container runs.
    for timeout in ("2s", "8s", "30s", "90s"):
        running = step(
            {"run": script, "volumes": [".:/here"], "timeout": timeout, "grace": "0s"}, root=tmp_path
        )
        with pytest.raises(StepTimeoutError):
            await running.run()
        assert engine.containers(f"wfe.run={running.ctx.instance_id}") == []
        if (tmp_path / "up").exists():
            return
    pytest.fail("the container never began")


async def test_a_stop_is_first_a_sigterm(engine: Docker) -> None:
    """A cancelled step gets SIGTERM and its grace: it can tidy up."""
    script = "trap 'echo tidied; exit 0' TERM; echo begun; while :; do sleep 0.1; done"
    running = step({"run": script, "grace": "60s"})
    task = asyncio.create_task(running.run())
    await until(lambda: task.done() or running.lines.lines)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.containers(f"wfe.run={running.ctx.instance_id}") == []


@pytest.mark.parametrize("moment", ["at once", "created", "running"])
async def test_a_cancelled_step_leaves_no_container(engine: Docker, moment: str) -> None:
    """Whenever the cancellation comes: before there is a container, while it comes into being, later."""
    running = step({"run": "echo begun; exec sleep 600", "grace": "0s"})
    label = f"wfe.run={running.ctx.instance_id}"
    task = asyncio.create_task(running.run())
    if moment == "created":
        await until(lambda: task.done() or engine.containers(label))
    elif moment == "running":
        await until(lambda: task.done() or running.lines.lines)
    else:
        await asyncio.wait([task], timeout=0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.containers(label) == []


@pytest.mark.parametrize("remove", [True, False])
async def test_a_killed_supervisor_leaves_no_container(engine: Docker, remove: bool) -> None:
    """When the supervisor is killed the step fails, and the container is stopped by who finds that out."""
    tools = local_tools(environ=dict(os.environ))
    running = step({"run": "echo begun; exec sleep 600", "remove": remove}, tools=tools)
    task = asyncio.create_task(running.run())
    await until(lambda: task.done() or running.lines.lines)
    (post,) = tools.processes._posts.values()  # type: ignore[attr-defined]
    os.kill(int((post.folder / "lock").read_text()), signal.SIGKILL)
    with pytest.raises(StepError, match="the supervisor of the run was killed"):
        await task
    label = f"wfe.run={running.ctx.instance_id}"
    left = engine.containers(label)
    assert engine("ps", "--quiet", "--filter", f"label={label}") == ""
    assert len(left) == (0 if remove else 1)
    for name in left:
        engine("rm", name)


async def test_a_container_can_be_kept(engine: Docker) -> None:
    """With `remove: false` the container stays, stopped, so that one can look into it."""
    running = step({"run": "echo hello > /tmp/x", "remove": False})
    await running.run()
    (name,) = engine.containers(f"wfe.run={running.ctx.instance_id}")
    assert engine("inspect", "--format", "{{.State.Status}}", name) == "exited"
    engine("rm", name)


async def test_a_detached_container_goes_on_until_the_end(engine: Docker) -> None:
    """A detached step ends when its container runs, gives its id, and the container ends with the run."""
    tools = local_tools(environ=dict(os.environ))
    running = step({"command": ["sleep", "600"], "detached": True}, tools=tools)
    outputs = await running.run()
    label = f"wfe.run={running.ctx.instance_id}"
    assert engine("ps", "--quiet", "--no-trunc", "--filter", f"label={label}") == outputs["container"]
    await tools.processes.close()
    await until(lambda: not engine.containers(label))


# ---------------------------------------------------------------- engines that cannot


async def test_without_an_engine_the_remedy_is_named() -> None:
    """No program, and a wish for one that is not there: the error says what to install."""
    for config, word in (({}, "docker and podman are not on PATH"), ({"engine": "podman"}, "podman is not")):
        running = step({"run": "true", **config}, tools=local_tools(environ={"PATH": "/nowhere"}))
        with pytest.raises(StepError, match=word) as caught:
            await running.run()
        assert not caught.value.retryable


async def test_an_engine_that_does_not_run_is_said(tmp_path: Path) -> None:
    """Nobody behind the socket: the error says how to start the daemon."""
    for place in (f"unix://{tmp_path}/none.sock", f"unix://{_deaf(tmp_path)}"):
        environ = {**os.environ, "DOCKER_HOST": place}
        with pytest.raises(ProcessFailedError, match="the engine does not run: start it") as caught:
            await step({"run": "true"}, tools=local_tools(environ=environ)).run()
        assert caught.value.exit_code in {1, 125}


def _deaf(folder: Path) -> str:
    """A socket on which nobody listens."""
    path = f"{folder}/deaf.sock"
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path)
    return path


def _program(folder: Path, name: str, text: str) -> dict[str, str]:
    """An environment in which a program of this name is this script."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


async def test_a_closed_socket_is_said(tmp_path: Path) -> None:
    """Without rights on the socket the error names the group, in the words of the real client."""
    said = (
        "docker: permission denied while trying to connect to the Docker daemon socket at "
        "unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied."
        '\n\nRun "docker run --help" for more information'
    )
    environ = _program(tmp_path, "docker", f"echo '{said}' >&2; exit 126")
    with pytest.raises(ProcessFailedError, match="add the user to the group"):
        await step({"run": "true"}, tools=local_tools(environ=environ)).run()


async def test_an_engine_that_ends_meanwhile_is_said(tmp_path: Path) -> None:
    """When the daemon is killed while a container runs, in the words of the real client: what to do."""
    said = 'time="2026-11-22T19:03:50Z" level=error msg="error waiting for container: unexpected EOF"'
    environ = _program(tmp_path, "docker", f"[ $1 != run ] || echo '{said}' >&2; exit 125")
    with pytest.raises(ProcessFailedError, match=r"back, .*\(error waiting for container: unexpected EOF\)"):
        await step({"run": "true"}, tools=local_tools(environ=environ)).run()


async def test_podman_is_taken_where_it_is_wanted_or_alone(tmp_path: Path, engine: Docker) -> None:
    """`engine: podman` runs that program, with the same arguments; so does a machine without docker."""
    environ = _program(tmp_path, "podman", f'echo "$@" >> {tmp_path}/said; exec {engine.client} "$@"')
    assert await told({"command": ["echo", "a"], "engine": "podman"}, tools=local_tools(environ=environ)) == [
        "a"
    ]
    assert (tmp_path / "said").read_text().startswith("run --name wfe-")
    alone = {**environ, "PATH": str(tmp_path)}
    assert await told({"command": ["echo", "b"]}, tools=local_tools(environ=alone)) == ["b"]


async def test_it_is_a_body_for_the_builder(wfe: WfeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Python it is a step, whose outputs are merged into the data."""
    # The tools that all bodies share know the environment in which the first of them ran.
    tools = local_tools(environ=dict(os.environ))
    monkeypatch.setattr(bodies, "_default_tools", lambda: tools)
    flow = WorkflowBuilder("w").then(docker(image=IMAGE, command=["echo", "hello"], output="text")).build()
    wfe.register(flow)
    assert await wfe.result(await wfe.start(flow, {})) == {"text": "hello"}


def test_wrong_scripts_are_refused_at_their_place() -> None:
    """Where a value would become code the file is refused, as for a shell step."""
    with pytest.raises(YamlError, match="eval"):
        step({"run": "eval $<< inputs.a >>"}, inputs={"a": 1})


async def test_run_step_knows_the_type() -> None:
    """The helper for tests of steps runs containers, too."""
    outputs, lines = await run_step({"image": IMAGE, "command": ["echo", "x"]}, kind="docker")
    assert (outputs, lines.text("stdout")) == ({}, "x")

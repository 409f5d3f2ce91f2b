"""The type `docker` with `engine: podman`, against a real podman, which has no daemon."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.services.chromium import chromium_image
from tests.services.docker import IMAGE
from tests.services.local import UnavailableError
from tests.services.podman import Podman, podman_or_skip
from tests.waiting import until
from wfe_core.errors import StepTimeoutError
from wfe_yaml.executors import ProcessFailedError
from wfe_yaml.executors.types.docker import DockerExecutor
from wfe_yaml.loader import local_tools
from wfe_yaml.testing import ExecutorConformance, RunningStep

pytestmark = [pytest.mark.podman, pytest.mark.signals]

HERE = {"image": IMAGE, "engine": "podman"}


@pytest.fixture(scope="module", autouse=True)
def engine() -> Iterator[Podman]:
    """A podman with a storage of its own."""
    found = podman_or_skip()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF"):
            patch.setenv(name, found.environ[name])
        yield found


def step(config: Mapping[str, Any], **others: Any) -> RunningStep:
    """A step in a container of the tests' image."""
    return RunningStep({**HERE, **config}, kind="docker", **others)


async def told(config: Mapping[str, Any], **others: Any) -> list[str]:
    """Run a step and give what it wrote to stdout."""
    running = step(config, **others)
    await running.run()
    return running.lines.text("stdout").splitlines()


class TestLaws(ExecutorConformance):
    """`docker` keeps the laws of all types with podman, too."""

    executor = DockerExecutor
    good = ({**HERE, "run": 'echo a=1 >> "$WFE_OUTPUT"', "network": "none", "user": "1234"},)
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "'run' and 'command' exclude each other": {**HERE, "run": "true", "command": ["true"]},
    }
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "exit code 7": {**HERE, "run": "exit 7"},
        "cannot be run in the container: No such file": {**HERE, "command": ["no-such-program"]},
        "cannot be had": {**HERE, "image": "localhost/no-such-image:1", "pull": "never"},
        "is not there": {**HERE, "volumes": ["./no-such-folder:/x"]},
    }
    endless: ClassVar[Mapping[str, Any] | None] = {**HERE, "run": "echo begun; sleep 600", "grace": "0s"}
    secret: ClassVar[Mapping[str, Any] | None] = {
        **HERE,
        "run": 'echo "$T"; echo "$T" >&2; echo "a=$T" >> "$WFE_OUTPUT"',
        "env": {"T": "$<< secrets.TOKEN >>"},
    }


async def test_exit_codes_are_those_of_the_program(engine: Podman) -> None:
    """The exit code of the program is that of the step, and nothing is left."""
    for code in (42, 126, 143):
        running = step({"run": f"exit {code}"})
        with pytest.raises(ProcessFailedError) as caught:
            await running.run()
        assert caught.value.exit_code == code
        assert engine.containers(f"wfe.run={running.ctx.instance_id}") == []


async def test_volumes_user_stdin_and_variables(tmp_path: Path) -> None:
    """Folders count from the file, the user is the one asked for, stdin and names of the engine arrive."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "in").write_text("found")
    script = (
        'cat in; echo; id -u; cat; echo; echo "$CONTAINERS_CONF"; touch x || echo ro; echo a=7 >> $WFE_OUTPUT'
    )
    config = {
        "volumes": ["./data:/data:ro"],
        "working_dir": "/data",
        "user": "1234",
        "stdin": {"b": 1},
        "run": script,
    }
    running = step({**config, "env": {"CONTAINERS_CONF": "mine"}}, root=tmp_path)
    assert await running.run() == {"a": "7"}
    lines = running.lines.text("stdout").splitlines()
    assert lines == ["found", "1234", '{"b": 1}', "mine", "ro"]


async def test_limits_are_in_force(engine: Podman) -> None:
    """Memory and processors are bound, as the container sees itself; above that the kernel kills it."""
    if not {"memory", "cpu"} <= engine.controllers:
        pytest.skip("this machine has no limits of memory and processors to give")
    script = (
        "cd /sys/fs/cgroup; if [ -e memory.max ]; then cat memory.max cpu.max; "
        "else cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us; fi"
    )
    words = " ".join(await told({"run": script, "memory": "64m", "cpus": 0.25})).split()
    memory, quota, period = map(int, words)
    assert (memory, quota / period) == (64 << 20, 0.25)
    with pytest.raises(ProcessFailedError, match="memory ran out") as caught:
        await step({"run": "tail /dev/zero", "memory": "16m"}).run()
    assert caught.value.exit_code == 137


async def test_network_none_has_no_network() -> None:
    """With `network: none` there is the loopback interface and nothing else."""
    assert await told({"run": "ls /sys/class/net", "network": "none"}) == ["lo"]


async def test_a_timeout_leaves_no_container(engine: Podman, tmp_path: Path) -> None:
    """When time runs out the container is gone, also one that ignores SIGTERM."""
    script = "trap '' TERM; touch /here/up; while :; do sleep 1; done"
    # As long as this machine needs until the container runs.
    for timeout in ("3s", "12s", "90s"):
        given = {"run": script, "volumes": [".:/here"], "timeout": timeout, "grace": "0s"}
        running = step(given, root=tmp_path)
        with pytest.raises(StepTimeoutError):
            await running.run()
        assert engine.containers(f"wfe.run={running.ctx.instance_id}") == []
        if (tmp_path / "up").exists():
            return
    pytest.fail("the container never began")


@pytest.mark.parametrize("moment", ["created", "running"])
async def test_a_cancelled_step_leaves_no_container(engine: Podman, moment: str) -> None:
    """Whenever the cancellation comes: while the container comes into being, or later."""
    running = step({"run": "echo begun; exec sleep 600", "grace": "0s"})
    label = f"wfe.run={running.ctx.instance_id}"
    task = asyncio.create_task(running.run())
    if moment == "created":
        await until(lambda: task.done() or engine.containers(label))
    else:
        await until(lambda: task.done() or running.lines.lines)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.containers(label) == []


async def test_containers_can_be_kept_or_left_running(engine: Podman) -> None:
    """With `remove: false` it stays, stopped; a detached one goes on until the run has ended."""
    kept = step({"command": ["true"], "remove": False})
    await kept.run()
    (name,) = engine.containers(f"wfe.run={kept.ctx.instance_id}")
    assert engine("inspect", "--format", "{{.State.Status}}", name) == "exited"
    engine("rm", name)
    tools = local_tools(environ=dict(os.environ))
    left = step({"command": ["sleep", "600"], "detached": True}, tools=tools)
    outputs = await left.run()
    label = f"wfe.run={left.ctx.instance_id}"
    assert engine("ps", "--quiet", "--no-trunc", "--filter", f"label={label}") == outputs["container"]
    await tools.processes.close()
    await until(lambda: not engine.containers(label))


async def test_a_missing_init_is_said(engine: Podman, tmp_path: Path) -> None:
    """Podman without the program that reaps processes in a container: the error says what to install."""
    text = engine.config.replace("[containers]", f'[containers]\ninit_path = "{tmp_path}/none"')
    (tmp_path / "containers.conf").write_text(text, "utf-8")
    environ = {**os.environ, "CONTAINERS_CONF": str(tmp_path / "containers.conf")}
    with pytest.raises(ProcessFailedError, match="install `catatonit`"):
        await step({"command": ["true"]}, tools=local_tools(environ=environ)).run()


@pytest.mark.slow
@pytest.mark.browser
async def test_a_browser_has_its_own_sandbox_where_the_engine_lets_it(engine: Podman) -> None:
    """`sandbox: true` runs where an ordinary user in a container may make a namespace, and nowhere else."""
    try:
        image = chromium_image(engine)
    except UnavailableError as exc:
        pytest.skip(str(exc))
    config = {"in": "docker", "engine": "podman", "image": image, "network": "none", "timeout": "5m"}
    running = RunningStep({**config, "html": "<p>shut in", "sandbox": True}, kind="browser")
    try:
        engine("run", "--rm", "--user", "1234", IMAGE, "unshare", "--user", "true")
    except UnavailableError:
        with pytest.raises(ProcessFailedError, match="the browser of the image"):
            await running.run()
    else:
        assert (await running.run())["text"] == "shut in"
    assert engine.containers(f"wfe.run={running.ctx.instance_id}") == []

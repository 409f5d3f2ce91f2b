"""The type `zypi`, against the test server with every fault."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.services.zypi.server import Fault, ZypiServer
from tests.waiting import until
from wfe_core import WorkflowBuilder
from wfe_core.errors import OutputError, StepTimeoutError, UndecidedStepError
from wfe_host.testing.engine import WfeEngine
from wfe_yaml.errors import YamlError
from wfe_yaml.executors import ProcessFailedError
from wfe_yaml.executors import zypi as zypi_step
from wfe_yaml.executors.supervisor.survivors import processes
from wfe_yaml.executors.types.zypi import ZypiExecutor
from wfe_yaml.executors.types.zypi_exchange import Report, run
from wfe_yaml.loader import load_workflow_from_str
from wfe_yaml.testing import ExecutorConformance, Lines, RunningStep
from wfe_yaml.zypi import ImageNotFoundError, LostAnswerError, RefusedError, UnreachableError, ZypiError

ECHO: dict[str, Any] = {"image": "busybox", "command": ["/bin/echo", "hello"]}


def step(config: Mapping[str, Any], zypi: ZypiServer, **others: Any) -> RunningStep:
    """A step for a server."""
    return RunningStep({"image": "busybox", "url": zypi.url, **config}, kind="zypi", **others)


async def ran(config: Mapping[str, Any], zypi: ZypiServer, **others: Any) -> tuple[dict[str, Any], Lines]:
    """What a step gives, and what it says."""
    made = step(config, zypi, **others)
    return await made.run(), made.lines


def exchanges(made: RunningStep) -> list[int]:
    """Find the processes that wait for the answer to a step."""
    key = f"WFE_IDEMPOTENCY_KEY={made.ctx.idempotency_key}".encode()
    found: list[int] = []
    for pid in processes():
        try:
            inside = key in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if inside and b"zypi_exchange" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
        except OSError:
            continue
    return found


class TestLaws(ExecutorConformance):
    """`zypi` keeps the laws of all types."""

    executor = ZypiExecutor
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "needs the key 'image'": {"command": ["/bin/true"]},
        "needs either 'command' or 'run'": {"image": "i"},
        "cannot stand in a script of another program": {"image": "i", "run": "#!/bin/awk -f\n$<< 1 >>"},
        "at least 1": {"image": "i", "command": []},
        "expected a valid list": {"image": "i", "command": "/bin/true"},
        "writes no file '/etc/motd': choose a path": {**ECHO, "files": {"/etc/motd": "x"}},
        "is no address of Zypi: write it like": {**ECHO, "url": "ftp://zypi"},
        "write the unit": {**ECHO, "timeout": 3},
        "greater than 0": {**ECHO, "memory_mb": 0},
        "String should match pattern": {**ECHO, "working_dir": "src"},
        "the variable WFE_MINE belongs to wfe": {**ECHO, "env": {"WFE_MINE": "1"}},
        "an expression cannot set it": {**ECHO, "env": {"LD_PRELOAD": "$<< 1 >>"}},
    }

    @pytest.fixture(autouse=True)
    def _addresses(self, zypi: ZypiServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """The address of the server is known only when it runs."""
        usual = {"image": "busybox", "url": zypi.url}
        good = (
            {**usual, "command": ["/bin/echo", "a"]},
            {**usual, "run": "cat; echo $A", "stdin": "in", "env": {"A": "1"}, "files": {"/tmp/f": "x"}},
        )
        monkeypatch.setattr(type(self), "good", good, raising=False)
        failing = {
            "exit code 3": {**usual, "run": "exit 3"},
            "a command was not found": {**usual, "command": ["/bin/no-such-program"]},
            "does not have the image 'none'": {**usual, "image": "none", "run": "exit 0"},
        }
        monkeypatch.setattr(type(self), "failing", failing)
        monkeypatch.setattr(type(self), "endless", {**usual, "run": "sleep 600"})
        secret = {**usual, "run": 'echo "$T" >&2; exit 1', "env": {"T": "$<< secrets.TOKEN >>"}}
        monkeypatch.setattr(type(self), "secret", secret)


async def test_a_step_sends_what_the_file_says(zypi: ZypiServer) -> None:
    """Every key; expressions give values, and each argument stays one."""
    config = {
        "command": ["/bin/echo", "$<< inputs.text >>", 1.10],
        "env": {"A": "$<< inputs.n >>"},
        "working_dir": "/tmp",
        "timeout": "1500ms",
        "memory_mb": "$<< inputs.n * 64 >>",
        "vcpus": 2,
        "files": {"/tmp/in": "$<< inputs.text >>"},
    }
    made = step(config, zypi, inputs={"text": "$(id) a  b", "n": 2})
    await made.run()
    (told,) = zypi.requests
    assert told["cmd"] == ["/bin/echo", "$(id) a  b", "1.1"]
    assert made.lines.text("stdout") == "$(id) a  b 1.1"
    assert (told["workdir"], told["timeout"], told["memory_mb"], told["vcpus"]) == ("/tmp", 2, 128, 2)
    assert told["files"] == {"/tmp/in": "$(id) a  b"}
    env = told["env"]
    assert (env["A"], env["WFE_IDEMPOTENCY_KEY"]) == ("2", made.ctx.idempotency_key)
    assert not {"PATH", "HOME"} & env.keys()


async def test_values_in_a_script_are_no_code(zypi: ZypiServer) -> None:
    """Wherever they stand, and however large they are; the script itself is the same each time."""
    text = "$<< inputs.text >>"
    script = f"printf '%s\\n' {text} \"{text}\" '{text}'; n=$<< inputs.large >>; echo \"${{#n}}\""
    for value in ("$(id) ' \"; exit 9", "plain"):
        _, lines = await ran({"run": script}, zypi, inputs={"text": value, "large": "x" * 200_000})
        assert lines.text("stdout").splitlines() == [*[value] * 3, "200000"]
    first, second = (
        [text for path, text in told["files"].items() if path.endswith(".sh")] for told in zypi.requests
    )
    assert first == second


async def test_another_program_can_run_a_script(zypi: ZypiServer) -> None:
    """The one after `#!`, with one argument."""
    _, lines = await ran({"run": "#!/usr/bin/awk -f\nBEGIN {print 6 * 7}\n"}, zypi)
    assert lines.text("stdout") == "42"


async def test_both_streams_are_shown(zypi: ZypiServer) -> None:
    """As those of any step, with where it runs before."""
    outputs, lines = await ran({"run": "echo one; echo two >&2; echo three"}, zypi)
    assert outputs == {}
    assert sorted(lines.lines) == [
        ("note", f"[wfe: runs in a microVM of busybox, at {zypi.url}]"),
        ("stderr", "two"),
        ("stdout", "one"),
        ("stdout", "three"),
    ]


async def test_outputs_come_by_file_and_by_marker(zypi: ZypiServer) -> None:
    """From a script and from a program; typed by their declaration."""
    declared = {"outputs": {"n": "int", "text": "string", "m": "list<int>"}}
    script = 'echo "n=7" >> "$WFE_OUTPUT"; printf "text<<E\\na\\nb\\nE\\n" >> "$WFE_OUTPUT"'
    outputs, lines = await ran({"run": f"{script}; echo '##wfe[output m=[1, 2]]'"}, zypi, keys=declared)
    assert outputs == {"n": 7, "text": "a\nb", "m": [1, 2]}
    assert lines.text("stdout") == "##wfe[output m=[1, 2]]"
    outputs, _ = await ran({"run": 'echo "any=1" >> "$WFE_OUTPUT"'}, zypi)
    assert outputs == {"any": "1"}
    command = ["/bin/sh", "-c", 'echo "n=8" >> "$WFE_OUTPUT"; cat']
    outputs, lines = await ran({"command": command, "stdin": "in"}, zypi, keys=declared)
    assert (outputs, lines.text("stdout")) == ({"n": 8}, "in")
    with pytest.raises(OutputError, match="'other' is not declared"):
        await ran({"run": 'echo "other=1" >> "$WFE_OUTPUT"'}, zypi, keys=declared)


async def test_a_failed_command_keeps_its_outputs(zypi: ZypiServer) -> None:
    """And its exit code, which the retry policy sees."""
    retry = {"retry": {"max_attempts": 2, "on": [4]}}
    for code, again in ((4, True), (5, False)):
        made = step({"run": f'echo "a=1" >> "$WFE_OUTPUT"; exit {code}'}, zypi, keys=retry)
        with pytest.raises(ProcessFailedError, match=f"exit code {code}") as caught:
            await made.run()
        assert (caught.value.exit_code, caught.value.outputs) == (code, {"a": "1"})
        assert caught.value.retryable is again


async def test_a_signal_without_a_name_is_told_as_such(zypi: ZypiServer) -> None:
    """Zypi says -1; under a shell the code is there."""
    killed = ["/bin/sh", "-c", "kill -9 $$"]
    with pytest.raises(ProcessFailedError, match="ended by a signal; Zypi does not tell which"):
        await ran({"command": killed}, zypi)
    with pytest.raises(ProcessFailedError, match="exit code 137"):
        await ran({"run": "kill -9 $$"}, zypi)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.EMPTY_500, r"Zypi failed \(500\), without a word"),
        (Fault.TEXT_500, "Internal Server Error"),
        (Fault.CUT_JSON, "cut or damaged"),
        (Fault.CUT_BODY, "connection was lost"),
        (Fault.DEATH, "connection was lost"),
    ],
)
async def test_a_lost_answer_follows_the_step(zypi: ZypiServer, fault: Fault, words: str) -> None:
    """It may have run: a step that may run twice can be tried again, another one waits for a decision."""
    zypi.fault = fault
    with pytest.raises(LostAnswerError, match=words) as caught:
        await ran(ECHO, zypi)
    assert caught.value.retryable
    with pytest.raises(UndecidedStepError, match=f"{words}.*somebody must decide: wfe retry"):
        await ran(ECHO, zypi, keys={"idempotent": False})
    assert (zypi.begun, zypi.running) == (2, 0)


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_FLAG, Fault.TIMEOUT_ERROR, Fault.TIMEOUT_CODE])
async def test_each_shape_of_a_timeout_is_one(zypi: ZypiServer, fault: Fault) -> None:
    """Zypi has ended the command, so this is known; `retry: {on: …}` may name it."""
    zypi.fault = fault
    for on, again in ((["timeout"], True), ([1], False)):
        keys = {"idempotent": False, "retry": {"max_attempts": 2, "on": on}}
        with pytest.raises(StepTimeoutError, match="stopped after its timeout of 60 s") as caught:
            await ran(ECHO, zypi, keys=keys)
        assert caught.value.retryable is again


async def test_zypi_that_hangs_is_not_waited_for(zypi: ZypiServer) -> None:
    """The time for the start of the microVM comes on top of the timeout, and no more."""
    zypi.fault = Fault.HANG
    with pytest.raises(LostAnswerError, match=r"no answer within 1\.2 s"):
        await ran({**ECHO, "timeout": "1s", "boot": "200ms"}, zypi)
    await zypi.rest()


async def test_what_has_not_run_is_never_undecided(zypi: ZypiServer) -> None:
    """Nobody there can be tried again by any step; what is refused is refused again."""
    keys = {"idempotent": False}
    with pytest.raises(RefusedError, match="Command not allowed") as refused:
        await ran({"command": ["/sbin/reboot"]}, zypi, keys=keys)
    assert not refused.value.retryable
    with pytest.raises(ImageNotFoundError) as missing:
        await ran({**ECHO, "image": "none"}, zypi, keys=keys)
    assert not missing.value.retryable
    await zypi.stop()
    with pytest.raises(
        UnreachableError, match="start it, or say in the step or in WFE_ZYPI_URL where it is"
    ) as caught:
        await ran(ECHO, zypi, keys=keys)
    assert caught.value.retryable
    assert zypi.begun == 0


async def test_secrets_go_to_zypi_alone(zypi: ZypiServer) -> None:
    """They are masked in both streams and in errors, and refused in outputs."""
    secrets = {"TOKEN": "sesame-1f6c"}
    config = {"run": 'echo "$T"; echo "$T" >&2; exit 1', "env": {"T": "$<< secrets.TOKEN >>"}}
    made = step(config, zypi, secrets=secrets)
    with pytest.raises(ProcessFailedError):
        await made.run()
    assert zypi.requests[0]["env"]["T"] == "sesame-1f6c"
    assert (made.lines.text("stdout"), made.lines.text("stderr")) == ("***", "***")
    with pytest.raises(OutputError, match="contains the secret TOKEN"):
        await ran({**config, "run": 'echo "a=$T" >> "$WFE_OUTPUT"'}, zypi, secrets=secrets)
    with pytest.raises(ZypiError) as caught:
        await ran({**ECHO, "image": "$<< secrets.TOKEN >>"}, zypi, secrets=secrets)
    assert "sesame" not in str(caught.value)


async def test_a_cancelled_step_leaves_nothing(zypi: ZypiServer) -> None:
    """Not the process that waits, nor its connection, nor what ran."""
    made = step({"run": "sleep 600"}, zypi)
    running = asyncio.create_task(made.run())
    await until(lambda: zypi.running)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await zypi.rest()
    assert zypi.running == 0


@pytest.mark.signals
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_a_killed_exchange_is_a_lost_answer(zypi: ZypiServer) -> None:
    """The kernel may kill the process that waits: nobody knows then what became of the command."""
    made = step({"run": "sleep 600"}, zypi)
    running = asyncio.create_task(made.run())
    await until(lambda: zypi.running)
    (waiting,) = exchanges(made)
    os.kill(waiting, signal.SIGKILL)
    with pytest.raises(LostAnswerError, match=r"process that waited for Zypi was ended \(exit code 137\)"):
        await running


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ("run: echo\n      timeout: soon\n      files: {/etc/motd: x}", [["9", "16"], ["10", "26"]]),
        ("run: eval $<< inputs.a >>", [["8", "17"]]),
    ],
)
def test_problems_stand_where_they_are(lines: str, places: list[list[str]]) -> None:
    """Line and column of a wrong value, and of an expression that would become code."""
    text = (
        "workflow:\n  id: w\n  inputs: {a: string}\n  steps:\n  - name: x\n    type: zypi\n"
        f"    config:\n      {lines}\n      image: i\n"
    )
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str(text)
    told = [str(each.location) for each in caught.value.problems]
    assert [place.split(":")[-2:] for place in told] == places, told


async def test_it_is_a_body_of_the_builder(wfe: WfeEngine, zypi: ZypiServer) -> None:
    """Outputs are merged into the data; `.input` gives keys of the config."""
    script = 'echo "greeting=$A" >> "$WFE_OUTPUT"'
    flow = (
        WorkflowBuilder("w")
        .then(zypi_step(image="busybox", url=zypi.url, run=script))
        .input(env=lambda data: {"A": data["name"]})
        .build()
    )
    wfe.register(flow)
    assert await wfe.result(await wfe.start(flow, {"name": "ann"})) == {"name": "ann", "greeting": "ann"}


async def test_the_exchange_says_what_became_of_it(zypi: ZypiServer, tmp_path: Path) -> None:
    """In files that its supervisor reads, and by its exit code."""
    told: dict[str, Any] = {
        **dict.fromkeys(("run", "working_dir", "memory_mb", "vcpus", "stdin")),
        "url": zypi.url,
        "boot": 45,
        "image": "busybox",
        "name": "x.sh",
        "private": {"variables": {}, "files": {}, "paths": {}},
        "env": {},
        "timeout": 60,
        "files": {},
        "command": ["/bin/sh", "-c", "echo a=1 > $WFE_OUTPUT; exit 3"],
        "outputs": True,
    }
    output, trouble = tmp_path / "output", tmp_path / "error"
    report = Report(str(output), str(trouble))
    assert await run(told, report) == 3
    assert (output.read_text(), json.loads(trouble.read_text())) == (
        "a=1\n",
        {"kind": "", "exit_code": 3, "message": None},
    )
    assert await run({**told, "command": None, "run": "kill -9 $$", "outputs": False}, report) == 255
    zypi.fault = Fault.TIMEOUT_FLAG
    assert await run(told, report) == 1
    said = json.loads(trouble.read_text())
    assert (said["kind"], bool(re.search("timeout of 60 s", said["message"]))) == (
        "SandboxTimeoutError",
        True,
    )

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import PATIENCE
from wfe_yaml.executors.processes import ProcessResult, ProcessSpec, Watch
from wfe_yaml.executors.supervised import SupervisedProcesses

pytestmark = pytest.mark.signals

ENV = {"PATH": os.environ["PATH"]}


async def run(script: str, **options: Any) -> tuple[ProcessResult, list[tuple[str, str]]]:
    """Run a bash script; gives the result and the lines with their streams."""
    lines: list[tuple[str, str]] = []
    spec = ProcessSpec(
        argv=["bash", "--noprofile", "--norc", "{dir}/s"],
        env=ENV,
        cwd="/",
        files={"s": script.encode()},
        **options,
    )
    watch = Watch(lambda stream, line: lines.append((stream, line)))
    return await SupervisedProcesses().run(spec, watch), lines


async def run_out_of_time(script: str, **options: Any) -> tuple[ProcessResult, list[tuple[str, str]]]:
    """Run a script until its time runs out: so much that this machine comes to its first line before."""
    for timeout in (0.2, 1, 5, 25):
        result, lines = await run(script, timeout=timeout, **options)
        if lines:
            return result, lines
    pytest.fail("the script did not print anything")


def lives(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


async def test_exit_code_and_lines_of_both_streams() -> None:
    """The exit code is the process's; lines come whole and in the order of their stream."""
    result, lines = await run("echo one; echo two >&2; printf three; exit 3")
    assert (result.exit_code, result.timed_out) == (3, False)
    assert [line for stream, line in lines if stream == "stdout"] == ["one", "three"]
    assert ("stderr", "two") in lines


async def test_files_and_environment_are_private() -> None:
    """Files lie in a folder only we can enter; the environment is what was given; all is removed."""
    script = 'stat -c %a "${0%/*}" "$0"; echo "$0"; env -u PWD -u SHLVL -u _; echo x > "$O"'
    result, lines = await run(script, paths={"O": "out"}, collect=["out", "none"])
    texts = [line for _, line in lines]
    assert texts[:2] == ["700", "700"]
    assert (await run(f"test -e {texts[2]}"))[0].exit_code == 1
    assert {line.split("=")[0] for line in texts[3:]} == {"PATH", "O", "WFE_MARK"}
    assert result.collected == {"out": b"x\n"}


async def test_a_signal_is_128_and_its_number() -> None:
    """A process that a signal ended has the exit code a shell would give it."""
    assert (await run("kill -9 $$"))[0].exit_code == 137


async def test_the_step_has_a_session_of_its_own() -> None:
    """The terminal's Ctrl-C does not reach a step: it leads its own session and group."""
    _, lines = await run(
        "read -r _ _ _ _ group session _ < /proc/$$/stat; echo $(($$ == group && group == session))"
    )
    assert lines == [("stdout", "1")]


async def test_time_runs_out() -> None:
    """After the timeout the group gets SIGTERM; what obeys may still speak."""
    result, lines = await run_out_of_time("trap 'echo bye; exit 7' TERM; echo on; sleep 600 & wait")
    assert result.timed_out
    assert result.exit_code == 7
    assert lines == [("stdout", "on"), ("stdout", "bye")]


async def test_what_ignores_sigterm_is_killed_after_the_grace() -> None:
    """SIGTERM, grace, SIGKILL: nothing survives by ignoring."""
    script = "trap '' TERM; sleep 600 & echo $!; while :; do sleep 0.1; done"
    result, lines = await run_out_of_time(script, grace=0.3)
    assert result.timed_out
    assert result.exit_code == 137
    assert not lives(int(lines[0][1]))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_background_jobs_end_with_the_step() -> None:
    """What a step leaves running in its group is stopped when it ends, also after success."""
    result, lines = await run("sleep 60 & echo $!; (trap '' TERM; sleep 61) & echo $!; sleep 0.1", grace=0.2)
    assert result.exit_code == 0
    assert not any(lives(int(pid)) for _, pid in lines)


async def test_output_held_open_by_a_stranger_delays_nothing() -> None:
    """A process that left the group may hold the pipes open; the step ends all the same."""
    async with asyncio.timeout(PATIENCE):
        result, lines = await run("setsid sleep 600 & echo done")
    assert (result.exit_code, lines) == (0, [("stdout", "done")])


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_a_cancelled_run_stops_its_group() -> None:
    """Cancelling stops with grace; cancelling again skips the grace; the group is gone when it raises."""
    for again in (False, True):
        pids: list[str] = []
        started = asyncio.Event()

        def on_line(_: str, line: str, pids: list[str] = pids, started: asyncio.Event = started) -> None:
            pids.append(line)
            started.set()

        script = b"trap '' TERM; echo $$; while :; do sleep 0.05; done" if again else b"echo $$; sleep 60"
        spec = ProcessSpec(argv=["bash", "{dir}/s"], env=ENV, cwd="/", files={"s": script}, grace=600.0)
        task = asyncio.create_task(SupervisedProcesses().run(spec, Watch(on_line)))
        await started.wait()
        task.cancel()
        if again:
            await asyncio.wait([task], timeout=0.2)
            assert not task.done()
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not lives(int(pids[0]))


async def test_a_program_that_is_not_there_is_an_os_error() -> None:
    """The start fails with what the system says, and leaves nothing behind."""
    with pytest.raises(FileNotFoundError):
        await SupervisedProcesses().run(ProcessSpec(argv=["/nowhere"], env={}, cwd="/"), Watch(print))

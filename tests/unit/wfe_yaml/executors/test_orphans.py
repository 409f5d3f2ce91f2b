from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.waiting import until
from wfe_core.errors import StepError
from wfe_yaml.executors.processes import Identity, ProcessResult, ProcessSpec, Watch
from wfe_yaml.executors.supervised import SupervisedProcesses
from wfe_yaml.executors.supervisor import survivors

pytestmark = [
    pytest.mark.signals,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

# What each child does is to wait for ever; its arguments carry a word that finds it.
CHILDREN = {
    "background": '"$C" &',
    "ignoring": "(trap '' TERM; exec \"$C\") &",
    "setsid": 'setsid "$C" &',
    "double": '(setsid "$C" & ) & wait $!',
    "group": 'set -m; "$C" & disown',
    "nohup": 'nohup "$C" > /dev/null 2>&1 & disown -a',
    "env": 'env -i PATH="$PATH" setsid "$C" & sleep 0.01',
    "all": '(trap \'\' TERM; exec env -i PATH="$PATH" setsid -f "$C") & wait $!',
}


def alive(word: str) -> list[int]:
    """Find the processes whose command contains a word."""
    found: list[int] = []
    for pid in survivors.processes():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if word.encode() in command:
            found.append(pid)
    return found


class Field:
    """A step that leaves a child behind, and the child."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.child = folder / "child"
        # The shell stays, with the path of the script in its arguments.
        self.child.write_text("#!/bin/sh\necho up >> up\nwhile :; do sleep 60; done\n")
        self.child.chmod(0o755)
        # Its own realm: a sweep finds the marks of its realm on the whole machine, where other tests run.
        self.realm = str(folder)
        self.processes = SupervisedProcesses(self.realm, home=folder / "home")

    def spec(self, child: str, then: str, attempt: int = 1, timeout: float | None = None) -> ProcessSpec:
        """A step that starts a child, waits until it runs, and does something then."""
        script = f"{CHILDREN[child]}\nuntil test -s up; do sleep 0.01; done\n{then}"
        return ProcessSpec(
            argv=["bash", "-c", script],
            env={"PATH": os.environ["PATH"], "C": str(self.child)},
            cwd=str(self.folder),
            identity=Identity(instance="i", pointer=1, key="i/1/0", attempt=attempt),
            timeout=timeout,
            stop_signal=int(signal.SIGTERM),
            grace=0.2,
        )

    async def run(self, spec: ProcessSpec) -> ProcessResult:
        """Run a step."""
        return await self.processes.run(spec, Watch(lambda *_: None))

    @property
    def up(self) -> bool:
        """Whether the child has begun."""
        return (self.folder / "up").exists()

    @property
    def left(self) -> list[int]:
        """What runs of the child."""
        return alive(str(self.child))

    def supervisor(self) -> int:
        """The id of the supervisor."""
        (lock,) = self.folder.glob("home/*/lock")
        return int(lock.read_text())


@pytest.fixture
async def field(tmp_path: Path) -> AsyncIterator[Field]:
    """A step and its child."""
    made = Field(tmp_path)
    yield made
    await made.processes.forget("i")
    for pid in made.left:
        os.kill(pid, signal.SIGKILL)


CASES = pytest.mark.parametrize("child", CHILDREN)


@CASES
async def test_nothing_survives_success(field: Field, child: str) -> None:
    """A step that ends well takes everything it started with it."""
    result = await field.run(field.spec(child, "exit 0"))
    assert (result.exit_code, result.timed_out, field.up, field.left) == (0, False, True, [])


@CASES
async def test_nothing_survives_failure(field: Field, child: str) -> None:
    """Nor is anything left of a step that fails, by its exit code or by a signal."""
    assert (await field.run(field.spec(child, "kill -9 $$"))).exit_code == 137
    assert (field.up, field.left) == (True, [])


@CASES
async def test_nothing_survives_a_timeout(field: Field, child: str) -> None:
    """When time runs out the whole step ends, whoever ignores SIGTERM and wherever it went."""
    # As long as this machine needs until the child runs.
    for attempt, timeout in enumerate((0.5, 2, 8, 32), start=1):
        spec = field.spec(child, "trap '' TERM; while :; do sleep 9; done", attempt, timeout)
        result = await field.run(spec)
        assert (result.timed_out, field.left) == (True, []), (attempt, result)
        if field.up:
            break
    assert field.up


@CASES
@pytest.mark.parametrize("urgent", [False, True])
async def test_nothing_survives_a_cancelled_call(field: Field, child: str, urgent: bool) -> None:
    """Cancelled with grace (Ctrl-C, SIGTERM, `wfe cancel`) or without it (a lost lease): nothing is left."""
    watch = Watch(lambda *_: None, urgent=lambda: urgent)
    task = asyncio.create_task(field.processes.run(field.spec(child, "sleep 60"), watch))
    await until(lambda: field.up)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert field.left == []


@CASES
async def test_what_a_killed_supervisor_leaves_is_swept(field: Field, child: str) -> None:
    """When the supervisor is killed its step fails, and what it watched is found by its marks and ended."""
    task = asyncio.create_task(field.run(field.spec(child, "sleep 60")))
    await until(lambda: field.up)
    os.kill(field.supervisor(), signal.SIGKILL)
    with pytest.raises(StepError, match="supervisor of the run was killed"):
        await task
    assert field.left == []
    (field.folder / "up").unlink()
    assert (await field.run(field.spec(child, "exit 0", attempt=2))).exit_code == 0


@pytest.mark.parametrize("adopted", [False, True])
@pytest.mark.parametrize("child", ["ignoring", "all"])
async def test_a_supervisor_that_dies_before_it_obeys_leaves_nothing(
    field: Field, child: str, adopted: bool
) -> None:
    """A step is cancelled, its supervisor is halted and then killed: the runner ends what is left."""
    spec = field.spec(child, "trap '' TERM; while :; do sleep 9; done")
    first = asyncio.create_task(field.run(spec))
    task: asyncio.Task[ProcessResult] | asyncio.Task[ProcessResult | None] = first
    await until(lambda: field.up)
    if adopted:
        other = SupervisedProcesses(field.realm, home=field.folder / "home")
        earlier = await other.earlier(Identity(instance="i", pointer=1, key="i/1/0", attempt=2))
        assert earlier is not None
        begun = asyncio.Event()
        task = asyncio.create_task(other.take_up(earlier, Watch(lambda *_: None, begun=begun.set)))
        await begun.wait()
    os.kill(field.supervisor(), signal.SIGSTOP)
    task.cancel()
    await asyncio.wait([task], timeout=0.1)
    assert not task.done()
    assert field.left
    os.kill(field.supervisor(), signal.SIGKILL)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert field.left == []
    if adopted:
        with pytest.raises(StepError, match="supervisor of the run was killed"):
            await first


async def test_a_halted_step_hears_that_it_is_cancelled(field: Field) -> None:
    """What was stopped by SIGSTOP goes on when it is told to end, so that it can do so well."""
    task = asyncio.create_task(field.run(halting(field)))
    await until(lambda: halted(field.folder))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (field.folder / "bye").read_text() == "bye\n"


async def test_a_halted_step_hears_that_its_time_is_up(field: Field) -> None:
    """So does a timeout; the grace is longer than any test waits."""
    # As long as this machine needs until the step has halted itself.
    for timeout in (0.5, 2, 8, 32):
        assert (await field.run(halting(field, timeout))).timed_out
        if (field.folder / "bye").exists():
            break
    assert (field.folder / "bye").read_text() == "bye\n"


def halting(field: Field, timeout: float | None = None) -> ProcessSpec:
    """A step that halts itself, and would take its leave."""
    script = "trap 'echo bye > bye; exit 3' TERM; kill -STOP $$; sleep 600"
    return ProcessSpec(
        argv=["bash", "-c", script],
        env={"PATH": os.environ["PATH"]},
        cwd=str(field.folder),
        timeout=timeout,
        grace=600.0,
    )


def halted(folder: Path) -> bool:
    """Whether a process in a folder was stopped by a signal."""
    for pid in survivors.processes():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cwd").readlink() == folder:
                state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
                if state == "T":
                    return True
    return False


@CASES
async def test_a_dead_run_is_swept_at_the_next_start(field: Field, child: str) -> None:
    """Runner and supervisor both killed: the next runner finds what is left and ends it before it goes on.

    Nor does it help the step to ignore SIGTERM.
    """
    spec = field.spec(child, "trap '' TERM; while :; do sleep 9; done")
    runner = await asyncio.create_subprocess_exec(
        sys.executable, str(_runner(field, spec)), stdout=asyncio.subprocess.DEVNULL
    )
    await until(lambda: field.up)
    runner.kill()
    os.kill(field.supervisor(), signal.SIGKILL)
    await runner.wait()
    again = Identity(instance="i", pointer=1, key="i/1/0", attempt=2)
    earlier = await field.processes.earlier(again)
    assert earlier is not None
    assert await field.processes.take_up(earlier, Watch(lambda *_: None)) is None
    assert field.left
    assert await field.processes.give_up(earlier, grace=0.2)
    assert field.left == []
    assert await field.processes.earlier(again) is None


async def test_steps_side_by_side_are_told_apart(field: Field) -> None:
    """Ending one step leaves the daemons of its neighbours alone, even those without name and session."""
    stays = ProcessSpec(
        argv=["bash", "-c", f"{CHILDREN['all']}\nuntil test -s up; do sleep 0.01; done; touch on; sleep 60"],
        env={"PATH": os.environ["PATH"], "C": str(field.child)},
        cwd=str(field.folder),
        identity=Identity(instance="i", pointer=2, key="i/2/0", attempt=1),
        grace=0.2,
    )
    neighbour = asyncio.create_task(field.run(stays))
    await until((field.folder / "on").exists)
    kept = field.left
    assert (await field.run(field.spec("all", "exit 0"))).exit_code == 0
    assert set(kept) <= set(field.left)
    neighbour.cancel()
    with pytest.raises(asyncio.CancelledError):
        await neighbour
    assert field.left == []


def _runner(field: Field, spec: ProcessSpec) -> Path:
    """Write a program that runs a step, so that it can be killed."""
    program = field.folder / "runner.py"
    program.write_text(
        "import asyncio\n"
        "from pathlib import PosixPath\n"
        "from wfe_yaml.executors.processes import Identity, ProcessSpec, Watch\n"
        "from wfe_yaml.executors.supervised import SupervisedProcesses\n"
        f"processes = SupervisedProcesses({field.realm!r}, home={field.folder / 'home'!r})\n"
        f"spec = {spec!r}\n"
        "asyncio.run(processes.run(spec, Watch(print)))\n"
    )
    return program

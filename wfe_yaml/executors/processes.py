"""`ProcessRunner`: the seam between executors and whatever starts, watches and stops their processes."""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

OnLine = Callable[[str, str], None]
"""Called with the stream (`stdout` or `stderr`) and a line without its end, in the order of each stream."""

_SIGNAL_BASE = 128
_EXPLAINED = {
    126: "the command was found but cannot be run: is it executable, and made for this machine?",
    127: "a command was not found: is it installed, and on PATH?",
    128 + signal.SIGHUP: "ended by SIGHUP",
    128 + signal.SIGINT: "ended by SIGINT, as from Ctrl-C",
    128 + signal.SIGABRT: "ended by SIGABRT: the program gave itself up",
    128 + signal.SIGKILL: "killed by SIGKILL: often the kernel, because memory ran out",
    128 + signal.SIGSEGV: "ended by SIGSEGV: the program used memory that is not its own",
    128
    + signal.SIGPIPE: "ended by SIGPIPE: it wrote into a pipe whose reader had ended, as in `yes | head`; "
    "with pipefail that fails the step: write `{ yes || true; } | head` if it is meant",
    128 + signal.SIGTERM: "ended by SIGTERM",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which attempt of which step a process is.

    Attributes:
        instance: the instance.
        pointer: the activation of the step.
        key: the idempotency key, the same for all attempts.
        attempt: the number of the attempt.
        failures: how many attempts had failed before: the journal knows their results.
    """

    instance: str
    pointer: int
    key: str
    attempt: int
    failures: int = 0

    @property
    def run(self) -> str:
        """The run: children have the id of their parent as a prefix."""
        return self.instance.partition("/")[0]


async def _at_once() -> None:
    """Nothing has to be waited for."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches a process.

    Attributes:
        on_line: told of each line.
        urgent: when the call is cancelled: whether the process is to be killed without grace.
        drain: waited for between lines, when many come: until they have been taken.
        begun: told when the process is known to have begun, before its first line.
    """

    on_line: OnLine
    urgent: Callable[[], bool] = lambda: False
    drain: Callable[[], Awaitable[None]] = _at_once
    begun: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleanup:
    """A program that ends what a process has started elsewhere, where no signal reaches it: a container.

    It runs when the process was stopped, or ended with an exit code that may not be its own (125 and above),
    or always; also when the supervisor was killed, by whoever finds that out. It must do no harm when there
    is nothing to end. As it has to be found then, it is written to the disk: no secret may be in it.

    Attributes:
        argv: the program and its arguments; `{dir}` stands for the private folder.
        env: its environment; `WFE_EXIT_CODE` is added where it is known.
        hold: what a process has started that ended well goes on, until the run has ended for good.
        always: the process never ends what it has started, so it runs however the process ended.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    hold: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """What to run.

    Attributes:
        argv: the program and its arguments; `{dir}` in an argument stands for the private folder, `{dir,}`
            for the same as an entry of a list: if its path has a comma, that is an `OSError`.
        verbatim: so many of the last arguments are taken as they are.
        env: the whole environment.
        cwd: the folder it runs in.
        files: files to write into the private folder before the start, by name.
        mode: the mode of these files; the folder itself is closed to others.
        paths: variables that get the path of a file in the private folder, by the name of the file.
        collect: files of the private folder to read at the end, if they are there.
        collect_limit: most bytes of such a file.
        identity: which attempt it is; None for a process that belongs to no step.
        secrets: values that are masked in the output, by name.
        stdin: what the process reads; nothing by default.
        tty: give it a terminal: then all output is `stdout`, and there is no `stdin`.
        timeout: seconds until it is stopped, or None.
        stop_signal: what asks it to end.
        grace: seconds between that signal and SIGKILL.
        memory: bytes of its own that it and what it starts may use together; it is killed above that.
        cleanup: ends what it has started elsewhere.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    mode: int = 0o700
    verbatim: int = 0
    paths: Mapping[str, str] = field(default_factory=dict[str, str])
    collect: Sequence[str] = ()
    collect_limit: int = 1 << 20
    identity: Identity | None = None
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    stdin: bytes | None = None
    tty: bool = False
    timeout: float | None = None
    stop_signal: int = signal.SIGTERM
    grace: float = 5.0
    memory: int | None = None
    cleanup: Cleanup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessResult:
    """What became of a process."""

    exit_code: int
    """0 to 255; 128 + n when signal n ended it."""
    timed_out: bool = False
    over_memory: bool = False
    """It was killed because it used more memory than it may."""
    duration: float = 0.0
    """Seconds from its start until nothing of it was left."""
    collected: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """The files asked for that were there, cut at `collect_limit` + 1 bytes; secrets in them are masked."""
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files in which a secret was masked, and the name of the secret."""
    trouble: str | None = None
    """What went wrong besides: output that could not be kept, processes that could not be killed."""


class Elsewhere(ABC):
    """What attempts of a step have started where no supervisor sees it: containers.

    It is asked when the supervisor of an earlier attempt was killed, or nothing is known of that.
    """

    @abstractmethod
    async def take_up(self, identity: Identity) -> tuple[int, ProcessSpec] | None:
        """Describe a process that stays with what goes on, or has ended, there: as if it were that itself.

        Gives the number of the attempt that has started it, too; None when there is nothing to stay with.
        """

    @abstractmethod
    async def end(self, identity: Identity) -> bool:
        """End what is there of this step; tells whether there was anything."""


class Fate(StrEnum):
    """What became of an earlier attempt whose runner died."""

    RUNNING = "running"
    ENDED = "ended"
    """Its result is there."""
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier attempt whose end the journal does not know.

    Attributes:
        identity: the attempt.
        fate: what became of it.
        why: for one that is gone: the reason.
        stopping: it was told to end, so how it ended says nothing.
    """

    identity: Identity
    fate: Fate
    why: str = ""
    stopping: bool = False


class ProcessRunner(ABC):
    """Runs processes, each in a session of its own.

    Whatever ends a process (itself, its timeout, a cancellation), nothing that it started is left behind when
    the call returns or raises. A call that is cancelled stops its process: the stop signal, after `grace`
    SIGKILL. Cancelled again, or if the watch is `urgent`, it is killed at once.
    """

    realm: str = ""
    """Names the store whose runs these are."""

    @abstractmethod
    async def run(self, spec: ProcessSpec, watch: Watch) -> ProcessResult:
        """Run a process to its end, giving its lines as they come.

        Raises:
            OSError: the program or the folder is not there, or may not be used.
            StepError: whoever watches the process was killed.
        """

    @abstractmethod
    async def earlier(self, identity: Identity) -> Earlier | None:
        """Look for the newest attempt before this one; None when there is no trace of any."""

    @abstractmethod
    async def take_up(self, earlier: Earlier, watch: Watch) -> ProcessResult | None:
        """Wait for an attempt that runs, or take the result of one that has ended; all its lines are given.

        Returns None when it is gone by now.
        """

    @abstractmethod
    async def let_go(self, earlier: Earlier) -> None:
        """Kill the process of an attempt whose supervisor was killed, and nothing that it has started.

        What it has started elsewhere, such as a container, goes on.
        """

    @abstractmethod
    async def give_up(self, earlier: Earlier, *, grace: float) -> bool:
        """End what is left of an earlier attempt, and forget it; tells whether anything still ran."""

    @abstractmethod
    def settled(self, instance: str, pointer: int, attempt: int) -> None:
        """The journal knows how an attempt ended: its result need not be kept any longer."""

    @abstractmethod
    async def forget(self, run: str) -> None:
        """A run has ended for good: end what is left of it, and forget all its results."""

    def rest(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Let go of what no step has needed since the last call."""

    @abstractmethod
    async def close(self) -> None:
        """The runner needs no more processes."""


def explain_exit(code: int) -> str:
    """Say in words what an exit code tells; "" when it is the program's own business."""
    known = _EXPLAINED.get(code)
    if known is not None:
        return known
    if code > _SIGNAL_BASE:
        try:
            return f"ended by {signal.Signals(code - _SIGNAL_BASE).name}"
        except ValueError:
            return ""
    return ""

"""`StepType`: compiles the config of a step once; the `Program` that this gives runs each attempt."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel

from wfe_core.clock import Clock, SystemClock
from wfe_core.errors import StepError
from wfe_yaml.artifacts import ArtifactStore
from wfe_yaml.model.records import Record

if TYPE_CHECKING:
    from wfe_core.steps.context import StepContext
    from wfe_yaml.executors.processes import ProcessRunner
    from wfe_yaml.expressions.evaluator import Names
    from wfe_yaml.expressions.templates import Expression, Template
    from wfe_yaml.model.artifacts import ArtifactModel
    from wfe_yaml.model.retry import RetryModel
    from wfe_yaml.model.types import ValueType
    from wfe_yaml.source.problems import Problems


@dataclass(frozen=True, slots=True)
class Tools:
    """What executors work with.

    Attributes:
        processes: starts and watches processes.
        environ: the environment of this process.
        allow: the types of steps that may run here; None for all.
        secrets: values of secrets by name. What a caller gives here goes before the environment; an executor
            finds exactly those that its workflow declares.
        clock: tells how long a step took, and how old a kept result is.
        types: types of steps of the caller's own, by the word after `type:`; they need no entry point.
        artifacts: keeps the files that steps leave for others.
    """

    processes: ProcessRunner
    environ: Mapping[str, str]
    allow: frozenset[str] | None = None
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    clock: Clock = field(default_factory=SystemClock)
    types: Mapping[str, type[StepType]] = field(default_factory=dict[str, "type[StepType]"])
    artifacts: ArtifactStore = field(default_factory=lambda: ArtifactStore(Path(".wfe", "artifacts")))


@dataclass(frozen=True, slots=True)
class Served:
    """The services of a step or a workflow.

    Attributes:
        key: what they are for.
        loops: how many loops are around that: each turn of them has services of its own.
    """

    key: str
    loops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """What the compiler knows about a step, for its executor."""

    name: str
    env: Mapping[str, Template]
    """Variables of the workflow and of the step, the step's last."""
    outputs: Mapping[str, ValueType] | None
    """Declared outputs; None when the step declares none, and any name is taken as text."""
    retry: RetryModel | None
    tools: Tools
    idempotent: bool = True
    """Whether the step may run again when nobody knows how far an attempt came."""
    constants: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The names whose values come from the file: `vars` and `workflow`."""
    allow_raw: bool = False
    """Values from elsewhere, too, may become part of a script as text, by `raw(…)`."""
    services: Served | None = None
    """The innermost services around it."""


class Heard:
    """What a step writes to its streams, for expressions of later steps that ask for it.

    Args:
        streams: those of `stdout` and `stderr` that are asked for.
    """

    MOST = 1 << 20
    """Bytes of a stream that can be kept."""

    def __init__(self, streams: Iterable[str] = ()) -> None:
        self._lines: dict[str, list[str]] = {stream: [] for stream in streams}
        self._sizes = dict.fromkeys(self._lines, 0)
        self._earlier: dict[str, str | int] | None = None

    @property
    def streams(self) -> frozenset[str]:
        """Those that are asked for."""
        return frozenset(self._lines)

    def put_back(self, kept: Mapping[str, str | int]) -> None:
        """Take what an earlier run of the step wrote, as its `kept` gave it."""
        self._earlier = {stream: kept[stream] for stream in self._lines}

    def line(self, stream: str, text: str) -> None:
        """Take a line, without its end."""
        if stream not in self._lines:
            return
        self._sizes[stream] += len(text.encode("utf-8", "surrogateescape")) + 1
        if self._sizes[stream] <= self.MOST:
            self._lines[stream].append(text)

    def kept(self, most: int = MOST) -> dict[str, str | int]:
        """Give the text of each stream without the last line's end, or its size when that is too much."""
        if self._earlier is not None:
            return self._earlier
        texts: dict[str, str | int] = {}
        for stream, lines in self._lines.items():
            text = "\n".join(lines)
            # It is stored as JSON, in which some characters take more room.
            fits = self._sizes[stream] <= most and len(json.dumps(text, ensure_ascii=False).encode()) < most
            texts[stream] = text if fits else self._sizes[stream]
        return texts


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCall:
    """One attempt.

    Attributes:
        ctx: the engine's context: identity, `emit`, cancellation.
        names: the values that expressions see.
        root: the folder of the workflow file, from which relative paths count.
        heard: takes every line of the step's `stdout` and `stderr`.
    """

    ctx: StepContext[Any]
    names: Names
    root: str
    heard: Heard = field(default_factory=Heard)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What a step that succeeded gives."""

    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    exit_code: int | None = None
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class StepPause:
    """A step that wants to run again later; the pause survives restarts.

    Attributes:
        seconds: how long the pause is.
        state: what the step finds in `ctx.state` then.
    """

    seconds: float
    state: Any


class ProcessFailedError(StepError):
    """A process of a step failed: its exit code, explained."""

    def __init__(
        self,
        message: str,
        *,
        exit_code: int,
        outputs: Mapping[str, Any] | None = None,
        duration: float | None = None,
        retryable: bool = True,
    ) -> None:
        super().__init__(
            message, retryable=retryable, details={"exit_code": exit_code, "outputs": dict(outputs or {})}
        )
        self.exit_code = exit_code
        self.duration = duration
        self.outputs: dict[str, Any] = dict(outputs or {})


class Program(ABC):
    """A compiled step: runs any number of attempts, of any number of runs, at the same time."""

    @property
    @abstractmethod
    def expressions(self) -> tuple[Expression, ...]:
        """All expressions of the step itself, for the check of their names."""

    @property
    def artifacts(self) -> Mapping[str, ArtifactModel]:
        """The files that it leaves for later steps, besides those that the step declares."""
        return {}

    def reads(self, call: StepCall) -> Sequence[Path]:
        """Name the files and folders that make the step what it is, besides its `file`, for a cache."""
        del call
        return ()

    @abstractmethod
    async def run(self, call: StepCall) -> StepResult | StepPause:
        """Run one attempt.

        A cancelled attempt must have stopped everything it started before it ends.

        Raises:
            StepError: it failed; `retryable` says whether trying again can help.
        """


ConfigModel = type[Record] | type[BaseModel]
"""What the config of a type can be."""


class StepType(ABC):
    """A type of step, in its most general form. `Executor` is what most types extend.

    Attributes:
        name: the word after `type:`.
        config: the model of `config`: a pydantic model, or a record of the language.
        elsewhere: its steps see another file system than the workflow file's; `defaults.working_dir` is
            a folder of the latter, so it is not for them.
    """

    name: ClassVar[str]
    elsewhere: ClassVar[bool] = False
    config: ClassVar[type[Record | BaseModel]]

    @abstractmethod
    def compile(self, config: Any, plan: StepPlan, problems: Problems) -> Program | None:
        """Compile a step; None when it is wrong, which the problems say.

        Args:
            config: for a record, the record; for a pydantic model, its `ConfigTemplate`.
            plan: what the compiler knows about the step.
            problems: where problems are noted.
        """

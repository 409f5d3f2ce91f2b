"""What can happen to an instance: the inputs of the engine. Plain values; the host makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from wfe_core.errors import SerializationError, StepError, WfeError
from wfe_core.models import ErrorInfo
from wfe_core.serialization import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wfe_core.ports import InboxMessage, ItemChunk, PointerRecord


@dataclass(slots=True, frozen=True)
class Begin:
    """A new instance is to begin."""


@dataclass(slots=True, frozen=True)
class Recover:
    """The instance was loaded by a new lease holder: go on where the store says it is."""

    crashed: bool
    """The lease was taken from a session that died."""


@dataclass(slots=True, frozen=True)
class StepReturned:
    """The body of a step returned."""

    pointer_id: int
    value: Any


@dataclass(slots=True, frozen=True)
class StepFailed:
    """The body of a step raised, or an attempt ran out of time."""

    pointer_id: int
    failure: Failure


@dataclass(slots=True, frozen=True)
class StepStopped:
    """An attempt that was told to stop has ended, or was given up."""

    pointer_id: int


@dataclass(slots=True, frozen=True)
class StepInterrupted:
    """The host stops and has ended an attempt: the pointer goes back to pending."""

    pointer_id: int


@dataclass(slots=True, frozen=True)
class StepBeat:
    """A step with a crash on its record has shown that it lives."""

    pointer_id: int


@dataclass(slots=True, frozen=True)
class Admitted:
    """A slot has been taken for a pending pointer, or its turn has come after a pause."""

    pointer_id: int
    slot: bool = True
    """Whether a slot was taken (else the step still has to ask for one)."""


@dataclass(slots=True, frozen=True)
class TimerFired:
    """The instant `Machine.next_due` named has come."""


@dataclass(slots=True, frozen=True)
class Received:
    """Messages from the inbox, by seq."""

    messages: Sequence[InboxMessage]
    loaded: bool = False
    """They were read together with the instance, when its lease was taken."""


@dataclass(slots=True, frozen=True)
class UndoLoaded:
    """A page of what a saga has to undo, highest `undo` first, with what the scopes of its pointers need."""

    saga_id: int
    pointers: Sequence[PointerRecord]
    complete: bool
    """There is no more behind this page."""
    ancestors: Mapping[int, PointerRecord]
    chunks: Sequence[ItemChunk]


@dataclass(slots=True, frozen=True)
class ChunkLoaded:
    """The next items of a loop."""

    chunk: ItemChunk


@dataclass(slots=True, frozen=True)
class OutputsLoaded:
    """What a loop collected: the text of a JSON array in item order."""

    pointer_id: int
    text: str


@dataclass(slots=True, frozen=True)
class Stopping:
    """The host stops: nothing new may start here."""


Happening = (
    Begin
    | Recover
    | StepReturned
    | StepFailed
    | StepStopped
    | StepInterrupted
    | StepBeat
    | Admitted
    | TimerFired
    | Received
    | UndoLoaded
    | ChunkLoaded
    | OutputsLoaded
    | Stopping
)


@dataclass(slots=True, frozen=True)
class Failure:
    """An error with what the retry policy needs to know of its class."""

    info: ErrorInfo
    types: tuple[str, ...]
    """Names of the class and its bases, nearest first."""
    timed_out: bool = False

    @classmethod
    def of(cls, exc: BaseException, *, step_key: str, traceback: str | None = None) -> Failure:
        """Describe an exception."""
        retryable = exc.retryable if isinstance(exc, StepError) else not isinstance(exc, WfeError)
        names = tuple(base.__name__ for base in type(exc).__mro__ if base not in (object, BaseException))
        trace = None if traceback is None else _clean(traceback)
        details = _storable(exc.details if isinstance(exc, StepError) else {})
        info = ErrorInfo(type(exc).__name__, _clean(_text_of(exc)), step_key, trace, retryable, details)
        return cls(info, names, timed_out=isinstance(exc, TimeoutError) and isinstance(exc, StepError))


def _storable(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """The details of an error, if they have a JSON form: those that have none must not hide the error."""
    try:
        return cast("Mapping[str, Any]", loads(dumps(dict(details), "details")))
    except SerializationError as exc:
        return {"unreadable": _clean(str(exc))}


def _clean(text: str) -> str:
    """Error texts come from anywhere: what no store can hold is shown escaped, not refused."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()


def _text_of(exc: BaseException) -> str:
    """The message of any exception, also of one that cannot tell its own."""
    try:
        return str(exc)
    except Exception as trouble:  # noqa: BLE001 - a broken __str__ must not hide that the step failed
        return f"(its text cannot be read: {type(trouble).__name__})"

"""What a step writes: its logger, its streams, its progress; and the lines these become."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol, cast

from wfe_core.models import LifecycleKind
from wfe_host.subscribers import Subject

_OVERHEAD = 64
"""What a line costs beside its text, in bytes."""


class Book(Protocol):
    """Where lines go."""

    def write(self, line: Line) -> None:
        """Take a line; from any thread."""
        ...

    def soon(self) -> None:
        """Store what is there soon. On the host's loop."""
        ...


class StepLog:
    """The lines of one attempt. Every call is plain and thread-safe."""

    __slots__ = ("_book", "_logger", "attempt", "pointer_id", "step_key", "subject")

    def __init__(self, book: Book, subject: Subject, step_key: str, pointer_id: int, attempt: int) -> None:
        self._book = book
        self._logger: StepLogger | None = None
        self.subject: Subject = subject
        self.step_key: str = step_key
        self.pointer_id: int = pointer_id
        self.attempt: int = attempt

    @property
    def logger(self) -> StepLogger:
        """What `ctx.log` is."""
        if self._logger is None:
            self._logger = StepLogger(self)
        return self._logger

    def emit(self, stream: str, line: str, *, level: str | None = None) -> None:
        """Store a line of a stream, and show it to those who listen."""
        self._book.write(Line(self, LifecycleKind.LOG, stream, line.removesuffix("\n"), level))

    def progress(self, percent: float, message: str = "") -> None:
        """Show those who listen how far the step is; nothing is stored."""
        self._book.write(Line(self, LifecycleKind.PROGRESS, "", message, float(percent)))

    def end(self) -> None:
        """The attempt has ended: its lines should be stored soon. On the host's loop."""
        self._book.soon()


class StepLogger(logging.LoggerAdapter[logging.Logger]):
    """Stores what is logged with the step, and passes it on to Python's logging as well.

    The Python logger is `wfe.steps.<definition>.<step>`; its level and handlers are the program's affair.
    Stored is everything from INFO on, and less when that logger lets it through.
    """

    def __init__(self, log: StepLog) -> None:
        subject = log.subject
        extra = {
            "wfe_instance": subject.id,
            "wfe_definition": subject.definition_id,
            "wfe_step": log.step_key,
            "wfe_attempt": log.attempt,
        }
        super().__init__(logging.getLogger(f"wfe.steps.{subject.definition_id}.{log.step_key}"), extra)
        self._lines = log

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name is Python's
        """Whether a line of this level would be kept by anybody."""
        return level >= logging.INFO or self.logger.isEnabledFor(level)

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add what the line belongs to, without hiding what the caller adds."""
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """Log a line; what `info`, `warning` and the others do."""
        if not self.isEnabledFor(level):
            return
        text = _formatted(msg, args) + _trace(kwargs.get("exc_info"))
        self._lines.emit("log", text, level=logging.getLevelName(level))
        if self.logger.isEnabledFor(level):
            msg, kwargs = self.process(msg, kwargs)  # type: ignore[assignment]
            # One frame more than usual lies between the caller and the record: this one.
            kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + 1
            self.logger.log(level, msg, *args, **kwargs)


class Line:
    """One line on its way.

    Attributes:
        log: the attempt that wrote it.
        kind: a line (`LOG`), or news of the progress (`PROGRESS`).
        stream: where it was written.
        text: what stores accept of it.
        extra: the level of a line that was logged, the percentage of progress.
        at: when it was written, in microseconds.
        size: what it counts against the bound of memory, in bytes.
    """

    __slots__ = ("at", "extra", "kind", "log", "size", "stream", "text")

    def __init__(
        self, log: StepLog, kind: LifecycleKind, stream: str, text: str, extra: str | float | None
    ) -> None:
        # What stores refuse is replaced here, once and for all of them: NUL, and halves of surrogate pairs.
        if "\0" in text:
            text = text.replace("\0", "\\0")
        if not text.isascii():
            text = text.encode("utf-8", "backslashreplace").decode()
        self.log: StepLog = log
        self.kind: LifecycleKind = kind
        self.stream: str = stream
        self.text: str = text
        self.extra: str | float | None = extra
        self.at: int = 0
        self.size: int = len(text) + _OVERHEAD

    def stored(self) -> bytes:
        """The text as it is kept."""
        level = f"{self.extra} " if self.extra else ""
        return f"{level}{self.text}\n".encode()

    def entry(self) -> tuple[Any, ...]:
        """The lifecycle entry."""
        log = self.log
        if self.kind == LifecycleKind.PROGRESS:
            detail: dict[str, Any] = {"percent": self.extra, "message": self.text}
        else:
            detail = {"stream": self.stream, "line": self.text}
            if self.extra:
                detail["level"] = self.extra
        return (self.kind, self.at, log.step_key, log.pointer_id, log.attempt, detail)


def _formatted(msg: object, args: tuple[object, ...]) -> str:
    """Fill in the arguments as Python's logging does; a mistake there is no failure of the step."""
    text = str(msg)
    if not args:
        return text
    first = args[0]
    values: Any = cast(object, first) if len(args) == 1 and isinstance(first, Mapping) and first else args
    try:
        return cast(str, text % values)
    except Exception:  # noqa: BLE001 - an argument's own __str__ can raise anything
        return f"{text} (its arguments do not fit)"


def _trace(given: Any) -> str:
    """Give the traceback that the keyword `exc_info` asks for."""
    if not given:
        return ""
    error: object = given
    if isinstance(given, tuple):
        error = cast(tuple[object, ...], given)[1]
    elif not isinstance(given, BaseException):
        error = sys.exc_info()[1]
    if not isinstance(error, BaseException):
        return ""
    return "\n" + logging.Formatter().formatException((type(error), error, error.__traceback__))

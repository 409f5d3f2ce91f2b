"""Retry policies, error behaviour, limits and durations: small frozen values."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    import random

NOT_RETRIED = frozenset(
    {"NameError", "ImportError", "ModuleNotFoundError", "AttributeError", "UnboundLocalError"}
)
"""Python errors that a second attempt cannot mend, named as `RetryPolicy` matches them."""

Duration = timedelta | float | int | str
"""A length of time: a `timedelta`, seconds as a number, or text such as `"250ms"`, `"30s"`, `"1h30m"`."""

_UNITS = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)
_NUMBER = r"(?:([0-9]+(?:\.[0-9]+)?)%s)?"
_TEXT = re.compile("".join(_NUMBER % unit for unit in ("d", "h", "m(?!s)", "s", "ms", "us")))
_MAX_MICROS = 100 * 366 * 86_400_000_000


def micros(duration: Duration) -> int:
    """Give a duration in whole microseconds, the unit the engine counts in.

    Raises:
        ValueError: the text is no duration, or the length is negative, not finite or over 100 years.
    """
    if isinstance(duration, timedelta):
        value = duration // timedelta(microseconds=1)
    elif isinstance(duration, str):
        value = _parse(duration)
    elif isinstance(duration, bool) or not isinstance(duration, (int, float)) or not math.isfinite(duration):
        msg = f"{duration!r} is not a duration: give a timedelta, seconds, or text such as '30s'"
        raise ValueError(msg)
    else:
        value = round(duration * 1_000_000)
    if not 0 <= value <= _MAX_MICROS:
        msg = f"duration {duration!r} must lie between 0 and 100 years"
        raise ValueError(msg)
    return value


def _parse(text: str) -> int:
    found = _TEXT.fullmatch(text.strip())
    parts = [] if found is None else [*zip(found.groups(), _UNITS, strict=True)]
    if not any(number for number, _ in parts):
        msg = (
            f"{text!r} is not a duration: write numbers with units, the longest first, "
            f"as in '250ms', '30s', '5m', '2h', '1d', '1h30m'"
        )
        raise ValueError(msg)
    # Decimal digits of text are exact as fractions; floats would lose microseconds of long durations.
    return round(sum(Fraction(number) * unit for number, unit in parts if number))


class ErrorBehavior(StrEnum):
    """What happens when a step has failed for good."""

    FAIL = "fail"
    """The instance ends `failed`; `retry` goes on from there."""
    SUSPEND = "suspend"
    """The instance is suspended; `resume` runs the step again."""
    COMPENSATE = "compensate"
    """The enclosing saga is undone."""
    CONTINUE = "continue"
    """The flow goes on as if the step had completed, without its outputs."""


ErrorBehaviorLike = ErrorBehavior | Literal["fail", "suspend", "compensate", "continue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When and how often a failed step is tried again.

    The delay before attempt n + 1 is `min(interval * backoff ** (n - 1), max_interval)`, varied by `jitter`.

    Args:
        max_attempts: attempts in all, the first included; at least 1.
        interval: the first delay.
        backoff: factor from one delay to the next; at least 1.
        max_interval: the longest delay.
        jitter: share of the delay by which chance may shorten or lengthen it, 0 to 1.
        retry_on: exception classes (or their names) that are retried; None means all.
        give_up_on: exception classes (or their names) that are not; wins over `retry_on`.
        retry_on_timeout: whether an attempt that ran out of time is tried again.
    """

    max_attempts: int = 4
    interval: Duration = 1.0
    backoff: float = 2.0
    max_interval: Duration = 60.0
    jitter: float = 0.0
    retry_on: tuple[type[BaseException] | str, ...] | None = None
    give_up_on: tuple[type[BaseException] | str, ...] = ()
    retry_on_timeout: bool = True

    def __post_init__(self) -> None:
        """Refuse values that make no sense, by name."""
        if isinstance(self.max_attempts, bool) or not isinstance(self.max_attempts, int):
            msg = f"RetryPolicy.max_attempts must be a whole number, not {self.max_attempts!r}"
            raise TypeError(msg)
        if self.max_attempts < 1:
            msg = f"RetryPolicy.max_attempts must be at least 1, not {self.max_attempts}"
            raise ValueError(msg)
        if not (math.isfinite(_number("RetryPolicy.backoff", self.backoff)) and self.backoff >= 1):
            msg = f"RetryPolicy.backoff must be at least 1, not {self.backoff}"
            raise ValueError(msg)
        if not 0 <= _number("RetryPolicy.jitter", self.jitter) <= 1:
            msg = f"RetryPolicy.jitter must lie between 0 and 1, not {self.jitter}"
            raise ValueError(msg)
        if _length("interval", self.interval) > _length("max_interval", self.max_interval):
            msg = (
                f"RetryPolicy.interval {self.interval!r} is longer than max_interval {self.max_interval!r}, "
                f"which would cut it short; give max_interval={self.interval!r} or more"
            )
            raise ValueError(msg)
        for name in ("retry_on", "give_up_on"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _kinds(name, value))

    def delay(self, attempt: int, chance: random.Random) -> int:
        """Microseconds to wait after the failed attempt number `attempt` (the first is 1)."""
        cap = micros(self.max_interval)
        try:
            base = min(micros(self.interval) * self.backoff ** (attempt - 1), cap)
        except OverflowError:
            base = cap
        if self.jitter:
            base *= 1 + self.jitter * (2 * chance.random() - 1)
        return round(base)

    def allows(self, error_types: tuple[str, ...], *, timed_out: bool) -> bool:
        """Say whether an error may be retried; `error_types` are the names of its class and bases."""
        if timed_out and not self.retry_on_timeout:
            return False
        names = set(error_types)
        if names & _names(self.give_up_on):
            return False
        if self.retry_on is None:
            return not names & NOT_RETRIED
        return bool(names & _names(self.retry_on))


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        msg = f"{name} must be a number, not {value!r}"
        raise TypeError(msg)
    return value


def _length(name: str, value: Duration) -> int:
    try:
        return micros(value)
    except ValueError as exc:
        msg = f"RetryPolicy.{name}: {exc}"
        raise ValueError(msg) from exc


def _kinds(name: str, value: Any) -> tuple[type[BaseException] | str, ...]:
    """Accept one exception class or name, or several; refuse what can never match."""
    several = cast("Any", type(value))
    kinds: list[Any] = [*value] if several in (tuple, list, set, frozenset) else [value]
    for kind in kinds:
        if not isinstance(kind, str) and not (isinstance(kind, type) and issubclass(kind, BaseException)):
            msg = f"RetryPolicy.{name} takes exception classes or their names, not {kind!r}"
            raise TypeError(msg)
    return tuple(kinds)


def _names(kinds: tuple[type[BaseException] | str, ...]) -> set[str]:
    return {kind if isinstance(kind, str) else kind.__name__ for kind in kinds}


DEFAULT_RETRY = RetryPolicy()
"""What bodies of Python steps get when nothing else is said: 4 attempts, 1 s, doubling, at most 60 s."""
NO_RETRY = RetryPolicy(max_attempts=1)
"""What waits, delays, activities, sub-workflows, containers and YAML steps get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bound on steps that share a name, per host.

    Args:
        running: how many may run at once; None for no bound.
        per_second: how many may start in a second; None for no bound.
    """

    running: int | None = None
    per_second: float | None = None

    def __post_init__(self) -> None:
        """Refuse bounds that would let nothing run."""
        if self.running is None and self.per_second is None:
            msg = "Limit bounds nothing: give running=..., per_second=..., or both"
            raise ValueError(msg)
        if self.running is not None:
            if isinstance(self.running, bool) or not isinstance(self.running, int):
                msg = f"Limit.running must be a whole number, not {self.running!r}"
                raise TypeError(msg)
            if self.running < 1:
                msg = f"Limit.running must be at least 1, not {self.running}"
                raise ValueError(msg)
        if self.per_second is not None:
            rate = _number("Limit.per_second", self.per_second)
            if not (rate > 0 and math.isfinite(rate)):
                msg = f"Limit.per_second must be positive, not {self.per_second}"
                raise ValueError(msg)

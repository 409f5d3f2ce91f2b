"""`ExecutionResult`: what a step body returns when it wants more than to go on with its outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from wfe_core.bounds import KEY_BYTES, NAME_BYTES, flaw
from wfe_core.clock import to_instant
from wfe_core.policies import Duration, micros

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionResult:
    """Returned, never raised, so that no `except Exception` can swallow it. Use the class methods."""

    kind: Literal["next", "sleep", "persist", "wait", "branch"]
    outcome: Any = None
    output: Any = None
    state: Any = None
    duration: int = 0
    """Microseconds, for `sleep`."""
    event: str = ""
    key: str = ""
    as_of: datetime | None = None
    items: tuple[Any, ...] = ()

    @classmethod
    def next(cls, *, outcome: Any = None, output: Any = None) -> ExecutionResult:
        """Go on. `outcome` is what a following `.decide()` without a function looks at."""
        return cls(kind="next", outcome=outcome, output=output)

    @classmethod
    def sleep(cls, duration: Duration, *, state: Any = None) -> ExecutionResult:
        """Run me again after `duration`, with `ctx.state` = `state` or as it was; survives restarts."""
        return cls(kind="sleep", duration=micros(duration), state=state)

    @classmethod
    def persist(cls, state: Any) -> ExecutionResult:
        """Keep `state` durably and run me again at once."""
        return cls(kind="persist", state=state)

    @classmethod
    def wait_for_event(
        cls, name: str, key: str | int = "", *, as_of: datetime | None = None, state: Any = None
    ) -> ExecutionResult:
        """Run me again when the event has come, with its data in `ctx.event`; `state` is as for `sleep`.

        Raises:
            TypeError: the name is no text, or the key neither text nor an integer.
            ValueError: `as_of` has no time zone, or no store can keep the name or key.
        """
        texts: dict[str, tuple[object, tuple[type, ...]]] = {"name": (name, (str,)), "key": (key, (str, int))}
        for what, (value, kinds) in texts.items():
            if not isinstance(value, kinds) or isinstance(value, bool):
                raise TypeError(f"wait_for_event: the {what} must be text, not {type(value).__name__}")
        if not name:
            raise ValueError("wait_for_event: the name must not be empty")
        for what, text, longest in (("name", name, NAME_BYTES), ("key", str(key), KEY_BYTES)):
            problem = flaw(text, longest)
            if problem is not None:
                raise ValueError(f"wait_for_event: the {what} {text!r:.80} {problem}")
        if as_of is not None:
            to_instant(as_of)
        return cls(kind="wait", event=name, key=str(key), as_of=as_of, state=state)

    @classmethod
    def branch(cls, items: Iterable[Any]) -> ExecutionResult:
        """Run the step's `.body(...)` once for each item, as `for_each` would, then go on."""
        return cls(kind="branch", items=tuple(items))

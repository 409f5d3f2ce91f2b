"""What the tests of steps share: contexts made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from wfe_core.serialization import codec_for
from wfe_core.steps.context import StepContext, StepPort


@dataclass
class Loops:
    """A scope inside loops: (name, index, item), outermost first."""

    loops: list[tuple[str | None, int, Any]] = field(default_factory=list)
    iteration: int = 0

    @property
    def index(self) -> int | None:
        """The innermost position."""
        return self.loops[-1][1] if self.loops else None

    @property
    def indices(self) -> tuple[int, ...]:
        """All positions."""
        return tuple(index for _, index, _ in self.loops)

    def item(self, name: str | None = None) -> Any:
        """The innermost item, or that of a named loop."""
        for loop, _, item in reversed(self.loops):
            if name in (None, loop):
                return item
        return None

    def names(self) -> tuple[str, ...]:
        """The named loops."""
        return tuple(name for name, _, _ in self.loops if name is not None)

    def guarded(self) -> None:
        """There is no guard here."""


MakeContext = Callable[..., StepContext[Any]]


@pytest.fixture
def context() -> MakeContext:
    """Make a context of some data and loops, as an attempt of the step `here` sees it."""

    def make(
        data: Any = None,
        *,
        data_type: Any = dict,
        loops: list[tuple[str | None, int, Any]] | None = None,
        hidden: dict[str, str] | None = None,
        port: StepPort | None = None,
        **options: Any,
    ) -> StepContext[Any]:
        codec = codec_for(data_type)
        texts = {**codec.initial({} if data is None else data), **(hidden or {})}
        return StepContext(
            codec=codec,
            texts=texts,
            scope=Loops(loops or []),
            instance_id="i-1",
            definition_id="flow",
            version=1,
            step_key="here",
            port=port,
            **options,
        )

    return make

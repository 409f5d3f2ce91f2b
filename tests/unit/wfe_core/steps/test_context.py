"""What a step sees."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from wfe_core.steps.context import NoScope, StepContext, decode_state

MakeContext = Callable[..., StepContext[Any]]


class Order(BaseModel):
    """Typed data."""

    id: str
    tags: list[str] = []


class Port:
    """Remembers what a step does."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.cancelled = False
        self.log = logging.LoggerAdapter(logging.getLogger("test"), {})

    def emit(self, stream: str, line: str) -> None:
        """Remember a line."""
        self.calls.append(("emit", stream, line))

    def progress(self, percent: float, message: str) -> None:
        """Remember progress."""
        self.calls.append(("progress", percent, message))

    def heartbeat(self) -> None:
        """Remember a beat."""
        self.calls.append(("heartbeat",))


def test_data_is_private_to_the_attempt(context: MakeContext) -> None:
    """The data is built once, from the stored text; another context builds its own."""
    one, other = context({"id": "a"}, data_type=Order), context({"id": "a"}, data_type=Order)
    one.data.tags.append("x")
    assert one.data is one.data
    assert other.data == Order(id="a")


def test_a_field_is_read_alone(context: MakeContext) -> None:
    """One field is decoded without the others, and is missing when it is not there."""
    view = context({"id": "a"}, data_type=Order)
    assert view.field("tags") == []
    assert view.has_field("id")
    assert not view.has_field("nope")
    with pytest.raises(KeyError):
        view.field("nope")


def test_what_was_changed_in_place_is_found(context: MakeContext) -> None:
    """Tests can ask which fields a step changed without returning them: such changes go nowhere."""
    view = context({"id": "a"}, data_type=Order)
    assert view.changed_in_place() == ()
    view.data.tags.append("x")
    assert view.changed_in_place() == ("tags",)
    assert view.field("tags") == []


def test_the_place_is_the_scopes(context: MakeContext) -> None:
    """Iteration and codec come from around the step."""
    view = context({"id": "a"}, data_type=Order)
    assert (view.iteration, view.codec.name) == (0, "Order")


def test_the_idempotency_key_counts_runs_not_attempts(context: MakeContext) -> None:
    """All attempts of one run share the key; a completed re-entry has another."""
    keys = [
        context(pointer_id=7, attempt=attempt, run=run).idempotency_key
        for attempt, run in ((1, 0), (2, 0), (3, 1))
    ]
    assert keys == ["i-1/7/0", "i-1/7/0", "i-1/7/1"]


def test_items_of_named_loops_are_found_by_name(context: MakeContext) -> None:
    """`ctx.item` is the innermost one; `ctx.items[name]` reaches outer loops that have a name."""
    view = context(loops=[("order", 3, "o"), (None, 1, "line")])
    assert (view.item, view.index, view.indices) == ("line", 1, (3, 1))
    assert view.items["order"] == "o"
    with pytest.raises(KeyError, match=r"no enclosing loop is named 'line' \(named loops here: order\)"):
        view.items["line"]


def test_outside_of_loops_there_is_no_item() -> None:
    """The scope outside of loops is empty."""
    scope = NoScope()
    assert (scope.item(), scope.index, scope.iteration, scope.indices, scope.names()) == (
        None,
        None,
        0,
        (),
        (),
    )


def test_calls_reach_the_host(context: MakeContext) -> None:
    """Log lines, streams, progress and beats go through the port."""
    port = Port()
    view = context(port=port)
    view.emit("stdout", "line")
    view.progress(50)
    view.heartbeat()
    assert port.calls == [("emit", "stdout", "line"), ("progress", 50, ""), ("heartbeat",)]
    assert view.log is port.log
    assert not view.cancelled
    port.cancelled = True
    assert view.cancelled


def test_selectors_are_pure(context: MakeContext) -> None:
    """Without a running attempt there is nothing to log or beat to."""
    view = context()
    assert not view.cancelled
    with pytest.raises(RuntimeError, match="pure"):
        view.heartbeat()


def test_state_is_json() -> None:
    """What a step kept comes back as it was."""
    assert decode_state('{"n": [1]}') == {"n": [1]}
    assert decode_state(None) is None

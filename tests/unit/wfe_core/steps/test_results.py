"""What a step may return."""

from __future__ import annotations

import datetime as dt

import pytest

from wfe_core.steps.results import ExecutionResult


def test_each_result_says_what_it_wants() -> None:
    """The class methods fill what their kind needs; durations are microseconds."""
    assert ExecutionResult.next(outcome="big", output=3) == ExecutionResult(
        kind="next", outcome="big", output=3
    )
    assert ExecutionResult.sleep("1m", state=1) == ExecutionResult(kind="sleep", duration=60_000_000, state=1)
    assert ExecutionResult.persist([1]) == ExecutionResult(kind="persist", state=[1])
    moment = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    waiting = ExecutionResult.wait_for_event("e", "k", as_of=moment)
    assert (waiting.kind, waiting.event, waiting.key, waiting.as_of) == ("wait", "e", "k", moment)
    assert ExecutionResult.branch(n for n in range(3)).items == (0, 1, 2)


def test_a_senseless_sleep_is_refused_where_it_is_written() -> None:
    """A wrong duration raises in the step itself."""
    with pytest.raises(ValueError, match="not a duration"):
        ExecutionResult.sleep("soon")

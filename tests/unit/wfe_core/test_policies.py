"""Durations, retry policies, limits."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfe_core.errors import StepError
from wfe_core.policies import DEFAULT_RETRY, NO_RETRY, ErrorBehavior, Limit, RetryPolicy, micros

CHANCE = random.Random(7)
UNITS = {"d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000, "us": 1}


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("250ms", 250_000),
        ("30s", 30_000_000),
        ("5m", 300_000_000),
        ("2h", 7_200_000_000),
        ("1d", 86_400_000_000),
        ("1h30m", 5_400_000_000),
        ("1m500ms", 60_500_000),
        ("1.5h", 5_400_000_000),
        (" 3s ", 3_000_000),
        ("0.1us", 0),
        (0, 0),
        (0.25, 250_000),
        (3, 3_000_000),
        (timedelta(milliseconds=1), 1_000),
        (timedelta(days=36_000, microseconds=1), 36_000 * 86_400_000_000 + 1),
    ],
)
def test_durations_are_whole_microseconds(duration: Any, expected: int) -> None:
    """Seconds, timedeltas and texts with units all give microseconds, exactly."""
    assert micros(duration) == expected


@pytest.mark.parametrize(
    "duration",
    [
        *[
            "",
            "1",
            "s",
            "soon",
            "1 s",
            "1s1s",
            "30m1h",
            "-1s",
            "+1s",
            "1e3s",
            "٣s",
            "1S",
            "1s!",
            ".5s",
            "nan",
        ],
        *[True, None, [1], float("nan"), float("inf"), -1, -0.5, timedelta(seconds=-1)],
        *["101y", "40000d", 10**12],
    ],
)
def test_anything_else_is_an_error(duration: Any) -> None:
    """What is no duration is never taken for "no time" or for another one."""
    with pytest.raises(ValueError, match="duration"):
        micros(duration)


@given(st.dictionaries(st.sampled_from(list(UNITS)), st.integers(0, 500), min_size=1))
def test_texts_add_up(parts: dict[str, int]) -> None:
    """Units stand in falling order, and their lengths are added."""
    text = "".join(f"{parts[unit]}{unit}" for unit in UNITS if unit in parts)
    assert micros(text) == sum(UNITS[unit] * number for unit, number in parts.items())


@given(st.timedeltas(timedelta(0), timedelta(days=36_000)))
def test_timedeltas_are_exact(length: timedelta) -> None:
    """A century in microseconds does not fit a float's digits."""
    assert timedelta(microseconds=micros(length)) == length


def test_delays_grow_up_to_the_longest() -> None:
    """The delay before attempt n + 1 is interval * backoff ** (n - 1), at most max_interval."""
    policy = RetryPolicy(interval="100ms", backoff=3, max_interval=2)
    assert [policy.delay(n, CHANCE) for n in range(1, 6)] == [100_000, 300_000, 900_000, 2_000_000, 2_000_000]


def test_a_hundred_thousand_attempts_do_not_overflow() -> None:
    """The delay stays the longest, however large the power."""
    policy = RetryPolicy(max_attempts=10**6, backoff=10.0, interval=0)
    assert RetryPolicy(max_attempts=10**6, backoff=10.0).delay(10**5, CHANCE) == 60_000_000
    assert policy.delay(10**5, CHANCE) <= 60_000_000


@given(st.integers(1, 50), st.floats(0, 1), st.integers())
def test_jitter_stays_within_its_share(attempt: int, jitter: float, seed: int) -> None:
    """Chance moves a delay by at most that share, either way."""
    plain = RetryPolicy().delay(attempt, CHANCE)
    moved = RetryPolicy(jitter=jitter).delay(attempt, random.Random(seed))
    assert abs(moved - plain) <= plain * jitter + 1


def test_the_default_is_as_documented() -> None:
    """4 attempts, 1 s, doubling, at most 60 s; what waits gets one attempt."""
    assert [DEFAULT_RETRY.delay(n, CHANCE) for n in (1, 2, 3, 9)] == [10**6, 2 * 10**6, 4 * 10**6, 60 * 10**6]
    assert (DEFAULT_RETRY.max_attempts, NO_RETRY.max_attempts) == (4, 1)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"max_attempts": 0}, "max_attempts must be at least 1, not 0"),
        ({"backoff": 0.5}, "backoff must be at least 1"),
        ({"backoff": float("nan")}, "backoff must be at least 1"),
        ({"jitter": 1.5}, "jitter must lie between 0 and 1"),
        ({"jitter": -0.1}, "jitter must lie between 0 and 1"),
        ({"interval": "soon"}, r"RetryPolicy\.interval: 'soon' is not a duration"),
        ({"max_interval": -1}, r"RetryPolicy\.max_interval: .* between 0 and 100 years"),
        (
            {"interval": "5m"},
            "interval '5m' is longer than max_interval 60.0, .*; give max_interval='5m' or m",
        ),
        ({"interval": 2, "max_interval": "1999ms"}, "interval 2 is longer than max_interval '1999ms'"),
    ],
)
def test_policies_that_make_no_sense_are_refused(values: dict[str, Any], problem: str) -> None:
    """A wrong value is named when the policy is written."""
    with pytest.raises(ValueError, match=problem):
        RetryPolicy(**values)


@pytest.mark.parametrize(
    "values",
    [{"max_attempts": 2.5}, {"max_attempts": True}, {"retry_on": 3}, {"backoff": "2"}, {"jitter": True}],
)
def test_values_of_the_wrong_kind_are_refused(values: dict[str, Any]) -> None:
    """Attempts are counted, errors are classes or names."""
    with pytest.raises(TypeError, match="RetryPolicy"):
        RetryPolicy(**values)


def names(kind: type[BaseException]) -> tuple[str, ...]:
    """The names of a class and its bases, as the engine gives them."""
    return tuple(base.__name__ for base in kind.__mro__)


def test_all_but_hopeless_errors_are_retried() -> None:
    """By default only what a second attempt cannot mend is not retried."""
    policy = RetryPolicy()
    assert policy.allows(names(ValueError), timed_out=False)
    assert policy.allows(names(StepError), timed_out=False)
    for hopeless in (NameError, UnboundLocalError, ImportError, ModuleNotFoundError, AttributeError):
        assert not policy.allows(names(hopeless), timed_out=False)
    assert RetryPolicy(retry_on=(NameError,)).allows(names(NameError), timed_out=False)


def test_errors_are_matched_by_class_or_name_with_their_bases() -> None:
    """A base stands for its subclasses; `give_up_on` wins; one class need not be a tuple."""
    one: Any = OSError
    policy = RetryPolicy(retry_on=one, give_up_on=("FileNotFoundError",))
    assert policy.retry_on == (OSError,)
    assert policy.allows(names(ConnectionResetError), timed_out=False)
    assert not policy.allows(names(FileNotFoundError), timed_out=False)
    assert not policy.allows(names(ValueError), timed_out=False)
    several: Any = [OSError, "ValueError"]
    assert RetryPolicy(retry_on=several).allows(names(ValueError), timed_out=False)


def test_timeouts_can_be_left_out() -> None:
    """`retry_on_timeout=False` gives up on an attempt that ran out of time, and on nothing else."""
    policy = RetryPolicy(retry_on_timeout=False)
    assert not policy.allows(names(TimeoutError), timed_out=True)
    assert policy.allows(names(TimeoutError), timed_out=False)


def test_error_behaviours_are_their_words() -> None:
    """The words of the API and of YAML files are the values."""
    assert [str(word) for word in ErrorBehavior] == ["fail", "suspend", "compensate", "continue"]
    assert ErrorBehavior("continue") is ErrorBehavior.CONTINUE


def test_an_interval_may_be_as_long_as_the_longest() -> None:
    """At the border every delay is the same."""
    policy = RetryPolicy(interval="5m", max_interval="5m")
    assert [policy.delay(n, CHANCE) for n in (1, 2, 9)] == [300_000_000] * 3


@pytest.mark.parametrize("values", [{"running": 2.0}, {"running": True}, {"per_second": "5"}])
def test_limits_are_numbers(values: dict[str, Any]) -> None:
    """What cannot be counted is refused by name when the limit is written."""
    with pytest.raises(TypeError, match=rf"Limit\.{next(iter(values))} must be"):
        Limit(**values)


@pytest.mark.parametrize(
    "values", [{}, {"running": 0}, {"per_second": 0}, {"per_second": -1.0}, {"per_second": float("inf")}]
)
def test_limits_let_something_run(values: dict[str, Any]) -> None:
    """A bound of nothing would hold steps back for ever; one that bounds nothing is a mistake."""
    with pytest.raises(ValueError, match="Limit"):
        Limit(**values)
    assert Limit(running=1, per_second=0.5) == Limit(per_second=0.5, running=1)

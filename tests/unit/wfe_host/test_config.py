from __future__ import annotations

import dataclasses
import os
from datetime import timedelta
from typing import Any

import pytest

from wfe_core.policies import Limit
from wfe_host.config import HostConfig


def test_the_defaults_let_a_thousand_steps_run() -> None:
    """Without any setting at least 1,000 async steps run at once (decision 52)."""
    config = HostConfig()
    assert config.max_running_steps >= 1_000
    assert config.name.endswith(f":{os.getpid()}")
    assert config.claim_roots is None


def test_durations_are_given_in_microseconds() -> None:
    """Every duration takes what `Duration` takes and is read in whole microseconds."""
    config = HostConfig(
        session_ttl="2s",
        poll_interval=0.25,
        grace_period=timedelta(minutes=1),
        abandon_after=0,
        short_sleep="250ms",
        event_retention="1d",
    )
    assert config.session_ttl_us == 2_000_000
    assert config.poll_interval_us == 250_000
    assert config.grace_period_us == 60_000_000
    assert config.abandon_after_us == 0
    assert config.short_sleep_us == 250_000
    assert config.event_retention_us == 86_400_000_000


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"max_running_steps": 0}, "HostConfig.max_running_steps must be at least 1, not 0"),
        ({"max_crashes": 1.5}, "HostConfig.max_crashes must be a whole number, not 1.5"),
        ({"thread_pool_size": True}, "HostConfig.thread_pool_size must be a whole number, not True"),
        ({"log_buffer_bytes": -1}, "HostConfig.log_buffer_bytes must be at least 0, not -1"),
        ({"session_ttl": "soon"}, "HostConfig.session_ttl: 'soon' is not a duration"),
        ({"session_ttl": "1ms"}, "HostConfig.session_ttl must be at least 0.1 s, not '1ms'"),
        ({"poll_interval": 0}, "HostConfig.poll_interval must be at least 0.001 s, not 0"),
        ({"limits": ["api"]}, "HostConfig.limits must map names to Limit"),
        (
            {"limits": {"api": 8}},
            r"HostConfig.limits\['api'\] must be a Limit, as in Limit\(running=8\), not 8",
        ),
        ({"limits": {"": Limit(running=1)}}, "the name of a limit must be a text, not ''"),
        (
            {"claim": "run-1"},
            r"'registered' or a set of instance ids, not 'run-1'; did you mean \{'run-1'\}\?",
        ),
        ({"claim": 3}, "'registered' or a set of instance ids, not 3"),
        ({"claim": [3]}, "an instance id must be a text, not 3"),
        ({"role": "boss"}, "HostConfig.role must be 'worker' or 'client', not 'boss'"),
        ({"name": " "}, "HostConfig.name must be a text that people can read, not ' '"),
    ],
)
def test_nonsense_is_refused_by_name(given: dict[str, Any], complaint: str) -> None:
    """A wrong value is refused when the settings are made, and the message names it."""
    with pytest.raises((ValueError, TypeError), match=complaint):
        HostConfig(**given)


def test_settings_do_not_change() -> None:
    """Neither a field nor the limits can be changed later, not even through what they were made from."""
    limits = {"api": Limit(running=1)}
    config = HostConfig(limits=limits, claim=["a", "b"])
    limits["late"] = Limit(running=1)
    assert list(config.limits) == ["api"]
    assert config.claim_roots == frozenset("ab")
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.max_crashes = 9  # type: ignore[misc]
    with pytest.raises(TypeError):
        config.limits["late"] = Limit(running=1)  # type: ignore[index]


def test_settings_can_be_varied_and_compared() -> None:
    """`dataclasses.replace` checks again; equal settings are equal and can be keys."""
    config = HostConfig(name="h")
    assert dataclasses.replace(config, max_crashes=5) == config
    assert hash(dataclasses.replace(config, max_crashes=5)) == hash(config)
    with pytest.raises(ValueError, match="max_crashes"):
        dataclasses.replace(config, max_crashes=0)

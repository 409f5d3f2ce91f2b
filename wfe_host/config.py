"""`HostConfig`: what a host may be told, checked when it is made."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from wfe_core.bounds import HIGHEST_NUMBER, KEY_BYTES, NAME_BYTES, flaw
from wfe_core.policies import Duration, Limit, micros

_COUNTS = {
    "max_running_steps": 1,
    "max_running_instances": 1,
    "thread_pool_size": 1,
    "max_crashes": 1,
    "max_value_bytes": 1,
    "max_commit_batch": 1,
    "claim_batch": 1,
    "subscriber_buffer": 1,
    "log_buffer_bytes": 0,
}
"""Whole numbers and their least values."""

_DURATIONS = {
    "session_ttl": 100_000,
    "poll_interval": 1_000,
    "grace_period": 0,
    "abandon_after": 0,
    "short_sleep": 0,
    "event_retention": 0,
    "outbox_retention": 0,
}
"""Durations and their least values, in microseconds."""


def _default_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostConfig:
    """Settings of a `WorkflowHost`. Durations take a `timedelta`, seconds, or text such as `"30s"`.

    Args:
        max_running_steps: step bodies that run at once on this host, async ones and threads together.
            What sleeps or waits does not count.
        max_running_instances: instances that this host holds in memory at once.
        thread_pool_size: plain functions that run at once; further ones queue.
        session_ttl: how long after its last sign of life a host counts as dead for other machines.
        poll_interval: how often the store is swept for work that no hint announced.
        grace_period: how long running steps may take to end when the host stops.
        max_crashes: a step that took its host down this often without a result fails.
        abandon_after: how long the next attempt of a plain function waits for the thread of the last one.
        short_sleep: sleeps shorter than this stay in memory, under the host's lease.
        event_retention: how long events are kept for subscriptions that may still come.
        outbox_retention: how long changes are kept for a reader of the store's outbox that is behind, such as
            a search index. Those that every reader has passed go sooner.
        max_value_bytes: the longest JSON text of a data field or output.
        limits: bounds for steps that name them (`@step(limit="api")`), and under the names
            `definition:<id>` and `step:<step key>` for all steps of a definition and for one step.
        claim: `"registered"` takes every instance whose definition is registered here; a collection of
            instance ids takes only these and their children.
        role: a `"client"` starts instances and gives commands, but never runs any.
        adopt_changed_definitions: run instances whose definition has changed its structure since.
        name: the host's name for people; the machine's name and the process id if not given.
        max_commit_batch: checkpoints in one transaction.
        claim_batch: instances taken from the store at a time.
        subscriber_buffer: lifecycle events kept for a subscriber that is slow.
        log_buffer_bytes: log text kept in memory while the store cannot take it.

    Raises:
        ValueError: a value makes no sense; the message names it.
        TypeError: a value is of the wrong type; the message names it.
    """

    max_running_steps: int = 1_000
    max_running_instances: int = 100_000
    thread_pool_size: int = 32
    session_ttl: Duration = "10s"
    poll_interval: Duration = "5s"
    grace_period: Duration = "10s"
    max_crashes: int = 5
    abandon_after: Duration = "60s"
    short_sleep: Duration = "5s"
    event_retention: Duration = "30d"
    outbox_retention: Duration = "1d"
    max_value_bytes: int = 1_048_576
    limits: Mapping[str, Limit] = field(default_factory=dict[str, Limit], hash=False)
    claim: Literal["registered"] | AbstractSet[str] | tuple[str, ...] | list[str] = "registered"
    role: Literal["worker", "client"] = "worker"
    adopt_changed_definitions: bool = False
    name: str = field(default_factory=_default_name)
    max_commit_batch: int = 1_000
    claim_batch: int = 500
    subscriber_buffer: int = 1_000
    log_buffer_bytes: int = 16_777_216

    def __post_init__(self) -> None:
        """Refuse values that make no sense, by name."""
        for name, least in _COUNTS.items():
            self._check_count(name, least)
        for name, least in _DURATIONS.items():
            self._check_duration(name, least)
        self._check_limits()
        self._check_claim()
        if self.role not in ("worker", "client"):
            msg = f"HostConfig.role must be 'worker' or 'client', not {self.role!r}"
            raise ValueError(msg)
        if not isinstance(self.name, str) or not self.name.strip():
            msg = f"HostConfig.name must be a text that people can read, not {self.name!r}"
            raise ValueError(msg)
        if (problem := flaw(self.name, NAME_BYTES)) is not None:
            msg = f"HostConfig.name {self.name!r:.80} {problem}"
            raise ValueError(msg)

    @property
    def session_ttl_us(self) -> int:
        """`session_ttl` in microseconds."""
        return micros(self.session_ttl)

    @property
    def poll_interval_us(self) -> int:
        """`poll_interval` in microseconds."""
        return micros(self.poll_interval)

    @property
    def grace_period_us(self) -> int:
        """`grace_period` in microseconds."""
        return micros(self.grace_period)

    @property
    def abandon_after_us(self) -> int:
        """`abandon_after` in microseconds."""
        return micros(self.abandon_after)

    @property
    def short_sleep_us(self) -> int:
        """`short_sleep` in microseconds."""
        return micros(self.short_sleep)

    @property
    def event_retention_us(self) -> int:
        """`event_retention` in microseconds."""
        return micros(self.event_retention)

    @property
    def outbox_retention_us(self) -> int:
        """`outbox_retention` in microseconds."""
        return micros(self.outbox_retention)

    @property
    def claim_roots(self) -> frozenset[str] | None:
        """The instances to which claims are confined, children included; None for no such bound."""
        return None if isinstance(self.claim, str) else frozenset(self.claim)

    def _check_count(self, name: str, least: int) -> None:
        value = getattr(self, name)
        if not isinstance(value, int) or isinstance(value, bool):
            msg = f"HostConfig.{name} must be a whole number, not {value!r}"
            raise TypeError(msg)
        if value < least:
            msg = f"HostConfig.{name} must be at least {least}, not {value}"
            raise ValueError(msg)
        if value > HIGHEST_NUMBER:
            msg = f"HostConfig.{name} must be at most {HIGHEST_NUMBER:,}, not {value}"
            raise ValueError(msg)

    def _check_duration(self, name: str, least: int) -> None:
        given = getattr(self, name)
        try:
            value = micros(given)
        except ValueError as exc:
            msg = f"HostConfig.{name}: {exc}"
            raise ValueError(msg) from exc
        if value < least:
            msg = f"HostConfig.{name} must be at least {least / 1e6:g} s, not {given!r}"
            raise ValueError(msg)

    def _check_limits(self) -> None:
        if not isinstance(self.limits, Mapping):
            msg = f"HostConfig.limits must map names to Limit(...), not {self.limits!r}"
            raise TypeError(msg)
        for name, limit in self.limits.items():
            if not isinstance(name, str) or not name:
                msg = f"HostConfig.limits: the name of a limit must be a text, not {name!r}"
                raise TypeError(msg)
            if not isinstance(limit, Limit):
                msg = f"HostConfig.limits[{name!r}] must be a Limit, as in Limit(running=8), not {limit!r}"
                raise TypeError(msg)
        object.__setattr__(self, "limits", MappingProxyType(dict(self.limits)))

    def _check_claim(self) -> None:
        if self.claim == "registered":
            return
        if not isinstance(self.claim, (AbstractSet, tuple, list)):
            msg = f"HostConfig.claim must be 'registered' or a set of instance ids, not {self.claim!r}"
            if isinstance(self.claim, str):
                msg += f"; did you mean {{{self.claim!r}}}?"
            raise TypeError(msg)
        for instance_id in self.claim:
            if not isinstance(instance_id, str):
                msg = f"HostConfig.claim: an instance id must be a text, not {instance_id!r}"
                raise TypeError(msg)
            if (problem := flaw(instance_id, KEY_BYTES)) is not None:
                msg = f"HostConfig.claim: the instance id {instance_id!r:.80} {problem}"
                raise ValueError(msg)
        object.__setattr__(self, "claim", frozenset(self.claim))

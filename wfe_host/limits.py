"""Slots: how many steps may run at once on a host, in all and by name, and who comes next."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from wfe_core.clock import Clock, TimerHandle
from wfe_core.policies import Limit
from wfe_host.config import HostConfig

_AGEING = 60_000_000
"""Microseconds of waiting that weigh as much as one point of priority."""

_TIDY = 64
"""Forgotten waiters that may lie about in a queue before it is tidied up."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Why a step does not run yet: the setting that holds it back, and since when (microseconds)."""

    limit: str
    since: int


class Slots:
    """Admits steps: at once while there is room, else in the order of priority and age.

    The bounds are `HostConfig.max_running_steps` and, from `HostConfig.limits`, the limit that the step
    names, that of its definition (`definition:<id>`) and its own (`step:<step key>`). A name without a
    limit bounds nothing. With `Limit(per_second=n)` no more than n steps start within any second, at
    least one at a time when n is below 1.

    What waits is ordered by priority, and gains one point of it a minute. A step that waits for one limit
    does not hold back others which don't need it. Not thread-safe: everything happens on the host's loop.

    Args:
        config: the bounds.
        clock: ages, and when a rate lets the next one start.
    """

    def __init__(self, config: HostConfig, clock: Clock) -> None:
        self._most = config.max_running_steps
        self._clock = clock
        self._limits = {name: _Gate(name, limit) for name, limit in config.limits.items()}
        self._gates_of: dict[tuple[str | None, str, str], tuple[_Gate, ...]] = {}
        self._running: dict[Hashable, tuple[_Gate, ...]] = {}
        self._waiters: dict[Hashable, _Waiter] = {}
        self._queues: dict[tuple[_Gate, ...], _Queue] = {}
        self._numbers = itertools.count()
        self._pumping = False
        self._soon: asyncio.Handle | None = None
        self._timer: TimerHandle | None = None
        self._timer_at = 0

    @property
    def running(self) -> int:
        """How many slots are taken."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many steps wait for one."""
        return len(self._waiters)

    def admit(
        self,
        key: Hashable,
        *,
        limit_name: str | None = None,
        definition_id: str = "",
        step_key: str = "",
        priority: int = 0,
    ) -> bool:
        """Take a slot for `key` if there is one, or say no; then `wait` for it.

        The priority plays no part here: what would overtake a waiting step has to wait with it.
        """
        del priority
        running = self._running
        if len(running) >= self._most:
            return False
        if not self._limits:
            running[key] = ()
            return True
        gates = self._gates(limit_name, definition_id, step_key)
        if gates:
            now = self._clock.now()
            for gate in gates:
                if gate.waiting or gate.free_at(now) != now:
                    return False
            for gate in gates:
                gate.take(now)
        running[key] = gates
        return True

    def wait(
        self,
        key: Hashable,
        callback: Callable[[], object],
        *,
        limit_name: str | None = None,
        definition_id: str = "",
        step_key: str = "",
        priority: int = 0,
    ) -> None:
        """Queue `key`; when its turn comes the slot is taken for it and `callback` is called, once.

        It is called from the loop, or from within `release`, never from within this call. Waiting again
        with the same key replaces the call and the place in the queue.
        """
        self._drop_waiter(key)
        gates = self._gates(limit_name, definition_id, step_key)
        now = self._clock.now()
        queue = self._queues.get(gates)
        if queue is None:
            queue = self._queues[gates] = _Queue(gates)
        waiter = _Waiter(now - priority * _AGEING, next(self._numbers), key, callback, now, queue)
        self._waiters[key] = waiter
        queue.push(waiter)
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self._pump_soon)

    def release(self, key: Hashable) -> None:
        """Give back the slot of `key`, and let in who comes next; harmless when it has none."""
        gates = self._running.pop(key, None)
        if gates is None:
            return
        for gate in gates:
            gate.running -= 1
        if self._waiters:
            self._pump()

    def forget(self, key: Hashable) -> None:
        """Give up whatever `key` has: its place in the queue, or its slot."""
        self._drop_waiter(key)
        self.release(key)

    def held_back(self, key: Hashable) -> HeldBack | None:
        """Tell what a waiting step waits for; None when it does not wait here."""
        waiter = self._waiters.get(key)
        if waiter is None:
            return None
        now = self._clock.now()
        gates = waiter.queue.gates
        if not gates or len(self._running) >= self._most:
            return HeldBack("max_running_steps", waiter.since)
        # When none of them is full, others are ahead of it in the queue of the first.
        full = next((gate for gate in gates if gate.free_at(now) != now), gates[0])
        return HeldBack(f"limits[{full.name!r}]", waiter.since)

    def close(self) -> None:
        """Forget all that wait; slots that are taken can still be given back."""
        self._waiters.clear()
        self._queues.clear()
        for gate in self._limits.values():
            gate.waiting = 0
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        self._disarm()

    def _gates(self, limit_name: str | None, definition_id: str, step_key: str) -> tuple[_Gate, ...]:
        names = (limit_name, definition_id, step_key)
        gates = self._gates_of.get(names)
        if gates is None:
            wanted = (limit_name, f"definition:{definition_id}", f"step:{step_key}")
            # A limit that is named twice counts a step once.
            found = {name: self._limits[name] for name in wanted if name in self._limits}
            gates = self._gates_of[names] = tuple(found.values())
        return gates

    def _drop_waiter(self, key: Hashable) -> None:
        waiter = self._waiters.pop(key, None)
        if waiter is not None:
            waiter.queue.drop(waiter)

    def _pump_soon(self) -> None:
        self._soon = None
        self._pump()

    def _on_timer(self) -> None:
        self._timer = None
        self._pump()

    def _pump(self) -> None:
        """Let in all for whom there is room, best first."""
        if self._pumping:
            return  # a callback gave something back: the loop below looks again
        self._pumping = True
        try:
            while self._waiters and len(self._running) < self._most:
                now = self._clock.now()
                best, wake_at = self._best(now)
                if best is None:
                    self._arm(wake_at)
                    return
                self._grant(best, now)
        finally:
            self._pumping = False

    def _best(self, now: int) -> tuple[_Waiter | None, int | None]:
        """Find who comes next, or the instant at which a rate lets somebody start."""
        best: _Waiter | None = None
        wake_at: int | None = None
        for gates, queue in list(self._queues.items()):
            head = queue.head()
            if head is None:
                del self._queues[gates]
                continue
            at = queue.free_at(now)
            if at is None:
                continue
            if at > now:
                wake_at = at if wake_at is None else min(at, wake_at)
            elif best is None or head < best:
                best = head
        return best, wake_at

    def _grant(self, waiter: _Waiter, now: int) -> None:
        key, gates = waiter.key, waiter.queue.gates
        del self._waiters[key]
        waiter.queue.drop(waiter)
        for gate in gates:
            gate.take(now)
        self._running[key] = gates
        try:
            waiter.callback()
        except Exception as exc:  # noqa: BLE001 - a step that can't begin must not keep its slot
            self.release(key)
            asyncio.get_running_loop().call_exception_handler(
                {"message": f"wfe: {key!r} could not take its slot", "exception": exc}
            )

    def _arm(self, at: int | None) -> None:
        if self._timer is not None and self._timer_at != at:
            self._disarm()
        if at is not None and self._timer is None:
            self._timer_at = at
            self._timer = self._clock.call_at(at, self._on_timer)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Gate:
    """A limit and what counts against it."""

    __slots__ = ("_burst", "_most", "_starts", "_window", "name", "running", "waiting")

    def __init__(self, name: str, limit: Limit) -> None:
        self.name = name
        self.running = 0
        self.waiting = 0
        self._most = math.inf if limit.running is None else limit.running
        # The last `burst` starts must lie within `window`: unlike a bucket of tokens, which lets twice the
        # rate through after a pause, that keeps the promise for every second there is.
        rate = limit.per_second
        self._burst = 0 if rate is None else max(1, int(rate))
        self._window = 0 if rate is None else math.ceil(self._burst / rate * 1e6)
        self._starts: deque[int] = deque(maxlen=self._burst)

    def free_at(self, now: int) -> int | None:
        """When the next one may start: `now`, a later instant, or None when first one must end."""
        if self.running >= self._most:
            return None
        if self._burst and len(self._starts) == self._burst:
            return max(now, self._starts[0] + self._window)
        return now

    def take(self, now: int) -> None:
        self.running += 1
        if self._burst:
            self._starts.append(now)


@dataclass(slots=True, eq=False)
class _Waiter:
    """A step in a queue. Its rank never changes: all age alike, so the oldest of a priority stays first."""

    rank: int
    number: int
    key: Hashable
    callback: Callable[[], object]
    since: int
    queue: _Queue
    dropped: bool = False

    def __lt__(self, other: _Waiter) -> bool:
        return (self.rank, self.number) < (other.rank, other.number)


class _Queue:
    """The steps that wait for the same gates, best first."""

    __slots__ = ("_dropped", "_heap", "gates")

    def __init__(self, gates: tuple[_Gate, ...]) -> None:
        self.gates = gates
        self._heap: list[_Waiter] = []
        self._dropped = 0

    def push(self, waiter: _Waiter) -> None:
        heapq.heappush(self._heap, waiter)
        for gate in self.gates:
            gate.waiting += 1

    def drop(self, waiter: _Waiter) -> None:
        """Take one out, from wherever it is."""
        for gate in self.gates:
            gate.waiting -= 1
        if self._heap[0] is waiter:
            heapq.heappop(self._heap)
            return
        waiter.dropped = True
        self._dropped += 1
        if self._dropped > _TIDY and self._dropped * 2 > len(self._heap):
            self._heap = [waiter for waiter in self._heap if not waiter.dropped]
            heapq.heapify(self._heap)
            self._dropped = 0

    def head(self) -> _Waiter | None:
        """Who comes next; None when nobody waits."""
        while self._heap and self._heap[0].dropped:
            heapq.heappop(self._heap)
            self._dropped -= 1
        return self._heap[0] if self._heap else None

    def free_at(self, now: int) -> int | None:
        """When all gates let one through; None when first one must end."""
        latest = now
        for gate in self.gates:
            at = gate.free_at(now)
            if at is None:
                return None
            latest = max(latest, at)
        return latest

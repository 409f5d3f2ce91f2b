"""`Arbiter`: whether the server that knows this host's session is the one that all hosts of the store ask.

Two servers can have the same name: two Redis with one prefix, two databases of one. The hosts of each would
take those of the other for dead. So a server has an identity, and the store notes which. But a server that
has lost its data has a new identity, and its hosts must go on with it. The rules:

* Who finds another identity than the store's *claims*: it leaves a row in the store, and waits.
* A host whose server is the noted one looks at the store now and then, and removes each claim of another
  server. Whose claim was removed is refused: hosts live that ask another server.
* If nobody has removed the claim, no host lives there any more, or all have lost their data together: the
  identity is noted, by compare-and-set, and the claimant goes on. It may do that while its session lives.
* A host that finds an identity noted which it neither has nor had does not wait: others have, and will count
  it as dead. It gives its session up, stops its steps, and joins like a newcomer.
* That a session is unknown means that it is dead only where the noted identity is the server's. Else it may
  live elsewhere.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Final

from wfe_core.clock import Clock, TimerHandle
from wfe_core.errors import LocksConflictError, ProviderError
from wfe_core.ids import IdFactory
from wfe_core.ports import LockProvider, PersistenceProvider, Providers
from wfe_host.arbitration import SERVER, check_locks, note_server, number_of, server_shown
from wfe_host.config import HostConfig

logger: logging.Logger = logging.getLogger("wfe.host")

_CLAIM: Final = "locks-claim:"
"""Before an id: a host waits whether anybody protests. Its value stands for the identity of its server."""
_INTERVAL: Final = 2_500_000
"""Microseconds between two looks of a host, at most."""
_PATIENCE: Final = 10_000_000
"""Microseconds for which a claim waits: several looks of all the others."""
_STEP: Final = 500_000
"""Microseconds between two looks of one that waits, at most."""


async def agree(providers: Providers, config: HostConfig, clock: Clock, ids: IdFactory) -> Arbiter:
    """Make sure that a host that starts has the locks of all others; a client only compares, later.

    Raises:
        LocksConflictError: the hosts of this store use others.
        ProviderError: the store or the server of the locks does not answer.
    """
    arbiter = Arbiter(providers.store, providers.locks, clock, ids, ttl=config.session_ttl_us)
    if providers.capabilities.shared and config.role != "client":
        await check_locks(providers.store, providers.locks.name)
        await arbiter.join()
    return arbiter


class Arbiter:
    """Compares the identity of the LockProvider's server with the one that the store notes.

    Args:
        store: where it is noted.
        locks: whose server it is.
        clock: the host's.
        ids: makes the names of claims.
        ttl: of the host's session, in microseconds: it looks at least four times in that time.
    """

    def __init__(
        self, store: PersistenceProvider, locks: LockProvider, clock: Clock, ids: IdFactory, *, ttl: int
    ) -> None:
        self._store = store
        self._locks = locks
        self._clock = clock
        self._ids = ids
        self._interval = min(ttl // 4, _INTERVAL)
        self._step = min(ttl // 16, _STEP)
        self._agreed: int | None = None
        """What was noted, and true, when this host last looked; None where there is nothing to agree on."""
        self._doubtful = False
        self._timer: TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._on_refused: Callable[[], object] = _nothing
        self._on_moved: Callable[[], object] = _nothing

    async def join(self) -> None:
        """Make sure that no host lives which asks another server; waits, if that has to be found out.

        Raises:
            LocksConflictError: one does.
            ProviderError: the store or the server does not answer.
        """
        self._clock.enter()
        try:
            await self._agree()
        finally:
            self._clock.leave()

    async def _agree(self) -> None:
        identity = await self._locks.identity()
        if identity is None:
            return
        number = number_of(identity)
        places = await self._store.cursors()
        if SERVER not in places and await note_server(self._store, places, identity):
            self._settle(number)
            return
        if SERVER not in places:
            places = await self._store.cursors()
        if places[SERVER] != number:
            logger.warning(
                "the hosts of this store used %s, this one %s: waiting whether any of them still lives there",
                server_shown(places, self._locks.name),
                identity,
            )
            await self._claim(places[SERVER], identity)
        self._settle(number)

    async def confirmed(self) -> bool:
        """Whether a session that the server does not know can be a dead one."""
        identity = await self._locks.identity()
        if identity is None:
            return True
        agreed = await self._store.cursor(SERVER) in (None, number_of(identity))
        self._doubtful = self._doubtful or not agreed
        return agreed

    def doubt(self) -> None:
        """The server has forgotten something: see at once whether it is still the same."""
        self._doubtful = True
        if self._timer is not None:
            self._kick()

    def watch(self, on_refused: Callable[[], object], on_moved: Callable[[], object]) -> None:
        """Begin to look now and then, if there is anything to agree on.

        Args:
            on_refused: called when the session of this host counts for nobody else.
            on_moved: called when another identity was agreed on.
        """
        self._on_refused, self._on_moved = on_refused, on_moved
        if self._agreed is not None and self._timer is None:
            self._timer = self._clock.call_every(self._interval, lambda _: self._kick())

    async def close(self) -> None:
        """Look no more."""
        self._on_refused = self._on_moved = _nothing
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    def _kick(self) -> None:
        if self._task is None:
            self._clock.enter()
            self._task = asyncio.get_running_loop().create_task(self._look(), name="wfe-arbiter")
            self._task.add_done_callback(self._looked)

    def _looked(self, task: asyncio.Task[None]) -> None:
        self._clock.leave()
        self._task = None
        if not task.cancelled() and (exc := task.exception()) is not None:
            if isinstance(exc, LocksConflictError):
                logger.error("this host gives its session up: %s", exc)
                self._on_refused()
            elif isinstance(exc, ProviderError):
                logger.warning("which server knows the sessions is unsure: %s; the next look asks again", exc)
            else:
                logger.error("the arbiter failed", exc_info=exc)

    async def _look(self) -> None:
        """Answer claims, and notice that the server or what is noted has changed."""
        places = await self._store.cursors()
        claims = [name for name in places if name.startswith(_CLAIM)]
        noted = places.get(SERVER)
        if noted == self._agreed and not claims and not self._doubtful:
            return
        identity = await self._locks.identity()
        number = None if identity is None else number_of(identity)
        if number == noted:
            self._settle(noted)
            for claim in claims:
                if places[claim] != noted:
                    logger.warning("another host is refused: its %s are on another server", self._locks.name)
                # Who claims what is noted sees that before it misses its claim.
                await self._store.drop_cursor(claim)
        elif noted == self._agreed:
            await self._agree()
        else:
            raise LocksConflictError(
                server_shown(places, self._locks.name), f"{self._locks.name} ({identity})"
            )

    async def _claim(self, before: int, identity: str) -> None:
        """Wait for a protest; without one note this identity."""
        number, claim = number_of(identity), f"{_CLAIM}{self._ids(self._clock.now())}"
        await self._store.move_cursor(claim, None, number)
        try:
            for waited in itertools.count(self._step, self._step):
                await self._wait(self._step)
                places = await self._store.cursors()
                if places.get(SERVER) == number:
                    return
                if claim not in places or places.get(SERVER) != before:
                    raise LocksConflictError(
                        server_shown(places, self._locks.name), f"{self._locks.name} ({identity})"
                    )
                # Who is second here sees at the next look what the first has noted.
                if waited >= _PATIENCE and await note_server(self._store, places, identity):
                    return
        finally:
            await self._store.drop_cursor(claim)

    def _settle(self, number: int | None) -> None:
        moved, self._agreed, self._doubtful = number != self._agreed, number, False
        if moved:
            self._on_moved()

    async def _wait(self, duration: int) -> None:
        over = asyncio.Event()
        timer = self._clock.call_at(self._clock.now() + duration, over.set)
        # A test's clock may pass while this waits.
        self._clock.leave()
        try:
            await over.wait()
        finally:
            self._clock.enter()
            timer.cancel()


def _nothing() -> None:
    """Tell nobody."""

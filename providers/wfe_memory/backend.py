"""One in-memory backend, on which several hosts of a process can work."""

from __future__ import annotations

from wfe_core.clock import Clock, SystemClock
from wfe_core.ports import Capabilities, Providers
from wfe_memory.lifecycle import Audience, MemoryHub
from wfe_memory.locks import MemoryLocks, Sessions
from wfe_memory.persistence import MemoryStore
from wfe_memory.queues import Exchange, MemoryQueue
from wfe_memory.search import MemorySearch
from wfe_memory.tables import Tables


class MemoryBackend:
    """What a database server is to other providers: it stays while hosts come and go.

    Example:
        Two hosts on one backend, the first of which dies::

            backend = MemoryBackend(clock)
            first = WorkflowHost(backend.providers())
            second = WorkflowHost(backend.providers())
            ...
            backend.kill(session_of_first)

    Args:
        clock: the backend's time; by default the machine's.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = SystemClock() if clock is None else clock
        self._tables = Tables()
        self._sessions = Sessions()
        self._exchange = Exchange()
        self._audience = Audience()

    def providers(self) -> Providers:
        """Give the providers of one more host on this backend."""
        store = MemoryStore(self._tables, self._clock)
        return Providers(
            store=store,
            locks=MemoryLocks(self._sessions, self._clock),
            queue=MemoryQueue(self._exchange, self._clock),
            search=MemorySearch(self._tables),
            hub=MemoryHub(self._audience, self._clock),
            logs=store,
            activities=store,
            cache=store,
            capabilities=Capabilities(push_wakeup=True, shared=False, durable=False, cross_machine=False),
        )

    def kill(self, session_id: str) -> None:
        """Let a session be dead, as if the process that holds it had been killed.

        Its instances can be taken over at once. Nobody stops the host itself: what it commits afterwards
        is refused by the fence of those who took over, and by nothing else, as in reality.
        """
        self._sessions.kill(session_id)

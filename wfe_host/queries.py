"""Reading instances: views, lists, search, pointers, logs, results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.engine.failing import read_error
from wfe_core.errors import (
    HostStateError,
    InstanceNotFoundError,
    ProviderError,
    WorkflowCancelledError,
    WorkflowEndedError,
    WorkflowFailedError,
    WorkflowSuspendedError,
    WorkflowTerminatedError,
)
from wfe_core.models import LifecycleKind, WorkflowStatus
from wfe_core.ports import InstanceQuery
from wfe_core.serialization import dumps
from wfe_host.checking import (
    instant,
    kept,
    known_id,
    mapping,
    maybe,
    page_cursor,
    page_size,
    pointer_range,
    shown,
    whole,
)
from wfe_host.commands import wanted_statuses
from wfe_host.views import instance_view, pointer_view, visible_data
from wfe_host.waiters import Ended, Look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from datetime import datetime

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.models import ExecutionPointer, WorkflowInstance
    from wfe_core.ports import InstanceRecord, LogChunk, Page, SearchProvider
    from wfe_host.runtime import Runtime

_ERRORS: dict[str, type[WorkflowEndedError]] = {
    WorkflowStatus.FAILED: WorkflowFailedError,
    WorkflowStatus.CANCELLED: WorkflowCancelledError,
    WorkflowStatus.TERMINATED: WorkflowTerminatedError,
    WorkflowStatus.SUSPENDED: WorkflowSuspendedError,
}
_PAGE = 1_000
_RESTS = frozenset(
    {
        LifecycleKind.WORKFLOW_COMPLETED, LifecycleKind.WORKFLOW_FAILED, LifecycleKind.WORKFLOW_CANCELLED,
        LifecycleKind.WORKFLOW_TERMINATED, LifecycleKind.WORKFLOW_SUSPENDED,
    }
)  # fmt: skip
"""After these an instance does nothing more by itself."""
_LOOK_FOR_LINES = 200_000
"""Microseconds between looks for new log lines."""


class InstancePage(list["WorkflowInstance"]):
    """A page of instances; `cursor` fetches the next one, None on the last."""

    cursor: str | None = None


class Queries:
    """Reads from the store; what is in memory here is never newer than the store."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def record(self, instance_id: str) -> InstanceRecord:
        """Read the row of an instance.

        Raises:
            InstanceNotFoundError: there is none.
        """
        found = await self._runtime.store.instances([known_id(instance_id)])
        if instance_id not in found:
            raise InstanceNotFoundError(instance_id)
        return found[instance_id]

    def definition_of(self, record: InstanceRecord) -> WorkflowDefinition[Any] | None:
        """The definition an instance runs by, if it is registered here."""
        registry = self._runtime.registry
        return registry.by_fingerprint(record.fingerprint) or registry.find(
            record.definition_id, record.version
        )

    async def get(self, instance_id: str) -> WorkflowInstance:
        """Read an instance with its data."""
        record = await self.record(instance_id)
        texts = await self._runtime.store.data(instance_id)
        return instance_view(record, self.definition_of(record), texts)

    async def pointers(self, instance_id: str, *, after: int, limit: int | None) -> list[ExecutionPointer]:
        """Read pointers of an instance by id, page by page."""
        pointer_range(after, limit)
        await self.record(instance_id)
        views: list[ExecutionPointer] = []
        while True:
            wanted = _PAGE if limit is None else min(_PAGE, limit - len(views))
            page = await self._runtime.store.pointers(instance_id, after=after, limit=wanted)
            views += [pointer_view(instance_id, record) for record in page]
            if len(page) < _PAGE or len(views) == limit:
                return views
            after = page[-1].id

    async def views(self, page: Page) -> InstancePage:
        """Read the data of a page of instances and give their views."""
        result = InstancePage()
        for record in page.instances:
            texts = await self._runtime.store.data(record.id)
            result.append(instance_view(record, self.definition_of(record), texts))
        result.cursor = page.cursor
        return result

    async def find(self, query: InstanceQuery) -> InstancePage:
        """List instances by filter."""
        return await self.views(await self._runtime.store.find(query))

    async def search(self, query: InstanceQuery) -> InstancePage:
        """Find instances by text and filter.

        Raises:
            HostStateError: the store has no search.
        """
        search = self._search
        # What is committed after this began need not be found: else a busy store would never let it end.
        while await search.refresh(limit=_PAGE) >= _PAGE:
            pass
        return await self.views(await search.search(query))

    async def reindex(self, progress: Callable[[int], object] | None) -> int:
        """Build the index of the search anew.

        Raises:
            HostStateError: the store has no search.
        """
        return await self._search.reindex(progress=progress)

    @property
    def _search(self) -> SearchProvider:
        search = self._runtime.providers.search
        if search is None:
            msg = "this store has no full-text search; use host.instances(...) with filters"
            raise HostStateError(msg)
        return search

    async def result(self, instance_id: str) -> Any:
        """Wait for the end of an instance and give its data.

        Raises:
            WorkflowEndedError: it failed, was cancelled, terminated, or is suspended.
            InstanceNotFoundError: there is none.
        """
        runtime = self._runtime
        while True:
            actor = runtime.actors.get(instance_id)
            if actor is None or actor.machine.record.status != WorkflowStatus.RUNNABLE:
                told = await self._told(instance_id)
            else:
                with runtime.waiters.waiting(instance_id) as future:
                    told = await future
            if told is not None:
                return self._give(told)

    async def _told(self, instance_id: str) -> Ended | None:
        """Look at an instance that does not run here; while it goes on, hear of it from whoever runs it."""
        runtime = self._runtime

        def seen() -> None:
            if instance_id not in runtime.actors:  # whom this host runs it tells itself
                runtime.waiters.tell(instance_id, None)

        async with runtime.broadcast.watch(instance_id, _RESTS, seen):
            told: Ended | None = None
            while told is None:
                with runtime.waiters.waiting(instance_id) as future:
                    told = await self._ended(instance_id) or await future
                if instance_id in runtime.actors:
                    break
        return told

    async def _ended(self, instance_id: str) -> Ended | None:
        record = await self.record(instance_id)
        if record.status == WorkflowStatus.RUNNABLE or await self._moves_on(record):
            return None
        # A command that was read between the two looks is in the inbox no more, but in the record.
        record = await self.record(instance_id)
        if record.status == WorkflowStatus.RUNNABLE:
            return None
        return Ended(record, await self._runtime.store.data(instance_id))

    async def _moves_on(self, record: InstanceRecord) -> bool:
        """Whether a `resume` or `retry` was accepted that nobody has read yet."""
        if record.status not in (WorkflowStatus.SUSPENDED, WorkflowStatus.FAILED):
            return False
        waiting = (await self._runtime.store.inbox({record.id: 0})).get(record.id, ())
        return any(message.kind in ("resume", "retry") for message in waiting)

    def _give(self, ended: Ended) -> Any:
        record = ended.record
        if record.status == WorkflowStatus.COMPLETE:
            return visible_data(self.definition_of(record), ended.data)
        error = read_error(record.error)
        kind = _ERRORS[record.status]
        if error is None:
            raise kind(record.id)
        raise kind(
            record.id, error_type=error.type, error_message=error.message, step_key=error.step_key,
            traceback=error.traceback,
        )  # fmt: skip

    async def health(self) -> dict[str, Any]:
        """Describe the host for a health check."""
        runtime = self._runtime
        stats = runtime.committer.stats
        search = runtime.providers.search
        try:
            store = "ok" if await runtime.store.now() else "?"
        except ProviderError as exc:
            store = f"unavailable: {exc}"
        if runtime.committer.trouble is not None:
            # It may well answer questions, with a disk that is full for example.
            store = f"unavailable: {runtime.committer.trouble}"
        return {
            "session": runtime.session_id,
            "store": store,
            "search": None if search is None else search.trouble or "ok",
            "instances": len(runtime.actors),
            "running_steps": runtime.slots.running,
            "waiting_steps": runtime.slots.waiting,
            "busy_threads": runtime.threads.busy,
            "commits": stats.batches,
            "checkpoints": stats.checkpoints,
            "definitions": sorted(runtime.registry.ids()),
            "refused": dict(runtime.refused),
        }

    async def logs(self, instance_id: str, step: str | None, *, follow: bool) -> AsyncIterator[LogChunk]:
        """Read log chunks, oldest first; with `follow` until the instance has ended.

        Raises:
            HostStateError: the store keeps no logs.
            InstanceNotFoundError: there is no such instance.
        """
        runtime = self._runtime
        store = runtime.providers.logs
        if store is None:
            msg = "this store keeps no logs"
            raise HostStateError(msg)
        await self.record(instance_id)
        after = 0
        names: dict[int, str] = {}
        look = Look(runtime.clock, _LOOK_FOR_LINES)
        try:
            while True:
                ended = follow and (await self.record(instance_id)).status != WorkflowStatus.RUNNABLE
                await runtime.logbook.flush()
                while chunks := await store.logs(instance_id, after=after):
                    after = chunks[-1].seq
                    for chunk in chunks:
                        if step is None or await self._step_of(instance_id, chunk.pointer_id, names) == step:
                            yield chunk
                if not follow or ended:
                    return
                await look.wait()
        finally:
            look.close()

    async def _step_of(self, instance_id: str, pointer_id: int, names: dict[int, str]) -> str:
        if pointer_id not in names:
            for pointer in await self._runtime.store.pointers(instance_id, after=pointer_id - 1, limit=1):
                names[pointer.id] = pointer.step
        return names.get(pointer_id, "")


def _words(text: Any) -> str | None:
    if text is not None and not isinstance(text, str):
        msg = f"search takes a text, not {shown(text)}"
        raise TypeError(msg)
    return text


def build_query(  # noqa: PLR0913 - the filters of a list
    *,
    status: str | Iterable[str] | None = None,
    definition: str | None = None,
    version: int | None = None,
    reference: str | None = None,
    root: str | None = None,
    parent: str | None = None,
    tags: Mapping[str, str] | None = None,
    data: Mapping[str, Any] | None = None,
    created_after: datetime | None = None,
    created_before: datetime | None = None,
    ended_before: datetime | None = None,
    text: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> InstanceQuery:
    """Build a query from the filters of `host.instances` and `host.search`."""
    return InstanceQuery(
        statuses=wanted_statuses(status),
        definition_id=maybe("definition", definition),
        version=whole("version", version),
        reference=maybe("reference", reference),
        root_id=maybe("root", root),
        parent_id=maybe("parent", parent),
        tags=tuple(
            (kept("the name of a tag", name), kept(f"tag {name!r}", value))
            for name, value in sorted(mapping("tags", tags).items())
        ),
        data=tuple(
            (kept("the key of a data filter", key), dumps(value, f"filter {key!r}"))
            for key, value in sorted(mapping("data", data).items())
        ),
        created_after=instant("created_after", created_after),
        created_before=instant("created_before", created_before),
        ended_before=instant("ended_before", ended_before),
        text=_words(text),
        limit=page_size(limit),
        cursor=page_cursor(cursor),
    )

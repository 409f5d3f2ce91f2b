"""What the engine asks the host to read while an instance runs: undo pages, chunks of items, outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from wfe_core.engine import happenings as h
from wfe_core.engine.state import read_state
from wfe_core.errors import StorageCorruptError
from wfe_core.models import PointerStatus
from wfe_core.ports import CHUNK, ItemChunk

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from wfe_core.definition.nodes import ForEachNode
    from wfe_core.engine import Machine
    from wfe_core.ports import InstanceReader, LoadedInstance, PointerRecord

_UNDO_PAGE = 64
_OUTPUT_PAGE = 1_000


async def load_undo(store: InstanceReader, machine: Machine, saga_id: int) -> h.UndoLoaded:
    """Read the next pointers a saga has to undo, with the containers and items their scopes name.

    There are none when the saga has ended since it asked.
    """
    state = machine.state
    saga = state.pointers.get(saga_id)
    if saga is None:
        return h.UndoLoaded(saga_id, (), complete=True, ancestors={}, chunks=())
    scope = f"{saga.scope}{saga.id}/"
    page = await store.undo_page(state.record.id, [scope], limit=_UNDO_PAGE)
    wanted = {int(part) for p in page for part in p.scope.split("/") if part}
    missing = sorted(wanted - state.pointers.keys() - state.undo_ancestors.keys())
    ancestors = await _pointers(store, state.record.id, missing)
    around = [state.pointers[id_] for id_ in wanted if id_ in state.pointers]
    inside = [*page, *ancestors.values(), *around]
    chunks = await _chunks_of(store, state.record.id, inside, state.chunks.keys())
    return h.UndoLoaded(saga_id, page, len(page) < _UNDO_PAGE, ancestors, chunks)


async def load_scopes(
    store: InstanceReader, loaded: LoadedInstance
) -> tuple[dict[int, PointerRecord], list[ItemChunk]]:
    """Read the ended containers, and their items, that a compensation under way at a crash was inside of."""
    undone = [p for p in loaded.pointers if p.status == PointerStatus.COMPENSATING]
    if not undone:
        return {}, []
    known = {p.id for p in loaded.pointers}
    wanted = {int(part) for p in undone for part in p.scope.split("/") if part} - known
    ancestors = await _pointers(store, loaded.instance.id, sorted(wanted))
    there = {(chunk.pointer_id, chunk.number) for chunk in loaded.chunks}
    return ancestors, await _chunks_of(store, loaded.instance.id, [*undone, *ancestors.values()], there)


async def _pointers(store: InstanceReader, instance_id: str, ids: Sequence[int]) -> dict[int, PointerRecord]:
    found: dict[int, PointerRecord] = {}
    for pointer_id in ids:
        for pointer in await store.pointers(instance_id, after=pointer_id - 1, limit=1):
            found[pointer.id] = pointer
    return found


async def _chunks_of(
    store: InstanceReader,
    instance_id: str,
    pointers: Sequence[PointerRecord],
    known: Collection[tuple[int, int]],
) -> list[ItemChunk]:
    chunks: dict[tuple[int, int], ItemChunk] = {}
    for pointer in pointers:
        if pointer.index is None:
            continue
        key = (pointer.parent, pointer.index // CHUNK)
        if key in chunks or key in known:
            continue
        chunk = await store.chunk(instance_id, *key)
        if chunk is not None:
            chunks[key] = chunk
    return list(chunks.values())


async def load_chunk(store: InstanceReader, machine: Machine, pointer_id: int, number: int) -> h.ChunkLoaded:
    """Read the next items of a loop. There are none when it has ended since it asked.

    Raises:
        StorageCorruptError: they are not there.
    """
    instance_id = machine.record.id
    chunk = await store.chunk(instance_id, pointer_id, number)
    if chunk is None and pointer_id in machine.state.pointers:
        raise StorageCorruptError(
            "item", (instance_id, pointer_id, number), "the items of a running loop are gone"
        )
    return h.ChunkLoaded(chunk or ItemChunk(pointer_id, number, "[]"))


async def load_outputs(store: InstanceReader, machine: Machine, pointer_id: int) -> h.OutputsLoaded:
    """Gather what a loop collects, in item order, as the text of a JSON array.

    There is nothing to gather when the loop has ended since it asked.
    """
    state = machine.state
    pointer = state.pointers.get(pointer_id)
    if pointer is None:
        return h.OutputsLoaded(pointer_id, "[]")
    node = cast("ForEachNode", state.node(pointer))
    step = node.bodies[0].nodes[-1].key
    total: int = read_state(pointer)["total"]
    texts = ["null"] * total
    after = -1
    while True:
        page = await store.outputs(state.record.id, pointer_id, step, after=after, limit=_OUTPUT_PAGE)
        for index, output in page:
            texts[index] = output or "null"
        if len(page) < _OUTPUT_PAGE:
            return h.OutputsLoaded(pointer_id, "[" + ",".join(texts) + "]")
        after = page[-1][0]

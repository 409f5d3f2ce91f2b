"""Containers: decide, if, while, for_each, parallel, dag, schedule. What entering and joining them does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from wfe_core.engine.flow import (
    ENTER,
    FIRE,
    JOIN,
    RULES,
    advance,
    background_ended,
    complete,
    evaluate,
    fail_now,
    holds,
    spawn_body,
)
from wfe_core.engine.state import PointerScope, State, read_state, write_state
from wfe_core.engine.transitions import move
from wfe_core.errors import ConditionError, StepError
from wfe_core.models import LifecycleKind, PointerStatus
from wfe_core.ports import CHUNK, ItemChunk, PointerRecord
from wfe_core.serialization import dumps, json_equal, loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from wfe_core.definition.nodes import (
        DagNode,
        DecideNode,
        ForEachNode,
        IfNode,
        Node,
        ParallelNode,
        ScheduleNode,
        StepNode,
        WhileNode,
    )


def _enter_if(s: State, p: PointerRecord, node: IfNode) -> None:
    true = holds(s, p, node, node.condition, "the condition")
    number = 0 if true else 1
    p.outcome = "true" if true else "false"
    if number >= len(node.bodies) or not spawn_body(s, p, node.bodies[number]):
        complete(s, p, node)


def _join_one(s: State, p: PointerRecord, node: IfNode, last: PointerRecord, number: int) -> None:
    del last, number
    complete(s, p, node)


def _enter_decide(s: State, p: PointerRecord, node: DecideNode) -> None:
    if node.value is None:
        value = None if p.outcome is None else loads(p.outcome)
    else:
        value = loads(dumps(evaluate(s, p, node, node.value, "the value to decide on"), f"step {node.key!r}"))
        p.outcome = dumps(value, f"step {node.key!r}")
    case = 0
    chosen: list[int] = []
    for number in range(len(node.bodies)):
        if number == node.otherwise:
            continue
        if json_equal(node.cases[case], value):
            chosen.append(number)
        case += 1
    if not chosen and node.otherwise is not None:
        chosen.append(node.otherwise)
    if not [n for n in chosen if spawn_body(s, p, node.bodies[n])]:
        complete(s, p, node)


def _join_all(s: State, p: PointerRecord, node: DecideNode, last: PointerRecord, number: int) -> None:
    del last, number
    if p.id not in s.children:
        complete(s, p, node)


def _enter_while(s: State, p: PointerRecord, node: WhileNode) -> None:
    _iterate(s, p, node, read_state(p).get("iteration", 0))


def _join_while(s: State, p: PointerRecord, node: WhileNode, last: PointerRecord, number: int) -> None:
    del number
    iteration = last.iteration + 1
    try:
        _iterate(s, p, node, iteration)
    except StepError as exc:
        write_state(s, p, {"iteration": iteration})  # where a retry goes on
        fail_now(s, p, node, exc)


def _iterate(s: State, p: PointerRecord, node: WhileNode, iteration: int) -> None:
    if not holds(s, _inside(p, iteration), node, node.condition, "the condition"):
        complete(s, p, node)
        return
    if node.max_iterations is not None and iteration >= node.max_iterations:
        msg = f"step {node.key!r} is at its max_iterations={node.max_iterations} and would go on"
        raise StepError(msg, retryable=False)
    if not spawn_body(s, p, node.bodies[0], iteration=iteration):
        msg = f"step {node.key!r}: the loop's body is empty and its condition holds, so it would never end"
        raise StepError(msg, retryable=False)


def _inside(p: PointerRecord, iteration: int) -> PointerRecord:
    """The place a loop's condition is evaluated from: inside the loop, in the coming iteration."""
    return PointerRecord(
        p.id,
        p.step,
        p.status,
        p.id,
        f"{p.scope}{p.id}/",
        index=None,
        iteration=iteration,
        attempt=p.attempt,
        run=p.run,
    )


def _enter_parallel(s: State, p: PointerRecord, node: ParallelNode) -> None:
    if p.state is None:
        write_state(s, p, {"next": 0})
    _fill_parallel(s, p, node)


def _fill_parallel(s: State, p: PointerRecord, node: ParallelNode) -> None:
    state = read_state(p)
    following: int = state["next"]
    begun = following
    limit = (node.max_parallel or len(node.bodies)) + state.get("held", 0)
    while following < len(node.bodies) and len(s.children.get(p.id, ())) < limit:
        spawn_body(s, p, node.bodies[following])
        following += 1
    if following != begun:
        write_state(s, p, {**state, "next": following})
    if following == len(node.bodies):
        _branches_over(s, p, node, state.get("held", 0), len(node.bodies))


def _branches_over(s: State, p: PointerRecord, node: Node, held: int, total: int) -> None:
    """End a container with no more to begin, if nothing goes on in it: well, or by what it held back."""
    if len(s.children.get(p.id, ())) > held:
        return
    if held:
        RULES["branches_failed"](s, p, total)
    else:
        complete(s, p, node)


def _join_parallel(s: State, p: PointerRecord, node: ParallelNode, last: PointerRecord, number: int) -> None:
    del last, number
    _fill_parallel(s, p, node)


def _enter_dag(s: State, p: PointerRecord, node: DagNode) -> None:
    if p.state is None:
        write_state(s, p, {"done": [], "begun": []})
    _fill_dag(s, p, node)


def _fill_dag(s: State, p: PointerRecord, node: DagNode) -> None:
    state = read_state(p)
    done, begun = set[int](state["done"]), set[int](state["begun"])
    limit = (node.max_parallel or len(node.bodies)) + state.get("held", 0)
    progress = True
    while progress:
        progress = False
        for number, needs in enumerate(node.needs):
            if number in begun or not done.issuperset(needs) or len(s.children.get(p.id, ())) >= limit:
                continue
            begun.add(number)
            progress = True
            if not spawn_body(s, p, node.bodies[number]):
                done.add(number)
    write_state(s, p, {**state, "done": sorted(done), "begun": sorted(begun)})
    _branches_over(s, p, node, state.get("held", 0), len(node.bodies))


def _join_dag(s: State, p: PointerRecord, node: DagNode, last: PointerRecord, number: int) -> None:
    del last
    state = read_state(p)
    state["done"] = sorted({*state["done"], number})
    write_state(s, p, state)
    _fill_dag(s, p, node)


def _enter_for_each(s: State, p: PointerRecord, node: ForEachNode) -> None:
    if p.state is not None:  # only what it collects was refused
        fill_loop(s, p, node)
        return
    items: Any = evaluate(s, p, node, node.items, "the items")
    if not isinstance(items, Iterable) or isinstance(items, (str, bytes)):
        msg = f"step {node.key!r}: the items of a for_each must be iterable, not {type(items).__name__}"
        raise ConditionError(msg)
    begin_items(s, p, cast("Any", items), f"step {node.key!r}")
    fill_loop(s, p, node)


def begin_items(s: State, p: PointerRecord, items: Iterable[Any], where: str) -> None:
    """Persist the items of a loop in chunks; only the first stays in memory."""
    total = 0
    chunk: list[str] = []
    for item in _each(items, where):
        chunk.append(dumps(item, f"{where}: item {total}"))
        total += 1
        if len(chunk) == CHUNK:
            _store_chunk(s, p, total // CHUNK - 1, chunk)
            chunk = []
    if chunk:
        _store_chunk(s, p, total // CHUNK, chunk)
    write_state(s, p, {**read_state(p), "next": 0, "total": total})


def _each(items: Iterable[Any], where: str) -> Iterator[Any]:
    """Go through items, which may be made one by one by a user's code.

    Raises:
        ConditionError: it threw.
    """
    try:
        yield from items
    except Exception as exc:
        raise ConditionError(f"{where}: the items threw {type(exc).__name__}: {exc}") from exc


def _store_chunk(s: State, p: PointerRecord, number: int, texts: list[str]) -> None:
    s.t.items = [*s.t.items, ItemChunk(p.id, number, "[" + ",".join(texts) + "]")]
    if number == 0:
        s.chunks[p.id, 0] = texts


def add_chunk(s: State, chunk: ItemChunk) -> None:
    """Take a chunk that was read from the store."""
    s.chunks[chunk.pointer_id, chunk.number] = [dumps(item, "item") for item in loads(chunk.values)]


def fill_loop(s: State, p: PointerRecord, node: ForEachNode | StepNode) -> None:
    """Begin as many items of a loop as may be open at once; end the loop when all have ended."""
    state = read_state(p)
    following, total = state["next"], state["total"]
    held = state.get("held", 0)
    limit = (getattr(node, "max_parallel", None) or s.host.settings.window + state.get("parked", 0)) + held
    begun = following
    while following < total and len(s.children.get(p.id, ())) < limit:
        if (p.id, following // CHUNK) not in s.chunks:
            if (p.id, following // CHUNK) not in s.t.load_chunks:
                s.t.load_chunks = [*s.t.load_chunks, (p.id, following // CHUNK)]
            break
        if not spawn_body(s, p, node.bodies[0], index=following):
            following = total
            break
        following += 1
    if following != begun:
        state["next"] = following
        write_state(s, p, state)
        _drop_chunks(s, p, following, total)
    if following == total and not held and p.id not in s.children and getattr(node, "collect", None):
        s.t.load_outputs = [*s.t.load_outputs, p.id]
    elif following == total:
        _branches_over(s, p, node, held, total)


def _drop_chunks(s: State, p: PointerRecord, following: int, total: int) -> None:
    """Forget chunks that no open item is in (looked at when a chunk has been used up)."""
    if following % CHUNK and following < total:
        return
    used = {following // CHUNK}
    used.update((s.pointers[child].index or 0) // CHUNK for child in s.children.get(p.id, ()))
    for key in [key for key in s.chunks if key[0] == p.id and key[1] not in used]:
        del s.chunks[key]


def _join_for_each(s: State, p: PointerRecord, node: ForEachNode, last: PointerRecord, number: int) -> None:
    del last, number
    fill_loop(s, p, node)


def chunk_loaded(s: State, chunk: ItemChunk) -> None:
    """The next items of a loop are here."""
    pointer = s.pointers.get(chunk.pointer_id)
    if pointer is not None:
        add_chunk(s, chunk)
        if s.runnable and not _shut(s, pointer):
            fill_loop(s, pointer, cast("ForEachNode", s.node(pointer)))


def outputs_loaded(s: State, pointer_id: int, text: str) -> None:
    """What a loop collected is here: store it in the field and end the loop."""
    pointer = s.pointers.get(pointer_id)
    if pointer is None or pointer.status != PointerStatus.RUNNING:
        return
    node = cast("ForEachNode", s.node(pointer))
    try:
        RULES["collected"](s, pointer, node, text)
    except Exception as exc:  # noqa: BLE001 - the data model is a user's code
        fail_now(s, pointer, node, exc)
        return
    complete(s, pointer, node)


def look_at_loop(s: State, p: PointerRecord) -> None:
    """A loop may have room, or have been about to load something when the instance was interrupted."""
    node = s.node(p)
    if node.kind not in ("for_each", "step") or not s.runnable or _shut(s, p):
        return
    if p.live and p.status == PointerStatus.RUNNING and p.id not in s.running and "total" in read_state(p):
        fill_loop(s, p, cast("ForEachNode", node))


def park(s: State, p: PointerRecord) -> None:
    """A pointer waits or sleeps: the unbounded loop around it may open another item in its place."""
    for ancestor in s.ancestors(p):
        node = s.node(ancestor)
        if node.kind == "for_each":
            state = read_state(ancestor)
            if cast("ForEachNode", node).max_parallel is None and state["next"] < state["total"]:
                state["parked"] = state.get("parked", 0) + 1
                write_state(s, ancestor, state)
                s.agenda.append((_refill, (s, ancestor, node)))
            return


def _refill(s: State, p: PointerRecord, node: ForEachNode) -> None:
    if p.live and s.runnable and not _shut(s, p):
        fill_loop(s, p, node)


def _shut(s: State, p: PointerRecord) -> bool:
    """Whether nothing may begin inside a loop, because it or something around it is about to end."""
    return p.id in s.shut or s.frozen(p)


def _enter_schedule(s: State, p: PointerRecord, node: ScheduleNode) -> None:
    """A background branch leaves its container: it hangs on the instance, with its items kept by value."""
    if p.attempt > 0:  # it has left before, and a retry goes on with the tick that failed
        p.error = None
        move(p, PointerStatus.SLEEPING)
        s.set_due(p, s.now)
        return
    p.attempt = 1
    scope = PointerScope(s, p).keep()
    place = replace(p)
    s.detach(p)
    first = node.after if node.after is not None else node.every
    move(p, PointerStatus.SLEEPING)
    write_state(s, p, {"scope": scope} if scope else {})
    s.set_due(p, s.now + (first or 0))
    s.emit(LifecycleKind.STEP_SLEEPING, p, {"due": p.due})
    advance(s, place, node)


def _fire_schedule(s: State, p: PointerRecord, node: ScheduleNode) -> None:
    s.set_due(p, None)
    try:
        done = node.until is not None and holds(s, _inside(p, p.run), node, node.until, "until")
    except ConditionError as exc:
        move(p, PointerStatus.RUNNING)
        fail_now(s, p, node, exc)
        return
    if done:
        _end_background(s, p)
        return
    move(p, PointerStatus.RUNNING)
    p.failures = 0
    p.run += 1
    if not spawn_body(s, p, node.bodies[0], iteration=p.run - 1):
        _join_schedule(s, p, node, p, 0)


def _join_schedule(s: State, p: PointerRecord, node: ScheduleNode, last: PointerRecord, number: int) -> None:
    """A tick's body has ended. Ticks stay on their grid; those missed meanwhile collapse into one."""
    del last, number
    if node.every is None:
        _end_background(s, p)
        return
    first = (p.started or p.created) + node.every
    due = first + max((s.now - first) // node.every + 1, 1) * node.every
    move(p, PointerStatus.SLEEPING)
    s.set_due(p, due)


def _end_background(s: State, p: PointerRecord) -> None:
    move(p, PointerStatus.COMPLETE)
    s.emit(LifecycleKind.STEP_COMPLETED, p)
    s.remove(p)
    background_ended(s)


ENTER.update(
    {
        "if": _enter_if, "decide": _enter_decide, "while": _enter_while, "parallel": _enter_parallel,
        "dag": _enter_dag, "for_each": _enter_for_each, "schedule": _enter_schedule,
    }
)  # fmt: skip
JOIN.update(
    {
        "if": _join_one, "decide": _join_all, "while": _join_while, "parallel": _join_parallel,
        "dag": _join_dag, "for_each": _join_for_each, "schedule": _join_schedule,
    }
)  # fmt: skip
FIRE["schedule"] = _fire_schedule
REFILL: dict[str, Callable[[State, PointerRecord, Any], None]] = {
    "parallel": _fill_parallel,
    "dag": _fill_dag,
    "for_each": fill_loop,
}
"""By kind of container: begins what has room now, or ends it."""

"""Linking: what a node is worth knowing about its place. Keys, parents, successors, policies in force.

It runs once, on the fresh tree of a new definition, and mutates it; afterwards nothing does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, zip_longest

from wfe_core.definition.nodes import (
    ActivityNode,
    DagNode,
    DecideNode,
    ForEachNode,
    GuardNode,
    IfNode,
    Node,
    SagaNode,
    ScheduleNode,
    Sequence,
    StepNode,
    SubWorkflowNode,
    WaitNode,
)
from wfe_core.policies import DEFAULT_RETRY, NO_RETRY, ErrorBehavior, RetryPolicy
from wfe_core.serialization import dumps
from wfe_core.steps.decorator import check_name

UNDO = "~undo"
"""What the keys of a compensation have after the key of the step."""
TIMEOUT = "~timeout"
"""What the keys of a wait's `on_timeout` branch have after the key of the wait."""
SAGA = "~saga"
"""What an implicit saga's key has after the key of its node."""
GUARD = "~guard"
"""What an implicit guard's key has after the key of its node."""
HOOKS = ("", "~on_success", "~on_failure", "~on_abort", "~ensure")
"""What the keys of a guard's hooks have after the key of the guard, by the number of the body."""


_READABLE = re.compile(r"[\w .:+-]{1,40}")
"""Cases that are a part of keys as they are."""


def walk(sequence: Sequence) -> Iterator[Node]:
    """Give all nodes at and below a sequence in reading order, compensations last."""
    for node in sequence.nodes:
        yield node
        for body in node.bodies:
            yield from walk(body)
        if node.compensation is not None:
            yield from walk(node.compensation)


def ancestors(node: Node) -> Iterator[Node]:
    """Give what a node is inside of, innermost first."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def loops_around(node: Node) -> list[Node]:
    """Give the loops that give a node an item, outermost first."""
    found: list[Node] = []
    sequence = node.sequence
    while sequence.owner is not None:
        owner = sequence.owner
        if sequence.number >= 0 and isinstance(owner, ForEachNode | StepNode):
            found.append(owner)
        sequence = owner.sequence
    return found[::-1]


# ---------------------------------------------------------------- implicit sagas


def wrap_compensated(sequence: Sequence, *, in_saga: bool = False) -> None:
    """Put a saga of one around each node that has a compensation and no saga to run it."""
    for position, node in enumerate(sequence.nodes):
        inside = in_saga or isinstance(node, SagaNode)
        if node.compensation is not None and not inside:
            inside = True
            sequence.nodes[position] = SagaNode(
                name=node.name + SAGA,
                implicit=True,
                bodies=[Sequence([node])],
                cancel_when=node.cancel_when,
                proceed=node.proceed,
            )
            # To leave "the enclosing sequence" means the one the user wrote, not the saga's.
            node.cancel_when, node.proceed = None, False
        for body in node.bodies:
            wrap_compensated(body, in_saga=inside and not isinstance(node, ScheduleNode))
        if node.compensation is not None:
            wrap_compensated(node.compensation)


# ---------------------------------------------------------------- keys


def connect(sequence: Sequence, owner: Node | None = None, number: int = 0) -> None:
    """Set owners, parents and successors."""
    sequence.owner, sequence.number = owner, number
    for node, following in zip_longest(sequence.nodes, sequence.nodes[1:]):
        node.parent, node.sequence, node.next = owner, sequence, following
        for position, body in enumerate(node.bodies):
            connect(body, node, position)
        if node.compensation is not None:
            connect(node.compensation, node, -1)


def give_keys(sequences: list[Sequence], prefix: str, where: str) -> list[str]:
    """Make names unique within one container and set the keys; gives the problems."""
    problems: list[str] = []
    nodes = [found for sequence in sequences for node in sequence.nodes for found in _visible(node)]
    taken: set[str] = set()
    for node in nodes:
        if not node.name:
            problems.append(f"{where}: a lambda gives its step no name; add .name(...) after it")
            node.name = "lambda"
        problem = check_name(node.name) if node.named else None
        if problem is not None:
            problems.append(f"{where}: {problem}; choose another with .name(...)")
        if node.named and node.name in taken:
            problems.append(
                f"{where}: two steps {_inside(prefix)} are named {node.name!r}; give one of them another name"
            )
        if node.named:
            taken.add(node.name)
    for node in nodes:
        if not node.named:
            node.name = _unique(node.name, taken)
            taken.add(node.name)
        node.key = prefix + node.name
        problems.extend(_keys_below(node, where))
        wrapper: Node | None = node.parent
        inner = node
        while isinstance(wrapper, SagaNode | GuardNode) and wrapper.implicit and inner.sequence.number == 0:
            suffix = SAGA if isinstance(wrapper, SagaNode) else GUARD
            whole = isinstance(wrapper, GuardNode) and wrapper.whole
            several = whole or len(wrapper.bodies[0].nodes) > 1
            if several and inner.next is not None:
                break  # the last one gives it its key
            name = wrapper.name if several else inner.name
            wrapper.name, wrapper.key = name + suffix, (prefix + name if several else inner.key) + suffix
            problems.extend(_keys_of_hooks(wrapper, where))
            inner, wrapper = wrapper, wrapper.parent
    return problems


def _visible(node: Node) -> list[Node]:
    """What is implicit around nodes is transparent: the nodes have the names and the keys."""
    if isinstance(node, SagaNode | GuardNode) and node.implicit and node.bodies[0].nodes:
        return [found for inner in node.bodies[0].nodes for found in _visible(inner)]
    return [node]


def _keys_of_hooks(wrapper: SagaNode | GuardNode, where: str) -> list[str]:
    problems: list[str] = []
    for body, part in zip(wrapper.bodies[1:], HOOKS[1:], strict=False):
        body.part, body.label = part, part.lstrip("~")
        problems.extend(give_keys([body], f"{wrapper.key}/{part}/", where))
    return problems


def _keys_below(node: Node, where: str) -> list[str]:
    problems: list[str] = []
    plain: list[Sequence] = []
    taken: set[str] = set()
    for body in node.bodies:
        part = body.part or _part(node, body.number)
        if part:
            body.part = _unique(part, taken)
            body.label = body.label or body.part.lstrip("~")
            taken.add(body.part)
            problems.extend(give_keys([body], f"{node.key}/{body.part}/", where))
        else:
            plain.append(body)
    if plain:
        problems.extend(give_keys(plain, f"{node.key}/", where))
    if node.compensation is not None:
        problems.extend(give_keys([node.compensation], f"{node.key}/{UNDO}/", where))
    return problems


def _part(node: Node, number: int) -> str:
    if isinstance(node, IfNode):
        return "else" if number else "then"
    if isinstance(node, WaitNode):
        return TIMEOUT
    if isinstance(node, GuardNode):
        return HOOKS[number] if number < len(HOOKS) else ""
    if isinstance(node, DecideNode):
        if number == node.otherwise:
            return "otherwise"
        case = number if node.otherwise is None or number < node.otherwise else number - 1
        return _case_part(node.cases[case]) if case < len(node.cases) else ""  # told by validation
    return ""


def _case_part(case: object) -> str:
    """Give what a case adds to keys: its text where that can be read, else a digest of its JSON."""
    text = case if isinstance(case, str) else dumps(case, "case")
    if _READABLE.fullmatch(text):
        return text
    return "case-" + hashlib.sha256(text.encode()).hexdigest()[:8]


def _unique(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(other for n in count(2) if (other := f"{name}-{n}") not in taken)


def _inside(prefix: str) -> str:
    return f"inside {prefix.rstrip('/')!r}" if prefix else "of the main line"


# ---------------------------------------------------------------- policies


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a node takes over from what it is inside of."""

    retry: RetryPolicy | None
    on_error: ErrorBehavior
    background: ErrorBehavior
    """What a background branch begins with, whatever it hangs on."""
    saga: SagaNode | None = None
    undoable: tuple[Node, ...] = ()

    @classmethod
    def of_definition(cls, retry: RetryPolicy | None, on_error: ErrorBehavior | None) -> Inherited:
        """What the main line begins with. Outside of sagas there is nothing to compensate."""
        behavior = ErrorBehavior.FAIL if on_error in (None, ErrorBehavior.COMPENSATE) else on_error
        return cls(retry, behavior or ErrorBehavior.FAIL, behavior or ErrorBehavior.FAIL)


def give_policies(sequence: Sequence, inherited: Inherited) -> None:
    """Resolve retry and error behaviour, and what a saga has to know of each node."""
    for node in sequence.nodes:
        node.saga, node.undoable = inherited.saga, inherited.undoable
        node.on_error = node.on_error_given or inherited.on_error
        node.retry = _retry(node, inherited)
        if isinstance(node, StepNode) and node.timeout is None:
            node.timeout = node.spec.timeout
        if isinstance(node, SagaNode) and node.implicit:
            node.after_undo = inherited.on_error
        retry = node.retry_given if node.container and node.retry_given else inherited.retry
        for body in node.bodies:
            give_policies(body, _inside_of(node, replace(inherited, retry=retry), body.number))
        if node.compensation is not None:
            give_policies(
                node.compensation, Inherited(retry, ErrorBehavior.FAIL, background=inherited.background)
            )


def _inside_of(node: Node, inherited: Inherited, number: int) -> Inherited:
    if isinstance(node, ScheduleNode):
        behavior = node.on_error_given or inherited.background
        return replace(inherited, on_error=behavior, saga=None, undoable=())
    undoable = inherited.undoable
    if node.container and node.compensation is not None:
        undoable = (node, *undoable)
    if isinstance(node, GuardNode):
        # What fails in a guard goes to the guard, whose own behaviour is for what comes then.
        behavior = ErrorBehavior.FAIL if node.saga is None else ErrorBehavior.COMPENSATE
        return replace(inherited, on_error=behavior if number else inherited.on_error, undoable=undoable)
    if isinstance(node, SagaNode):
        return replace(inherited, on_error=ErrorBehavior.COMPENSATE, saga=node, undoable=undoable)
    return replace(inherited, on_error=node.on_error, undoable=undoable)


def _retry(node: Node, inherited: Inherited) -> RetryPolicy:
    """Containers have none of their own: `.retry` on them is for what is inside.

    What only waits (events, approvals, delays) takes nothing over either: a policy meant for steps would
    silently multiply the timeout of a wait.
    """
    if node.container:
        return NO_RETRY
    if isinstance(node, StepNode):
        default = DEFAULT_RETRY if node.spec.python else NO_RETRY
        return node.retry_given or node.spec.retry or inherited.retry or default
    if isinstance(node, ActivityNode | SubWorkflowNode):
        return node.retry_given or inherited.retry or NO_RETRY
    return node.retry_given or NO_RETRY


def mark_collecting(root: Sequence) -> None:
    """Mark the nodes whose output a loop collects; a saga or a guard has that of its last node."""
    for loop in walk(root):
        if not isinstance(loop, ForEachNode) or loop.collect is None:
            continue
        last = _last(loop.bodies[0]) if loop.bodies else None
        while last is not None:
            last.collects = True
            last = _last(last.bodies[0]) if isinstance(last, SagaNode | GuardNode) else None


def _last(sequence: Sequence) -> Node | None:
    return sequence.nodes[-1] if sequence.nodes else None


def transitive_needs(dag: DagNode, number: int) -> set[int]:
    """Give the numbers of the bodies that have ended before body `number` begins."""
    found: set[int] = set()
    todo = [number]
    while todo:
        for need in dag.needs[todo.pop()]:
            if need not in found:
                found.add(need)
                todo.append(need)
    return found

"""What can be wrong with a definition beyond its links: every problem is found, none hides another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from wfe_core.bounds import HIGHEST_NUMBER, NAME_BYTES, flaw
from wfe_core.definition.linking import HOOKS, loops_around, walk
from wfe_core.definition.nodes import (
    ActivityNode,
    DagNode,
    DecideNode,
    DelayNode,
    EndNode,
    ForEachNode,
    GoToNode,
    GuardNode,
    IfNode,
    Node,
    ParallelNode,
    SagaNode,
    ScheduleNode,
    StepNode,
    WaitNode,
    WhileNode,
)
from wfe_core.errors import DefinitionError
from wfe_core.policies import ErrorBehavior
from wfe_core.serialization import DataCodec
from wfe_core.steps.binding import Place, did_you_mean

Check = Callable[[Any, str], list[str]]


def check_identity(id: object, version: object) -> list[str]:
    """Check what a definition is known by."""
    problems: list[str] = []
    if not isinstance(id, str) or not id.strip() or not id.isprintable():
        problems.append(f"the workflow id {id!r} must be a text that is not empty")
    elif (problem := flaw(id, NAME_BYTES)) is not None:
        problems.append(f"the workflow id {id!r:.80} {problem}")
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        problems.append(f"workflow {id!r}: version {version!r} must be a whole number from 0 on")
    elif version > HIGHEST_NUMBER:
        problems.append(f"workflow {id!r}: version {version} must be at most {HIGHEST_NUMBER}")
    return problems


def bind_step(node: StepNode, codec: DataCodec[Any], where: str) -> list[str]:
    """Decide how the parameters of a step are filled, or say why they cannot be."""
    place = Place(
        where=where,
        inputs=node.inputs,
        codec=codec,
        in_loop=bool(loops_around(node)),
        sole_is_context=node.spec.is_lambda,
    )
    try:
        node.binding = node.spec.bind(place)
    except DefinitionError as exc:
        return list(exc.problems)
    return []


def check_node(node: Node, codec: DataCodec[Any], where: str) -> list[str]:
    """Check one linked node."""
    problems = [
        *_check_fields(node, codec, where),
        *_check_behavior(node, where),
    ]
    check = _CHECKS.get(node.kind)
    if check is not None:
        problems.extend(check(node, where))
    return problems


def _check_fields(node: Node, codec: DataCodec[Any], where: str) -> list[str]:
    if codec.fields is None:
        return []
    targets = [("output", node.output)]
    if isinstance(node, ForEachNode):
        targets.append(("collect", node.collect))
    return [
        f"{where}: .{modifier}({target!r}): "
        f"{codec.name} has no such field{did_you_mean(target, codec.fields)}"
        for modifier, target in targets
        if isinstance(target, str) and target not in codec.fields
    ]


def _check_behavior(node: Node, where: str) -> list[str]:
    problems: list[str] = []
    if node.on_error_given is ErrorBehavior.COMPENSATE and node.saga is None:
        problems.append(
            f"{where}: on_error 'compensate' needs a saga around the step: put it into .saga(...), "
            f"or give it .compensate_with(...)"
        )
    if node.compensation is not None and isinstance(node, GoToNode | EndNode | DelayNode | ScheduleNode):
        problems.append(f"{where}: a {node.kind} does nothing that could be compensated")
    if node.compensation is not None and node.compensation.first is None:
        problems.append(f"{where}: its compensation has no step")
    limit = getattr(node, "max_parallel", None)
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        problems.append(
            f"{where}: max_parallel={limit!r} must be a whole number from 1 on, or None for no limit"
        )
    return problems


def _check_while(node: WhileNode, where: str) -> list[str]:
    problems = _needs_body(node, where)
    limit = node.max_iterations
    if limit is not None and (isinstance(limit, bool) or limit < 1):
        problems.append(f"{where}: max_iterations={limit!r} must be a whole number from 1 on")
    return problems


def _check_for_each(node: ForEachNode, where: str) -> list[str]:
    problems = _needs_body(node, where)
    if node.collect is not None and not problems:
        last: Node = node.bodies[0].nodes[-1]
        while isinstance(last, SagaNode | GuardNode) and last.bodies[0].nodes:
            last = last.bodies[0].nodes[-1]
        if last.container:
            problems.append(
                f"{where}: .collect({node.collect!r}) takes the output of the last step of the body, but "
                f"{last.key!r} is a container and has none; end the body with a step that returns it"
            )
    return problems


def _check_decide(node: DecideNode, where: str) -> list[str]:
    if not node.bodies:
        return [f"{where}: .decide() has no branch; add .when(value, branch)"]
    if len(node.cases) + (node.otherwise is not None) != len(node.bodies):
        return [f"{where}: it has {len(node.bodies)} branches for {len(node.cases)} cases"]
    if node.value is None and node.sequence.nodes[0] is node:
        remedy = "and there is none; give it a function of the data"
        return [f"{where}: .decide() without a function takes the outcome of the step before, {remedy}"]
    return []


def _check_if(node: IfNode, where: str) -> list[str]:
    if not 1 <= len(node.bodies) <= 2:  # noqa: PLR2004 - then and else
        return [f"{where}: it has {len(node.bodies)} branches; an if has a then and perhaps an else"]
    return []


def _check_dag(node: DagNode, where: str) -> list[str]:
    names = [_dag_name(node, number) for number in range(len(node.bodies))]
    if not names:
        return [f"{where}: it has no nodes; add some with .add(name, step)"]
    if len(node.needs) != len(names):
        return [f"{where}: it has {len(names)} nodes and needs for {len(node.needs)}"]
    if any(not 0 <= need < len(names) for needs in node.needs for need in needs):
        return [f"{where}: a node needs a number that no node has"]
    cycle = _find_cycle(node.needs)
    if cycle:
        way = " needs ".join(repr(names[number]) for number in cycle)
        return [f"{where}: the nodes need each other in a circle: {way}; take one of these needs away"]
    return []


def _dag_name(node: DagNode, number: int) -> str:
    body = node.bodies[number]
    return body.label or body.part or (body.nodes[0].name if body.nodes else f"#{number + 1}")


def _find_cycle(needs: list[tuple[int, ...]]) -> list[int]:
    """Give the numbers of one cycle, first and last the same; an empty list when there is none."""
    ended: set[int] = set()
    for start in range(len(needs)):
        path: list[int] = []
        todo: list[tuple[int, int]] = [(start, 0)]
        while todo:
            number, depth = todo.pop()
            for left in path[depth:]:
                ended.add(left)
            del path[depth:]
            if number in path:
                return [*path[path.index(number) :], number]
            if number in ended:
                continue
            path.append(number)
            todo.extend((need, len(path)) for need in needs[number])
        ended.update(path)
    return []


def _check_schedule(node: ScheduleNode, where: str) -> list[str]:
    problems = _needs_body(node, where)
    if (node.after is None) == (node.every is None):
        problems.append(f"{where}: it needs either a time after which it runs, or one after which it repeats")
    if node.every is not None and node.every < _SHORTEST_TICK:
        problems.append(f"{where}: .recur(...) needs at least a millisecond between two runs")
    return problems


_SHORTEST_TICK = 1_000


def _check_parallel(node: ParallelNode, where: str) -> list[str]:
    return [] if node.bodies else [f"{where}: .parallel(...) needs at least one branch"]


def _check_delay(node: DelayNode, where: str) -> list[str]:
    if (node.duration is None) == (node.until is None):
        return [f"{where}: a delay needs either a duration or a moment"]
    return []


def _check_guard(node: GuardNode, where: str) -> list[str]:
    if len(node.bodies) != len(HOOKS):
        return [f"{where}: it has {len(node.bodies)} bodies; a guard has {len(HOOKS)}, hooks may be empty"]
    problems: list[str] = []
    if not node.bodies[0].nodes:
        problems.append(f"{where}: its body has no step; give it a branch that adds one")
    if not any(hook.nodes for hook in node.bodies[1:]) and node.on_error_given is None:
        problems.append(f"{where}: it has no hook; give on_success, on_failure, on_abort or ensure")
    if node.ensure_timeout <= 0:
        problems.append(f"{where}: ensure_timeout must be more than nothing")
    problems += [
        f"{where}: {inside.key!r} would end the workflow from inside a hook, which runs because something "
        f"ends already; put it after the guard"
        for hook in node.bodies[1:]
        for inside in walk(hook)
        if isinstance(inside, EndNode)
    ]
    return problems


def _check_wait(node: WaitNode, where: str) -> list[str]:
    return _check_text(f"{where}: the name of the event", node.event)


def _check_activity(node: ActivityNode, where: str) -> list[str]:
    return _check_text(f"{where}: the name of the activity", node.activity)


def _check_text(what: str, name: object) -> list[str]:
    """Check a name by which a store looks things up; that it is a text is seen where it is given."""
    problem = flaw(name, NAME_BYTES) if isinstance(name, str) else None
    return [] if problem is None else [f"{what} {name!r:.80} {problem}"]


def _needs_body(node: Node, where: str) -> list[str]:
    if len(node.bodies) == 1 and node.bodies[0].nodes:
        return []
    return [f"{where}: its body has no step; add one with .then(...) on the builder that the body is given"]


_CHECKS: dict[str, Check] = {
    "decide": cast("Check", _check_decide),
    "if": cast("Check", _check_if),
    "while": cast("Check", _check_while),
    "for_each": cast("Check", _check_for_each),
    "parallel": cast("Check", _check_parallel),
    "dag": cast("Check", _check_dag),
    "guard": cast("Check", _check_guard),
    "saga": cast("Check", _needs_body),
    "schedule": cast("Check", _check_schedule),
    "delay": cast("Check", _check_delay),
    "wait_for": cast("Check", _check_wait),
    "activity": cast("Check", _check_activity),
}

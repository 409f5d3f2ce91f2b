"""What each construct of the builder makes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import BaseModel

from wfe_core import (
    Branch,
    Dag,
    ErrorBehavior,
    RetryPolicy,
    StepBody,
    StepContext,
    WorkflowBuilder,
    WorkflowDefinition,
    output_of,
    step,
)
from wfe_core.definition import nodes as n
from wfe_core.serialization import codec_for
from wfe_core.steps.context import NoScope
from wfe_core.steps.selectors import KeptOutput, Selector


class Order(BaseModel):
    """Typed data."""

    id: str = "o"
    items: list[str] = ["a"]
    total: float = 2.0
    due: dt.datetime = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


@step
async def reserve(items: list[str]) -> None:
    """Take a field."""


@step
async def release() -> None:
    """Take nothing."""


async def unmarked(ctx: StepContext[Order]) -> None:
    """Take the context."""


class Ship(StepBody[Order]):
    """A body."""

    async def run(self, ctx: StepContext[Order]) -> None:
        """Do nothing."""


def build(*calls: Any, **options: Any) -> WorkflowDefinition[Order]:
    """Build a workflow of one step `first` and what the calls add."""
    b = WorkflowBuilder("flow", data=Order, **options).then(release).name("first")
    for call in calls:
        call(b)
    return b.build()


def the(flow: WorkflowDefinition[Any], kind: type[n.Node] = n.Node) -> Any:
    """The last node of the main line, of that kind."""
    node = flow.root.nodes[-1]
    assert isinstance(node, kind)
    return node


def value(selector: Selector | None, data: Order | None = None) -> Any:
    """What a selector gives for some data."""
    assert selector is not None
    codec = codec_for(Order)
    view: StepContext[Order] = StepContext(
        codec=codec,
        texts=codec.initial(data or Order()),
        scope=NoScope(),
        instance_id="i-1",
        definition_id="flow",
        version=1,
        step_key="here",
    )
    return selector.evaluate(view)


def names(sequence: n.Sequence | None) -> list[str]:
    """The names of a sequence's nodes."""
    return [] if sequence is None else [node.name for node in sequence.nodes]


def test_the_first_example_builds() -> None:
    """Keys of the documentation's first example: a saga, a loop with a collection, a wait."""
    flow = (
        WorkflowBuilder("order", data=Order)
        .saga(lambda s: s.then(reserve).compensate_with(release).then(unmarked))
        .for_each(lambda d: d.items, lambda each: each.then(Ship), max_parallel=4)
        .collect("items")
        .wait_for("picked-up", key=lambda d: d.id)
        .build()
    )
    assert list(flow.steps) == [
        "saga", "saga/reserve", "saga/reserve/~undo/release", "saga/unmarked",
        "each", "each/Ship", "picked-up",
    ]  # fmt: skip
    assert (flow.id, flow.version, flow.data_type, flow.data_class) == ("order", 1, Order, Order)


def test_whatever_can_be_a_step_is_added_by_then() -> None:
    """Marked and unmarked functions, classes, objects, names; a lambda with a name."""
    flow = build(
        lambda b: b.start_with(reserve).then(unmarked).then(Ship).then(Ship()).then("registered"),
        lambda b: b.then(lambda c: c.data.total).name("total"),
    )
    assert names(flow.root) == ["first", "reserve", "unmarked", "Ship", "Ship-2", "registered", "total"]
    assert all(isinstance(node, n.StepNode) for node in flow.root.nodes)


def test_options_of_the_workflow_are_kept() -> None:
    """Version, policies, timeout and description are the definition's."""
    policy = RetryPolicy(max_attempts=2)
    flow = build(version=3, retry=policy, on_error="suspend", timeout="1d", description="all")
    assert (flow.version, flow.retry, flow.description) == (3, policy, "all")
    assert (flow.on_error, flow.timeout) == (ErrorBehavior.SUSPEND, 86_400_000_000)


def test_decide() -> None:
    """Cases in order, `otherwise` at its place; without a function the outcome before counts."""
    node = the(
        build(
            lambda b: (
                b.decide(lambda d: d.total)
                .when(1, lambda w: w.then(release))
                .otherwise(lambda o: o.then(release))
                .when({"x": (1, 2)}, lambda w: w.then(release))
            )
        ),
        n.DecideNode,
    )
    assert (node.cases, node.otherwise, len(node.bodies)) == ([1, {"x": [1, 2]}], 1, 3)
    assert value(node.value) == 2.0
    assert the(build(lambda b: b.decide().when(1, lambda w: w.then(release)))).value is None
    assert (
        value(the(build(lambda b: b.decide(lambda d, c: c.instance_id).when(1, lambda w: w))).value) == "i-1"
    )


def test_if_do() -> None:
    """A then, and perhaps an else."""
    both = the(
        build(lambda b: b.if_do(lambda d: d.total > 1, lambda t: t.then(release), lambda e: e.then(Ship)))
    )
    assert [names(body) for body in both.bodies] == [["release"], ["Ship"]]
    assert value(both.condition) is True
    alone = the(build(lambda b: b.if_do(lambda d, c: c.attempt, lambda t: t.then(release))), n.IfNode)
    assert (len(alone.bodies), value(alone.condition)) == (1, 0)


def test_loops() -> None:
    """`while_do` and `for_each` with their bounds; items are a value or a selector, and may have a name."""
    loop = the(build(lambda b: b.while_do(lambda d: d.total, lambda w: w.then(release), 7)), n.WhileNode)
    assert (loop.max_iterations, value(loop.condition), names(loop.bodies[0])) == (7, 2.0, ["release"])
    each = the(
        build(
            lambda b: b.for_each(lambda d: d.items, lambda e: e.then(release), max_parallel=3, name="line")
        ),
        n.ForEachNode,
    )
    assert (each.max_parallel, each.item_name, each.name, value(each.items)) == (3, "line", "line", ["a"])
    fixed = the(
        build(lambda b: b.for_each([1, 2], lambda e: e.then(release)).collect("items")), n.ForEachNode
    )
    assert (value(fixed.items), fixed.item_name, fixed.name, fixed.collect) == ([1, 2], None, "each", "items")


def test_two_loops_over_the_same_kind_of_item() -> None:
    """The name of a loop's item may be used again: it is a default name for the loop."""

    def twice(b: Any) -> None:
        for _ in range(2):
            b.for_each([1], lambda e: e.then(release), name="line")

    assert names(build(twice).root) == ["first", "line", "line-2"]


def test_parallel_and_dag() -> None:
    """Branches side by side; nodes of a graph in any order, their needs by name."""
    side = the(build(lambda b: b.parallel(lambda p: p.then(release), lambda p: p.then(Ship), max_parallel=2)))
    assert ([names(body) for body in side.bodies], side.max_parallel) == ([["release"], ["Ship"]], 2)

    def graph(g: Dag[Order]) -> None:
        g.add("ship", Ship, needs=["pack", "bill"])
        g.add("pack", lambda b: b.then(release).then(release))
        g.add("bill", reserve, needs=("pack",))

    flow = build(lambda b: b.dag(graph, max_parallel=4))
    node = the(flow, n.DagNode)
    assert (node.needs, node.max_parallel) == ([(1, 2), (), (1,)], 4)
    assert list(flow.steps)[2:] == ["dag/ship", "dag/pack/release", "dag/pack/release-2", "dag/bill"]


def test_sagas() -> None:
    """Fail by default after an undo, or suspend, or go on; perhaps again."""
    body: Any = lambda s: s.then(reserve).compensate_with(release)  # noqa: E731
    node = the(build(lambda b: b.saga(body)), n.SagaNode)
    assert (node.after_undo, node.again, node.implicit) == (ErrorBehavior.FAIL, None, False)
    policy = RetryPolicy(max_attempts=3)
    node = the(build(lambda b: b.saga(body, on_error="continue", retry=policy)), n.SagaNode)
    assert (node.after_undo, node.again, node.on_error_given) == (ErrorBehavior.CONTINUE, policy, None)
    assert the(build(lambda b: b.saga(body).on_error("suspend"))).after_undo is ErrorBehavior.SUSPEND


def test_waits() -> None:
    """Event, key, start, timeout, what happens then, and where the data goes."""
    moment = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    node = the(
        build(
            lambda b: b.wait_for(
                "picked/up", lambda d: d.id, as_of=moment, timeout="1h", output="id", on_timeout=release
            )
        ),
        n.WaitNode,
    )
    assert (node.name, node.event, value(node.event_key), value(node.as_of)) == (
        "picked-up",
        "picked/up",
        "o",
        moment,
    )
    assert (node.timeout, node.output, names(node.bodies[0])) == (3_600_000_000, "id", ["release"])
    plain = the(build(lambda b: b.wait_for("e")), n.WaitNode)
    assert (value(plain.event_key), plain.as_of, plain.timeout, plain.bodies) == ("", None, None, [])
    later = the(build(lambda b: b.wait_for("e", as_of=lambda d: d.due)))
    assert value(later.as_of) == Order().due
    branch = the(
        build(lambda b: b.wait_for("e", timeout=1, on_timeout=lambda t: t.then(Ship).end_workflow()))
    )
    assert names(branch.bodies[0]) == ["Ship", "end"]


def test_work_elsewhere() -> None:
    """Approvals, activities, sub-workflows: what they are given, and where the result goes."""
    approval = the(build(lambda b: b.approval(lambda d: d.id, timeout=5, output="id")), n.ApprovalNode)
    assert (value(approval.prompt), approval.timeout, approval.output) == ("o", 5_000_000, "id")
    activity = the(build(lambda b: b.activity("review", {"a": 1}, timeout=5)), n.ActivityNode)
    assert (activity.name, activity.activity, value(activity.input)) == ("review", "review", {"a": 1})
    assert value(the(build(lambda b: b.activity("review"))).input) is None
    child = the(
        build(lambda b: b.sub_workflow("child", lambda d: {"x": d.total}, version=3)), n.SubWorkflowNode
    )
    assert (child.workflow, child.version, value(child.input)) == ("child", 3, {"x": 2.0})
    other = build(version=7)
    by_definition = the(build(lambda b: b.sub_workflow(other)), n.SubWorkflowNode)
    assert (by_definition.workflow, by_definition.version) == ("flow", 7)
    assert the(build(lambda b: b.sub_workflow(other, version=2))).version == 2


def test_time() -> None:
    """Delays, moments, background branches once or again and again."""
    assert the(build(lambda b: b.delay("1m")), n.DelayNode).duration == 60_000_000
    assert the(build(lambda b: b.delay(0)), n.DelayNode).duration == 0
    assert value(the(build(lambda b: b.delay_until(lambda d: d.due)), n.DelayNode).until) == Order().due
    once = the(build(lambda b: b.schedule("1m", lambda s: s.then(release))), n.ScheduleNode)
    assert (once.after, once.every, once.until, names(once.bodies[0])) == (
        60_000_000,
        None,
        None,
        ["release"],
    )
    often = the(
        build(lambda b: b.recur(2, lambda s: s.then(release), until=lambda d: d.total)), n.ScheduleNode
    )
    assert (often.after, often.every, value(often.until), often.name) == (None, 2_000_000, 2.0, "recur")


def test_jumps_and_ends() -> None:
    """`go_to` by name; `end_workflow` with outputs from a value or a selector."""
    jump = the(build(lambda b: b.go_to("first")), n.GoToNode)
    assert (jump.name, jump.target.name) == ("go-to-first", "first")
    assert the(build(lambda b: b.end_workflow()), n.EndNode).result is None
    assert value(the(build(lambda b: b.end_workflow({"total": 3}))).result) == {"total": 3}
    assert value(the(build(lambda b: b.end_workflow(lambda d: {"total": d.total}))).result) == {"total": 2.0}


def test_modifiers_change_what_was_added_last() -> None:
    """Each modifier sets its field on the step or container right before it."""
    policy = RetryPolicy(max_attempts=2)

    def outputs(result: Any, data: Order) -> dict[str, Any]:
        return {"total": result}

    flow = build(
        lambda b: (
            b.then(reserve)
            .name("mine")
            .input(items=lambda d: d.items)
            .output(outputs)
            .retry(policy)
            .on_error(ErrorBehavior.CONTINUE)
            .timeout("5s")
            .cancel_when(lambda d: d.total > 3, proceed=True)
            .only_if(lambda d, c: c.instance_id == "i-1")
            .config(a=1)
            .config(b=2)
            .priority(5)
            .body(lambda each: each.then(release))
        )
    )
    node = the(flow, n.StepNode)
    assert (node.key, node.named, node.output, node.retry, node.timeout) == (
        "mine",
        True,
        outputs,
        policy,
        5_000_000,
    )
    assert (node.on_error_given, value(node.cancel_when), node.proceed) == (
        ErrorBehavior.CONTINUE,
        False,
        True,
    )
    assert (value(node.only_if), node.config, node.priority) == (True, {"a": 1, "b": 2}, 5)
    assert (value(node.inputs["items"]), names(node.bodies[0])) == (["a"], ["release"])
    assert flow.root.nodes[0].priority == 0


def test_a_branch_can_be_many_statements() -> None:
    """The builder is mutable, and what a body returns is ignored."""

    def body(b: Branch[Order]) -> str:
        for _ in range(2):
            b.then(release)
        b.if_do(lambda d: d.total, lambda t: t.then(Ship))
        return "ignored"

    assert names(the(build(lambda b: b.saga(body))).bodies[0]) == ["release", "release-2", "if"]


def test_a_marked_step_can_stand_for_a_branch_of_one() -> None:
    """A body that is a step for sure is that step."""
    body: Any = release
    flow = build(lambda b: b.for_each([1], body), lambda b: b.saga(body), lambda b: b.parallel(body, Ship))
    assert [names(body) for node in flow.root.nodes for body in node.bodies] == [
        ["release"], ["release"], ["release"], ["Ship"],
    ]  # fmt: skip


@pytest.mark.parametrize("undo", [release, Ship, Ship(), lambda b: b.then(release)])
def test_compensations_are_steps_or_branches(undo: Any) -> None:
    """The mark, or a StepBody, tells a step from a branch."""
    flow = build(lambda b: b.saga(lambda s: s.then(reserve).compensate_with(undo)))
    assert names(flow.steps["saga/reserve"].compensation) in (["release"], ["Ship"])


def test_wires_are_connected() -> None:
    """`output_of` inside `.input` reads the step before."""
    flow = build(lambda b: b.then(unmarked).then(reserve).input(items=output_of("unmarked", "items")))
    wire = the(flow, n.StepNode).inputs["items"]
    assert isinstance(wire, KeptOutput)
    assert flow.steps["unmarked"].keep_output


def test_a_builder_can_go_on_after_a_build() -> None:
    """Each build gives a definition of its own; the earlier one stays as it was."""
    b = WorkflowBuilder("flow", data=Order).then(reserve).compensate_with(release)
    one, same = b.build(), b.build()
    other = b.then(Ship).build()
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert list(one.steps) == list(same.steps) == ["reserve~saga", "reserve", "reserve/~undo/release"]
    assert list(other.steps) == [*one.steps, "Ship"]
    assert one.steps["reserve"] is not same.steps["reserve"]


def test_untyped_data_is_a_dict() -> None:
    """Without `data=` a workflow's data may have any keys."""
    flow = WorkflowBuilder("flow").then(reserve).build()
    assert (flow.data_type, flow.codec.fields) == (dict, None)
    assert WorkflowBuilder("flow", data=dict).then(reserve).build().fingerprint == flow.fingerprint

"""Which retry policy and which error behaviour hold for a node, and what sagas know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wfe_core.definition.nodes import (
    ActivityNode,
    ApprovalNode,
    DelayNode,
    ForEachNode,
    IfNode,
    SagaNode,
    ScheduleNode,
    SubWorkflowNode,
    WaitNode,
)
from wfe_core.policies import DEFAULT_RETRY, NO_RETRY, ErrorBehavior, RetryPolicy
from wfe_core.steps.decorator import step
from wfe_core.steps.selectors import Constant
from wfe_core.steps.spec import StepSpec

if TYPE_CHECKING:
    from tests.unit.wfe_core.definition.conftest import Make, Problems

ONE, TWO, THREE, FOUR = (RetryPolicy(max_attempts=n) for n in (11, 12, 13, 14))
YES = Constant(True)


@step(retry=TWO, timeout=9)
async def marked() -> None:
    """A step with a policy of its own."""


def test_the_nearest_retry_policy_holds(make: Make) -> None:
    """Own, else the decorator's, else the nearest container's, else the definition's."""
    flow = make.definition(
        SagaNode(
            name="s",
            retry_given=THREE,
            bodies=[
                make.line(
                    make.step("own", marked, retry_given=ONE),
                    make.step("decorated", marked),
                    IfNode(name="if", condition=YES, bodies=[make.line("inherited")]),
                )
            ],
        ),
        "outside",
        retry=FOUR,
    )
    steps = flow.steps
    assert steps["s/own"].retry == ONE
    assert steps["s/decorated"].retry == TWO
    assert steps["s/if/then/inherited"].retry == THREE
    assert steps["outside"].retry == FOUR


def test_without_any_policy_only_python_steps_are_retried(make: Make) -> None:
    """Bodies of Python steps get the default; executors of YAML steps and all that waits get one attempt."""
    yaml = StepSpec.of(marked.fn, "w", python=False)
    flow = make.definition(
        "python",
        make.step("yaml", marked.fn),
        ActivityNode(name="activity", activity="a", input=YES),
        SubWorkflowNode(name="sub", workflow="w", input=YES),
        WaitNode(name="wait", event="e", event_key=YES),
        ApprovalNode(name="approval", prompt=YES),
        DelayNode(name="delay", duration=1),
    )
    assert not yaml.python
    retries = {key: node.retry for key, node in flow.steps.items()}
    assert retries.pop("python") == retries.pop("yaml") == DEFAULT_RETRY
    assert set(retries.values()) == {NO_RETRY}


def test_executors_of_yaml_steps_are_not_retried_by_default(make: Make) -> None:
    """A spec that is not Python's own inherits what is given, and nothing else."""

    def node(name: str) -> Any:
        made = make.step(name, marked.fn)
        made.spec = StepSpec.of(marked.fn, "w", python=False)
        return made

    flow = make.definition(
        node("plain"), SagaNode(name="s", retry_given=ONE, bodies=[make.line(node("inside"))])
    )
    assert flow.steps["plain"].retry == NO_RETRY
    assert flow.steps["s/inside"].retry == ONE


def test_what_only_waits_inherits_no_retries(make: Make) -> None:
    """A policy meant for steps does not multiply the timeout of a wait; work done elsewhere is retried."""
    flow = make.definition(
        ActivityNode(name="activity", activity="a", input=YES),
        SubWorkflowNode(name="sub", workflow="w", input=YES),
        WaitNode(name="wait", event="e", event_key=YES),
        WaitNode(name="stubborn", event="e", event_key=YES, retry_given=TWO),
        retry=ONE,
    )
    assert [node.retry for node in flow.steps.values()] == [ONE, ONE, NO_RETRY, TWO]


def test_a_container_is_not_retried_itself(make: Make) -> None:
    """`.retry` on a container is for what is inside; a saga's own repetition is `again`."""
    flow = make.definition(SagaNode(name="s", retry_given=ONE, again=TWO, bodies=[make.line("a")]))
    saga = flow.steps["s"]
    assert isinstance(saga, SagaNode)
    assert (saga.retry, saga.again, flow.steps["s/a"].retry) == (NO_RETRY, TWO, ONE)


def test_the_timeout_of_the_mark_is_the_nodes(make: Make) -> None:
    """A step's own timeout wins over the mark's."""
    flow = make.definition(make.step("a", marked), make.step("b", marked, timeout=5))
    assert [node.timeout for node in flow.steps.values()] == [9_000_000, 5]


def test_the_nearest_error_behaviour_holds(make: Make) -> None:
    """Own, else the nearest container's, else the definition's; the edge of a saga means compensate."""
    suspend, go_on, fail = ErrorBehavior.SUSPEND, ErrorBehavior.CONTINUE, ErrorBehavior.FAIL
    flow = make.definition(
        "line",
        ForEachNode(name="each", items=YES, on_error_given=go_on, bodies=[make.line("a", make.step("b"))]),
        SagaNode(
            name="s",
            bodies=[
                make.line(
                    "c",
                    make.step("d", on_error_given=fail),
                    IfNode(name="if", condition=YES, on_error_given=go_on, bodies=[make.line("e")]),
                    IfNode(name="if", condition=YES, bodies=[make.line("f")]),
                )
            ],
        ),
        on_error=suspend,
    )
    found = {key: node.on_error for key, node in flow.steps.items() if not node.container}
    assert found == {
        "line": suspend,
        "each/a": go_on,
        "each/b": go_on,
        "s/c": ErrorBehavior.COMPENSATE,
        "s/d": fail,
        "s/if/then/e": go_on,
        "s/if-2/then/f": ErrorBehavior.COMPENSATE,
    }


def test_a_definition_cannot_compensate_outside_of_sagas(make: Make) -> None:
    """`compensate` as a default means: fail, where there is no saga."""
    flow = make.definition("a", on_error=ErrorBehavior.COMPENSATE)
    assert flow.steps["a"].on_error is ErrorBehavior.FAIL


def test_compensate_needs_a_saga(problems: Problems, make: Make) -> None:
    """A step outside of sagas that asks for compensation gets the two remedies."""
    (problem,) = problems(make.step("a", on_error_given=ErrorBehavior.COMPENSATE))
    assert problem.startswith("workflow 'flow', step 'a': on_error 'compensate' needs a saga")


def test_compensations_and_background_branches_stand_outside_of_the_saga(make: Make) -> None:
    """They are not undone with it, and a failure in them does not undo it."""
    flow = make.definition(
        SagaNode(
            name="s",
            bodies=[
                make.line(
                    make.step("a", compensation=make.line("b"), retry_given=ONE),
                    ScheduleNode(name="later", after=1, bodies=[make.line("c")]),
                )
            ],
        ),
        on_error=ErrorBehavior.SUSPEND,
        retry=TWO,
    )
    saga, undo, later = flow.steps["s"], flow.steps["s/a/~undo/b"], flow.steps["s/later/c"]
    assert flow.steps["s/a"].saga is saga
    assert (undo.saga, undo.on_error, undo.retry) == (None, ErrorBehavior.FAIL, TWO)
    assert (later.saga, later.on_error, later.retry) == (None, ErrorBehavior.SUSPEND, TWO)


def test_a_compensation_in_the_background_gets_a_saga_of_its_own(make: Make) -> None:
    """A saga does not reach into background branches, so a compensation there needs another one."""
    later = ScheduleNode(
        name="later", after=1, bodies=[make.line(make.step("a", compensation=make.line("b")))]
    )
    flow = make.definition(SagaNode(name="s", bodies=[make.line(later)]))
    saga = flow.steps["s/later/a"].saga
    assert saga is not None
    assert (saga.implicit, saga.key) == (True, "s/later/a~saga")


@pytest.mark.parametrize("behavior", [ErrorBehavior.SUSPEND, ErrorBehavior.CONTINUE, ErrorBehavior.FAIL])
def test_a_saga_of_one_ends_as_the_step_would(make: Make, behavior: ErrorBehavior) -> None:
    """When its one step is undone, the error behaviour around it holds."""
    flow = make.definition(make.step("a", compensation=make.line("b")), on_error=behavior)
    saga = flow.steps["a~saga"]
    assert isinstance(saga, SagaNode)
    assert saga.after_undo is behavior
    assert flow.steps["a"].on_error is ErrorBehavior.COMPENSATE


def test_cancel_when_of_a_saga_of_one_ends_the_users_sequence(make: Make) -> None:
    """`cancel_when` cancels what stands in the user's sequence, which is the saga around the step."""
    flow = make.definition(make.step("a", compensation=make.line("b"), cancel_when=YES, proceed=True))
    saga, inner = flow.steps["a~saga"], flow.steps["a"]
    assert (saga.cancel_when, saga.proceed) == (YES, True)
    assert (inner.cancel_when, inner.proceed) == (None, False)
    assert flow.has_cancel_when
    assert not make.definition("a").has_cancel_when


def test_only_the_outermost_compensation_makes_a_saga(make: Make) -> None:
    """A container with a compensation is a saga of its own, for all that is inside."""
    each = ForEachNode(
        name="each",
        items=YES,
        bodies=[make.line(make.step("a", compensation=make.line("b")))],
        compensation=make.line("c"),
    )
    flow = make.definition(each, SagaNode(name="s", bodies=[make.line("d")], compensation=make.line("e")))
    assert [key for key, node in flow.steps.items() if node.kind == "saga"] == ["each~saga", "s"]
    a = flow.steps["each/a"]
    assert a.saga is flow.steps["each~saga"]
    assert a.undoable == (each,)
    assert flow.steps["s/d"].undoable == (flow.steps["s"],)


def test_the_last_node_of_a_collecting_loop_knows_it(make: Make) -> None:
    """Its output is collected; through sagas, whose output is that of their last node."""
    inner = SagaNode(name="s", bodies=[make.line("b", make.step("c", compensation=make.line("d")))])
    flow = make.definition(
        ForEachNode(name="each", items=YES, collect="x", bodies=[make.line("a", inner)]),
        ForEachNode(name="other", items=YES, bodies=[make.line("a")]),
    )
    assert [key for key, node in flow.steps.items() if node.collects] == ["each/s", "each/s/c"]

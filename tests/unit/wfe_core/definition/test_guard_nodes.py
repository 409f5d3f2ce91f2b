"""Guards in a definition: keys, policies, wires, pictures, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wfe_core import DefinitionError, WorkflowBuilder, output_of
from wfe_core.definition import WorkflowDefinition
from wfe_core.definition.nodes import EndNode, ForEachNode, GuardNode, Node, Sequence
from wfe_core.policies import ErrorBehavior, RetryPolicy
from wfe_core.steps.selectors import Constant

if TYPE_CHECKING:
    from tests.unit.wfe_core.definition.conftest import Make, Problems


def guard(body: Sequence, *hooks: Sequence, name: str = "guard", **options: Any) -> GuardNode:
    """A guard with its hooks in order, those that are not given empty."""
    rest = [Sequence() for _ in range(4 - len(hooks))]
    return GuardNode(name=name, bodies=[body, *hooks, *rest], **options)


def test_hooks_have_a_part_of_their_own_in_keys(make: Make) -> None:
    """The body is as in other containers with one; a hook adds its name, which no user's name can be."""
    flow = make.definition(
        guard(make.line("a"), make.line("b"), make.line("c"), make.line("d"), make.line("e"))
    )
    assert list(flow.steps) == [
        "guard",
        "guard/a",
        "guard/~on_success/b",
        "guard/~on_failure/c",
        "guard/~on_abort/d",
        "guard/~ensure/e",
    ]


def test_an_implicit_guard_leaves_the_key_to_its_node(make: Make) -> None:
    """Its own key and those of its hooks have `~guard` after the node's; also around a saga of one."""
    inner = make.step("a", compensation=make.line("undo"))
    flow = make.definition(guard(Sequence([inner]), make.line("b"), implicit=True), "a2")
    assert list(flow.steps) == [
        "a~saga~guard",
        "a~saga",
        "a",
        "a/~undo/undo",
        "a~saga~guard/~on_success/b",
        "a2",
    ]


def test_what_is_inside_takes_its_behaviour_over_from_around_the_guard(make: Make) -> None:
    """`on_error` of a guard is for its own failure; hooks fail, or compensate inside a saga."""
    flow = make.definition(
        guard(make.line("a"), make.line("b"), on_error_given=ErrorBehavior.CONTINUE),
        guard(
            make.line("c"),
            make.line("d"),
            name="inherited",
            retry_given=(policy := RetryPolicy(max_attempts=9)),
        ),
        on_error=ErrorBehavior.SUSPEND,
    )
    found = {key: node.on_error.value for key, node in flow.steps.items()}
    assert found == {
        "guard": "continue",
        "guard/a": "suspend",
        "guard/~on_success/b": "fail",
        "inherited": "suspend",
        "inherited/c": "suspend",
        "inherited/~on_success/d": "fail",
    }
    assert flow.steps["inherited/c"].retry == flow.steps["inherited/~on_success/d"].retry == policy


def test_a_loop_collects_through_a_guard(make: Make) -> None:
    """The output of a guard is that of its body's last step, where a loop wants it."""
    body = Sequence([guard(make.line("first", "last"), make.line("hook"))])
    flow = make.definition(ForEachNode(name="each", items=Constant([1]), bodies=[body], collect="out"))
    assert [key for key, node in flow.steps.items() if node.collects] == ["each/guard", "each/guard/last"]


def test_hooks_are_structure(make: Make) -> None:
    """Decision 14: persisted pointers depend on them, so the fingerprint covers them; not the time."""

    def fingerprint(*hooks: Sequence, **options: Any) -> str:
        return make.definition(guard(make.line("a"), *hooks, **options)).fingerprint

    assert fingerprint(make.line("b")) == fingerprint(make.line("b"), ensure_timeout=7)
    assert fingerprint(make.line("b")) != fingerprint(Sequence(), make.line("b"))


def test_a_guard_is_drawn_with_its_hooks_aside(make: Make) -> None:
    """What follows a guard follows its body; the ways to hooks are dashed and say which they are."""
    lines = make.definition(guard(make.line("a"), make.line("b")), "tail").to_mermaid().splitlines()
    assert '  n1 -.->|"on_success"| n3' in lines
    assert "  n1 --> n2" in lines
    assert "  n2 --> n4" in lines
    assert "  n3 --> n4" not in lines


def test_what_is_wrong_with_a_guard_is_told(make: Make, problems: Problems) -> None:
    """Each with the place and a remedy."""
    end: Node = EndNode(name="end")
    said = problems(
        guard(Sequence(), make.line("a"), name="empty"),
        guard(make.line("b"), name="bare"),
        guard(make.line("c"), Sequence([end]), name="ends"),
        guard(make.line("d"), make.line("e"), name="hasty", ensure_timeout=0),
        GuardNode(name="short", bodies=[make.line("f")]),
    )
    expected = [
        "step 'empty': its body has no step",
        "step 'bare': it has no hook",
        "step 'ends': 'ends/~on_success/end' would end the workflow from inside a hook",
        "step 'hasty': ensure_timeout must be more than nothing",
        "step 'short': it has 1 bodies; a guard has 5",
    ]
    for text in expected:
        assert any(text in problem for problem in said), (text, said)


def test_a_jump_may_leave_the_body_but_no_hook() -> None:
    """A hook runs because its body has ended; where it would go is decided already."""

    def flow(**where: Any) -> WorkflowDefinition[Any]:
        return WorkflowBuilder("flow").then(_step).name("top").guard(**{"body": _branch, **where}).build()

    flow(body=lambda b: b.go_to("top"), ensure=_branch)
    with pytest.raises(DefinitionError, match=r"would leave a hook of 'guard'.*jump after the guard"):
        flow(ensure=lambda b: b.go_to("top"))


def test_on_success_and_what_follows_may_read_outputs_of_the_body() -> None:
    """There the body has completed; in the other hooks its steps may not have run."""

    def flow(hook: str) -> WorkflowDefinition[Any]:
        given: dict[str, Any] = {hook: lambda b: b.then(_takes).name("b").input(value=output_of("guard/a"))}
        return (
            WorkflowBuilder("flow")
            .guard(
                lambda b: b.then(_step).name("a"),
                **given,
            )
            .then(_takes)
            .name("tail")
            .input(value=output_of("guard/a"))
            .build()
        )

    flow("on_success")
    with pytest.raises(DefinitionError, match="does not run before this step"):
        flow("ensure")


async def _step() -> int:
    """Any step."""
    return 1


async def _takes(value: int) -> None:
    """A step with a parameter."""


def _branch(b: Any) -> None:
    b.then(_step).name("any")

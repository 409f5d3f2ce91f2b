"""Mistakes: each is told at `build()`, with workflow, place and remedy, and none hides another."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from wfe_core import Branch, DefinitionError, RetryPolicy, StepContext, WorkflowBuilder, step


class Order(BaseModel):
    """Typed data."""

    items: list[str] = []


@step
async def pack() -> None:
    """A step."""


async def unmarked() -> None:
    """An unmarked step."""


def crash(order: Any) -> None:
    """An unmarked step that does not survive being taken for a branch."""
    order.items.append("x")


def quiet(order: Any) -> None:
    """An unmarked step that does nothing when it is taken for a branch."""


Mistake = Callable[[Any], object]


def problems(*mistakes: Mistake, first: bool = True) -> tuple[str, ...]:
    """What `build()` says of a workflow with these mistakes after a step."""
    b: Any = WorkflowBuilder("flow", data=Order)
    if first:
        b.then(pack)
    found = refused(b, mistakes)
    assert found is not None
    return found


def refused(b: Any, calls: Iterable[Mistake]) -> tuple[str, ...] | None:
    """What is said of these calls; None when they make a definition."""
    try:
        for call in calls:
            call(b)
        b.build()
    except DefinitionError as exc:
        return exc.problems
    return None


MODIFIERS: dict[str, Mistake] = {
    ".name(...)": lambda b: b.name("x"),
    ".input(...)": lambda b: b.input(x=1),
    ".output(...)": lambda b: b.output("items"),
    ".retry(...)": lambda b: b.retry(RetryPolicy()),
    ".on_error(fail)": lambda b: b.on_error("fail"),
    ".timeout(...)": lambda b: b.timeout(1),
    ".compensate_with(...)": lambda b: b.compensate_with(pack),
    ".cancel_when(...)": lambda b: b.cancel_when(lambda d: True),
    ".only_if(...)": lambda b: b.only_if(lambda d: True),
    ".collect('x')": lambda b: b.collect("x"),
    ".config(...)": lambda b: b.config(a=1),
    ".priority(...)": lambda b: b.priority(1),
    ".body(...)": lambda b: b.body(pack),
    ".when(1, ...)": lambda b: b.when(1, pack),
    ".otherwise(...)": lambda b: b.otherwise(pack),
}


@pytest.mark.parametrize("call", MODIFIERS)
def test_a_modifier_stands_after_something(call: str) -> None:
    """At the beginning there is nothing to modify."""
    found = problems(MODIFIERS[call], lambda b: b.then(pack), first=False)
    assert len(found) == 1
    assert found[0].startswith(f"workflow 'flow', {call} at the beginning: ")


MISUSE: dict[str, tuple[Mistake, str]] = {
    "input of a loop": (lambda b: b.for_each([1], pack).input(x=1), "means nothing for a for_each"),
    "output of a delay": (lambda b: b.delay(1).output("items"), "means nothing for a delay"),
    "retry of a jump": (lambda b: b.go_to("pack").retry(RetryPolicy()), "means nothing for a go_to"),
    "on_error of an end": (lambda b: b.end_workflow().on_error("fail"), "means nothing for a end_workflow"),
    "timeout of a delay": (lambda b: b.delay(1).timeout(1), "means nothing for a delay"),
    "timeout of a schedule": (lambda b: b.schedule(1, pack).timeout(1), "means nothing for a schedule"),
    "cancel_when of an end": (lambda b: b.end_workflow().cancel_when(lambda d: 1), "means nothing for"),
    "body of a loop": (lambda b: b.for_each([1], pack).body(pack), "means nothing for a for_each"),
    "collect of a step": (lambda b: b.then(pack).collect("items"), "only a .for_each(...) collects"),
    "when of a step": (lambda b: b.then(pack).when(1, pack), "no .decide(...) right before it"),
    "otherwise of a step": (lambda b: b.then(pack).otherwise(pack), "no .decide(...) right before it"),
    "otherwise twice": (
        lambda b: b.decide(lambda d: 1).otherwise(pack).otherwise(pack),
        "has one already",
    ),
    "compensation twice": (
        lambda b: b.then(pack).compensate_with(pack).compensate_with(pack),
        "has a compensation already",
    ),
    "undo of a jump": (lambda b: b.go_to("pack").compensate_with(pack), "nothing that could be compensated"),
}


@pytest.mark.parametrize("case", MISUSE)
def test_a_modifier_fits_what_it_stands_after(case: str) -> None:
    """A modifier that means nothing there says so."""
    mistake, text = MISUSE[case]
    assert any(text in problem for problem in problems(mistake))


NAIVE = datetime(2030, 1, 1)  # noqa: DTZ001 - the very mistake
VALUES: dict[str, tuple[Mistake, str]] = {
    "delay": (lambda b: b.delay("soon"), ".delay('soon') after 'pack': 'soon' is not a duration"),
    "negative delay": (lambda b: b.delay(-1), "must lie between 0 and 100 years"),
    "timeout": (lambda b: b.then(pack).timeout("0s"), "is no time at all"),
    "wait": (lambda b: b.wait_for("e", timeout=[3]), "is not a duration"),
    "recur": (lambda b: b.recur(0, pack), "is no time at all"),
    "schedule": (lambda b: b.schedule("x", pack), "is not a duration"),
    "on_error": (lambda b: b.then(pack).on_error("explode"), "is no error behaviour; choose one of 'fail'"),
    "saga": (lambda b: b.saga(pack, on_error="compensate"), "choose 'fail', 'continue' or 'suspend'"),
    "saga word": (lambda b: b.saga(pack, on_error="x"), "is no error behaviour"),
    "parallel": (lambda b: b.for_each([1], pack, max_parallel=0), "max_parallel=0"),
    "iterations": (lambda b: b.while_do(lambda d: 1, pack, max_iterations=0), "max_iterations=0"),
    "selector": (lambda b: b.if_do(lambda: 1, pack), "a selector takes the data"),
    "output": (lambda b: b.then(pack).output(3), "neither the name of a data field nor a function"),
    "wait output": (lambda b: b.wait_for("e", output=3), "neither the name of a data field"),
    "field": (lambda b: b.then(pack).output("itmes"), "did you mean 'items'"),
    "collect": (lambda b: b.for_each([1], pack).collect("itmes"), "did you mean 'items'"),
    "case": (lambda b: b.decide(lambda d: 1).when(object(), pack), "has no JSON form"),
    "retry": (lambda b: b.then(pack).retry(3), "3 is no RetryPolicy"),
    "saga retry": (lambda b: b.saga(pack, retry=3), "3 is no RetryPolicy"),
    "config": (lambda b: b.then(pack).config(x=object()), "has no JSON form"),
    "priority": (lambda b: b.then(pack).priority("high"), "'high' must be a whole number"),
    "event": (lambda b: b.wait_for(""), "'' must be a text that is not empty"),
    "activity": (lambda b: b.activity(3), "3 must be a text"),
    "child": (lambda b: b.sub_workflow(None), "None must be a text"),
    "naive moment": (lambda b: b.delay_until(NAIVE), "has no time zone"),
    "no moment": (lambda b: b.wait_for("e", as_of="now"), "neither a datetime nor a function"),
    "end": (lambda b: b.end_workflow(3), "neither a mapping of outputs nor a function"),
    "name": (lambda b: b.then(pack).name("a/b"), ".name(...) after 'pack': the name 'a/b' must not"),
    "jump": (lambda b: b.go_to("pakc"), "did you mean 'pack'"),
    "step": (lambda b: b.then(3), "3 is no step"),
    "lambda": (lambda b: b.then(lambda c: 1), "a lambda gives its step no name"),
    "late": (lambda b: b.wait_for("e", on_timeout=pack), "on_timeout never runs without a timeout"),
    "no decide before": (lambda b: b.saga(lambda s: s.decide().when(1, pack)), "there is none"),
    "no branch": (lambda b: b.decide(lambda d: 1), "add .when(value, branch)"),
    "empty loop": (lambda b: b.for_each([1], lambda e: e), "its body has no step"),
    "empty saga": (lambda b: b.saga(lambda e: e), "its body has no step"),
    "empty parallel": (lambda b: b.parallel(), "needs at least one branch"),
    "compensate": (lambda b: b.then(pack).on_error("compensate"), "needs a saga around the step"),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_senseless_value_is_told_with_its_place(case: str) -> None:
    """Wrong values name the workflow, the call or the step, and what would be right."""
    mistake, text = VALUES[case]
    found = problems(mistake)
    assert len(found) == 1
    assert found[0].startswith("workflow 'flow'")
    assert text in found[0]


BRANCHES: dict[str, tuple[Any, str]] = {
    "a value": (3, "3 is no branch; give a function that takes a builder"),
    "an async function": (unmarked, "is `async`; if it is a step, mark it with @step"),
    "no parameter": (lambda: None, "takes 0 parameters; a branch takes one"),
    "two parameters": (lambda a, b: None, "takes 2 parameters"),
    "no signature": (max, "has no signature"),
    "a call of a step": (lambda b: unmarked(), "the branch returned a coroutine"),
}


@pytest.mark.parametrize("case", BRANCHES)
def test_what_is_no_branch_is_refused(case: str) -> None:
    """Bodies are functions of a builder, everywhere."""
    branch, text = BRANCHES[case]
    mistakes: list[Mistake] = [
        lambda b: b.if_do(lambda d: 1, branch),
        lambda b: b.then(pack).compensate_with(branch),
        lambda b: b.dag(lambda g: g.add("a", branch)),
    ]
    for mistake in mistakes:
        assert any(text in problem for problem in problems(mistake))


@pytest.mark.parametrize("where", ["compensate_with", "on_timeout", "dag"])
def test_an_unmarked_step_taken_for_a_branch_is_told(where: str) -> None:
    """Where a step or a branch may stand, an unmarked function is a branch: the remedy is the mark."""
    calls: dict[str, Callable[..., object]] = {
        "compensate_with": lambda b, body: b.then(pack).compensate_with(body),
        "on_timeout": lambda b, body: b.wait_for("e", timeout=1, on_timeout=body),
        "dag": lambda b, body: b.dag(lambda g: g.add("a", body)),
    }
    for body in (crash, quiet):
        found = problems(functools.partial(calls[where], body=body))
        assert any(f"if {body.__name__} is a step, mark it with @step" in problem for problem in found)


def test_a_branch_that_finds_a_mistake_itself_is_heard() -> None:
    """A DefinitionError of the user's own code passes through."""

    def body(b: Branch[Order]) -> None:
        raise DefinitionError("mine")

    assert problems(lambda b: b.then(pack).compensate_with(body)) == ("mine",)
    assert problems(lambda b: b.saga(body)) == ("mine",)


def test_doing_nothing_on_a_timeout_is_fine() -> None:
    """A lambda that adds no step says: just go on."""
    flow = WorkflowBuilder("flow").then(pack).wait_for("e", timeout=1, on_timeout=lambda b: b).build()
    assert list(flow.steps) == ["pack", "e"]


GRAPHS: dict[str, tuple[Callable[[Any], object], str]] = {
    "unknown": (
        lambda g: g.add("ab", pack).add("b", pack, needs=["ba"]),
        "no node of this graph (did you mean",
    ),
    "circle": (
        lambda g: g.add("a", pack, needs=["b"]).add("b", pack, needs=["a"]),
        "'a' needs 'b' needs 'a'",
    ),
    "self": (lambda g: g.add("a", pack, needs=["a"]), "in a circle: 'a' needs 'a'"),
    "twice": (lambda g: g.add("a", pack).add("a", pack), "another node is named 'a' already"),
    "name": (lambda g: g.add("a/b", pack), "must not contain"),
    "text": (lambda g: g.add("aa", pack).add("b", pack, needs="aa"), "needs='aa' must be a list of names"),
    "empty": (lambda g: None, "it has no nodes"),
}


@pytest.mark.parametrize("case", GRAPHS)
def test_a_graph_that_cannot_run_is_refused(case: str) -> None:
    """Unknown names, circles and double names are build errors."""
    graph, text = GRAPHS[case]
    assert any(text in problem for problem in problems(lambda b: b.dag(graph)))


def test_every_mistake_is_told() -> None:
    """One `build()` reports them all, in the order they were made; what they stand in goes on."""
    found = problems(
        lambda b: b.delay("soon").collect("x"),
        lambda b: b.saga(lambda s: s.then(3).timeout("never").then(pack).name("~")),
        lambda b: b.go_to("nowhere"),
    )
    assert len(found) == 6
    assert [bool(re.match(r"workflow 'flow', ", problem)) for problem in found] == [True] * 6


def test_mistakes_of_the_workflow_itself_are_told() -> None:
    """Id, version, data, defaults and timeout are checked with the rest."""
    wrong: Any = {"version": "1", "data": int, "on_error": "explode", "timeout": "soon"}
    with pytest.raises(DefinitionError) as caught:
        WorkflowBuilder("", **wrong).then(pack).build()
    text = str(caught.value)
    for word in ("the workflow id ''", "version '1'", "'explode'", "'soon'", "workflow data is"):
        assert word in text


def test_a_step_for_other_data_is_refused() -> None:
    """A typed parameter that nothing fills, and a context of another model."""

    async def misspelt(itmes: list[str]) -> None: ...
    async def other(ctx: StepContext[Order]) -> None: ...

    (problem,) = problems(lambda b: b.then(misspelt))
    assert "step 'misspelt': nothing fills the parameter 'itmes'" in problem
    with pytest.raises(DefinitionError, match=r"StepContext\[Order\], but the workflow's data is dict"):
        WorkflowBuilder("flow").then(other).build()


CALLS: list[Mistake] = [
    lambda b: b.then(pack),
    lambda b: b.then(3),
    lambda b: b.delay("x"),
    lambda b: b.decide(lambda d: 1),
    lambda b: b.when(1, pack),
    lambda b: b.otherwise(lambda o: o.go_to("x")),
    lambda b: b.for_each([1], lambda e: e.then(pack)),
    lambda b: b.collect("items"),
    lambda b: b.compensate_with(pack),
    lambda b: b.name("x"),
    lambda b: b.output("nope"),
    lambda b: b.timeout(3),
    lambda b: b.saga(lambda s: s.then(pack)),
    lambda b: b.only_if(lambda d: 1),
    lambda b: b.dag(lambda g: g.add("a", pack)),
    lambda b: b.go_to("pack"),
]


@given(st.lists(st.sampled_from(CALLS), max_size=12))
def test_any_chain_of_calls_builds_or_says_why(calls: list[Mistake]) -> None:
    """No order of calls breaks the builder: there is a definition, or a DefinitionError with its reasons."""
    found = refused(WorkflowBuilder("flow", data=Order), calls)
    assert found is None or found
    assert all(problem.startswith("workflow 'flow'") for problem in found or ())

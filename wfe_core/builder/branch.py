"""`Branch`: the constructs of a workflow as methods. Bodies get one; `WorkflowBuilder` is one.

Each method says in a statement or two what it adds; `build()` checks the whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self, overload

from wfe_core.builder.dag import Dag
from wfe_core.builder.elsewhere import Elsewhere
from wfe_core.builder.modifiers import output_of_call
from wfe_core.builder.typing import D, Marked, OfData, OfDataAndContext, Output
from wfe_core.definition.nodes import (
    ApprovalNode,
    DagNode,
    DecideNode,
    DelayNode,
    EndNode,
    ForEachNode,
    GoToNode,
    IfNode,
    ParallelNode,
    ScheduleNode,
    WaitNode,
    WhileNode,
)
from wfe_core.policies import Duration
from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import MarkedFunction, StepBody
from wfe_core.steps.selectors import Selector


class Branch(Elsewhere[D]):
    """A sequence in the making. Every method gives the builder back; what a body returns is ignored."""

    # ------------------------------------------------------------ steps

    @overload
    def then(self, step: MarkedFunction | str) -> Self: ...
    @overload
    def then(self, step: Callable[[StepContext[D]], object]) -> Self: ...
    @overload
    def then(self, step: type[StepBody[D]] | StepBody[D]) -> Self: ...
    @overload
    def then(self, step: Callable[..., object]) -> Self: ...
    def then(self, step: Any) -> Self:
        """Add a step: a function (marked or not), a method, a StepBody class or an object of one.

        A text names a step that hosts know by `host.register_step(name, factory)`.
        """
        self._draft.add(self._draft.step(step, ".then(...)"))
        return self

    @overload
    def start_with(self, step: MarkedFunction | str) -> Self: ...
    @overload
    def start_with(self, step: Callable[[StepContext[D]], object]) -> Self: ...
    @overload
    def start_with(self, step: type[StepBody[D]] | StepBody[D]) -> Self: ...
    @overload
    def start_with(self, step: Callable[..., object]) -> Self: ...
    def start_with(self, step: Any) -> Self:
        """Add a step, as `then` does; reads better at the beginning."""
        return self.then(step)

    # ------------------------------------------------------------ choices

    @overload
    def decide(self, value: OfData[D, object] | None = None) -> Self: ...
    @overload
    def decide(self, value: OfDataAndContext[D, object]) -> Self: ...
    def decide(self, value: Any = None) -> Self:
        """Choose by a value, or by the outcome of the step before: `.when(...)`, `.otherwise(...)` follow."""
        selector = self._draft.maybe_selector(value, ".decide(...)")
        self._draft.add(DecideNode(name="decide", value=selector))
        return self

    @overload
    def if_do(
        self,
        cond: OfData[D, object],
        then: Callable[[Branch[D]], object],
        otherwise: Callable[[Branch[D]], object] | None = None,
    ) -> Self: ...
    @overload
    def if_do(
        self,
        cond: OfDataAndContext[D, object],
        then: Callable[[Branch[D]], object],
        otherwise: Callable[[Branch[D]], object] | None = None,
    ) -> Self: ...
    def if_do(self, cond: Any, then: Any, otherwise: Any = None) -> Self:
        """Run one branch if a condition holds when it is reached, else the other."""
        call, draft = ".if_do(...)", self._draft
        bodies = [draft.body(body, call) for body in (then, otherwise) if body is not None]
        draft.add(IfNode(name="if", condition=draft.selector(cond, call), bodies=bodies))
        return self

    # ------------------------------------------------------------ loops

    @overload
    def while_do(
        self,
        cond: OfData[D, object],
        body: Callable[[Branch[D]], object],
        max_iterations: int | None = None,
    ) -> Self: ...
    @overload
    def while_do(
        self,
        cond: OfDataAndContext[D, object],
        body: Callable[[Branch[D]], object],
        max_iterations: int | None = None,
    ) -> Self: ...
    def while_do(self, cond: Any, body: Any, max_iterations: int | None = None) -> Self:
        """Run a body as long as a condition holds, looked at before each iteration.

        Args:
            cond: the condition.
            body: what runs; `ctx.iteration` counts from 0.
            max_iterations: fails the step that would go beyond.
        """
        draft = self._draft
        condition, bodies = draft.selector(cond, ".while_do(...)"), [draft.body(body, ".while_do(...)")]
        draft.add(WhileNode(name="while", condition=condition, bodies=bodies, max_iterations=max_iterations))
        return self

    @overload
    def for_each(
        self,
        items: Iterable[Any] | OfData[D, Iterable[Any]],
        body: Callable[[Branch[D]], object],
        *,
        max_parallel: int | None = None,
        fail_fast: bool = True,
        name: str | None = None,
    ) -> Self: ...
    @overload
    def for_each(
        self,
        items: OfDataAndContext[D, Iterable[Any]],
        body: Callable[[Branch[D]], object],
        *,
        max_parallel: int | None = None,
        fail_fast: bool = True,
        name: str | None = None,
    ) -> Self: ...
    def for_each(
        self,
        items: Any,
        body: Any,
        *,
        max_parallel: int | None = None,
        fail_fast: bool = True,
        name: str | None = None,
    ) -> Self:
        """Run a body for each item, concurrently.

        Args:
            items: the items, or a function that gives them; evaluated once and stored.
            body: what runs; it finds `ctx.item` and `ctx.index`.
            max_parallel: how many items run at once; 1 is one after the other, in order.
            fail_fast: False lets all other items end before the failure of one goes further.
            name: makes the item of this loop known as `ctx.items[name]` in loops inside it.
        """
        call, draft = ".for_each(...)", self._draft
        selector, bodies = draft.selector(items, call), [draft.body(body, call)]
        draft.add(
            ForEachNode(
                name="each" if name is None else draft.name(name, "each", call),
                items=selector,
                bodies=bodies,
                max_parallel=max_parallel,
                fail_fast=fail_fast,
                item_name=name,
            )
        )
        return self

    # ------------------------------------------------------------ side by side

    def parallel(
        self,
        *branches: Callable[[Branch[D]], object],
        max_parallel: int | None = None,
        fail_fast: bool = True,
    ) -> Self:
        """Run branches at the same time; goes on when all have ended.

        Args:
            branches: what runs.
            max_parallel: how many branches run at once.
            fail_fast: False lets all other branches end before the failure of one goes further.
        """
        bodies = [self._draft.body(branch, ".parallel(...)") for branch in branches]
        node = ParallelNode(name="parallel", bodies=bodies, max_parallel=max_parallel, fail_fast=fail_fast)
        self._draft.add(node)
        return self

    def dag(
        self,
        fn: Callable[[Dag[D]], object],
        *,
        max_parallel: int | None = None,
        fail_fast: bool = True,
    ) -> Self:
        """Run named nodes, each when those it needs have completed: `lambda g: g.add("a", x).add(...)`.

        Args:
            fn: adds the nodes.
            max_parallel: how many nodes run at once.
            fail_fast: False lets all that do not need a failed node end before its failure goes further.
        """
        node = DagNode(name="dag", max_parallel=max_parallel, fail_fast=fail_fast)
        graph = Dag[D](self._draft, node)
        fn(graph)
        graph.connect()
        self._draft.add(node)
        return self

    # ------------------------------------------------------------ waiting

    @overload
    def wait_for(
        self,
        event: str,
        key: str | OfData[D, str] = "",
        *,
        as_of: dt.datetime | OfData[D, dt.datetime] | None = None,
        timeout: Duration | None = None,
        output: Output[D] | None = None,
        on_timeout: Callable[[Branch[D]], object] | Marked | None = None,
    ) -> Self: ...
    @overload
    def wait_for(
        self,
        event: str,
        key: OfDataAndContext[D, str],
        *,
        as_of: dt.datetime | OfData[D, dt.datetime] | None = None,
        timeout: Duration | None = None,
        output: Output[D] | None = None,
        on_timeout: Callable[[Branch[D]], object] | Marked | None = None,
    ) -> Self: ...
    @overload
    def wait_for(
        self,
        event: str,
        key: str | OfData[D, str] = "",
        *,
        as_of: OfDataAndContext[D, dt.datetime],
        timeout: Duration | None = None,
        output: Output[D] | None = None,
        on_timeout: Callable[[Branch[D]], object] | Marked | None = None,
    ) -> Self: ...
    @overload
    def wait_for(
        self,
        event: str,
        key: OfDataAndContext[D, str],
        *,
        as_of: OfDataAndContext[D, dt.datetime],
        timeout: Duration | None = None,
        output: Output[D] | None = None,
        on_timeout: Callable[[Branch[D]], object] | Marked | None = None,
    ) -> Self: ...
    def wait_for(
        self,
        event: str,
        key: Any = "",
        *,
        as_of: Any = None,
        timeout: Duration | None = None,
        output: Any = None,
        on_timeout: Any = None,
    ) -> Self:
        """Wait for an event; its data is the result.

        Args:
            event: name of the event.
            key: which of the events of that name; a text or a selector.
            as_of: events from this moment on count; the start of the instance by default.
            timeout: how long to wait.
            output: where the event's data goes.
            on_timeout: what runs when the time is up; without it the wait fails with `WaitTimeoutError`.
        """
        draft, call = self._draft, f".wait_for({event!r})"
        if on_timeout is not None and timeout is None:
            draft.note(call, "on_timeout never runs without a timeout; give timeout=...")
        draft.add(
            WaitNode(
                name=draft.name(event, "wait_for", call),
                event=event,
                event_key=draft.selector(key, call),
                as_of=draft.moment(as_of, call),
                timeout=draft.maybe_duration(timeout, call),
                output=output_of_call(draft, output, call),
                bodies=[] if on_timeout is None else [draft.step_or_branch(on_timeout, call)],
            )
        )
        return self

    @overload
    def approval(
        self,
        prompt: str | OfData[D, str],
        *,
        timeout: Duration | None = None,
        output: Output[D] | None = None,
    ) -> Self: ...
    @overload
    def approval(
        self,
        prompt: OfDataAndContext[D, str],
        *,
        timeout: Duration | None = None,
        output: Output[D] | None = None,
    ) -> Self: ...
    def approval(self, prompt: Any, *, timeout: Duration | None = None, output: Any = None) -> Self:
        """Wait for a person: `host.approve(...)` goes on, `host.reject(...)` fails the step."""
        draft, call = self._draft, ".approval(...)"
        draft.add(
            ApprovalNode(
                name="approval",
                prompt=draft.selector(prompt, call),
                timeout=draft.maybe_duration(timeout, call),
                output=output_of_call(draft, output, call),
            )
        )
        return self

    def delay(self, duration: Duration) -> Self:
        """Wait for a length of time, durably."""
        length = self._draft.duration(duration, f".delay({duration!r})", "any")
        self._draft.add(DelayNode(name="delay", duration=length))
        return self

    @overload
    def delay_until(self, moment: dt.datetime | OfData[D, dt.datetime]) -> Self: ...
    @overload
    def delay_until(self, moment: OfDataAndContext[D, dt.datetime]) -> Self: ...
    def delay_until(self, moment: Any) -> Self:
        """Wait until a moment (an aware datetime), durably; one that has passed does not wait."""
        self._draft.add(DelayNode(name="delay", until=self._draft.moment(moment, ".delay_until(...)")))
        return self

    # ------------------------------------------------------------ background

    def schedule(self, after: Duration, body: Callable[[Branch[D]], object]) -> Self:
        """Run a body once in the background, some time from now; the instance waits for it to end.

        The branch is one of the instance, not of what it began in: a saga around it does not undo its steps.
        One whose steps belong together has a `.saga(...)` of its own.
        """
        call = f".schedule({after!r}, ...)"
        length, bodies = self._draft.duration(after, call, "any"), [self._draft.body(body, call)]
        self._draft.add(ScheduleNode(name="schedule", after=length, bodies=bodies))
        return self

    @overload
    def recur(
        self,
        every: Duration,
        body: Callable[[Branch[D]], object],
        *,
        until: OfData[D, object] | None = None,
    ) -> Self: ...
    @overload
    def recur(
        self,
        every: Duration,
        body: Callable[[Branch[D]], object],
        *,
        until: OfDataAndContext[D, object],
    ) -> Self: ...
    def recur(self, every: Duration, body: Any, *, until: Any = None) -> Self:
        """Run a body in the background at a fixed rate, as a branch of the instance like that of `schedule`.

        Args:
            every: time from one run to the next; runs never overlap, missed ones collapse into one.
            body: what runs.
            until: ends it when it holds; without it the branch ends with the main line.
        """
        draft, call = self._draft, f".recur({every!r}, ...)"
        length, bodies = draft.duration(every, call), [draft.body(body, call)]
        condition = draft.maybe_selector(until, call)
        draft.add(ScheduleNode(name="recur", every=length, bodies=bodies, until=condition))
        return self

    # ------------------------------------------------------------ jumps

    def go_to(self, name: str) -> Self:
        """Go on at a named step of this sequence or of an enclosing one."""
        shown = self._draft.name(name, "step", f".go_to({name!r})")
        self._draft.add(GoToNode(name=f"go-to-{shown}", target_name=name))
        return self

    @overload
    def end_workflow(
        self, output: Mapping[str, Any] | OfData[D, Mapping[str, Any]] | None = None
    ) -> Self: ...
    @overload
    def end_workflow(self, output: OfDataAndContext[D, Mapping[str, Any]]) -> Self: ...
    def end_workflow(self, output: Any = None) -> Self:
        """End the whole instance as complete; what is still open is cancelled, nothing is compensated.

        Args:
            output: merged into the data at the end; a mapping or a selector that gives one.
        """
        call, draft = ".end_workflow(...)", self._draft
        if output is not None and not callable(output) and not isinstance(output, (Mapping, Selector)):
            draft.note(call, f"{output!r} is neither a mapping of outputs nor a function that gives one")
        draft.add(EndNode(name="end", result=draft.maybe_selector(output, call)))
        return self

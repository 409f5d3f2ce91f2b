"""Random workflows: nested containers, steps that fail now and then, modifiers on all of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wfe_core import ExecutionResult, RetryPolicy, StepContext, StepError, WorkflowBuilder, step
from wfe_core.definition.definition import WorkflowDefinition

Body = Callable[[Any], object]

TRIES = RetryPolicy(max_attempts=2, interval=1, jitter=0)
BODIES = ("works",) * 6 + ("fails", "fails once", "refuses", "sleeps", "persists")
UNDOS = ("works", "works", "fails", "fails once")
LEAVES = ("step",) * 4 + ("wait", "delay")
CONTAINERS = (
    *("saga",) * 4, *("parallel",) * 2,
    "each", "while", "if", "decide", "dag", "schedule", "sub", "guard", "loop",
)  # fmt: skip


@dataclass
class Flows:
    """Makes a workflow by chance; `log` tells what its steps do when it runs."""

    chance: random.Random
    log: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Idempotency key and attempt of each beginning."""
    children: list[WorkflowDefinition[Any]] = field(default_factory=list[WorkflowDefinition[Any]])
    _count: int = 0

    def main(self) -> WorkflowDefinition[Any]:
        """Make the workflow; its sub-workflows are in `children` then."""
        builder = WorkflowBuilder("main")
        self._some(builder, 3)
        return builder.build()

    def _step(self, behavior: str) -> Any:
        self._count += 1
        number = self._count
        failures = {"fails once": [ValueError("once")]}.get(behavior, [])

        async def body(ctx: StepContext[Any]) -> Any:
            self.log.append((ctx.idempotency_key, ctx.attempt))
            if behavior == "fails":
                raise ValueError(behavior)
            if behavior == "refuses":
                raise StepError(behavior, retryable=False)
            if failures:
                raise failures.pop()
            if behavior == "sleeps" and ctx.state is None:
                return ExecutionResult.sleep(7, state=1)
            if behavior == "persists" and (ctx.state or 0) < 2:
                return ExecutionResult.persist((ctx.state or 0) + 1)
            return {"steps": ctx.data.get("steps", 0) + 1}

        return step(name=f"s{number}", retry=TRIES)(body)

    def _counter(self) -> tuple[str, Any, Callable[[Mapping[str, Any]], bool]]:
        """The name of a step that counts, the step, and a condition that holds until it has run twice."""
        self._count += 1
        key = f"n{self._count}"

        async def count(ctx: StepContext[Any]) -> dict[str, int]:
            return {key: ctx.data.get(key, 0) + 1}

        return key, step(name=key)(count), lambda data: data.get(key, 0) < 2

    def _some(self, b: Any, depth: int) -> None:
        for _ in range(self.chance.randint(1, 3)):
            kind = self.chance.choice(LEAVES + CONTAINERS if depth else LEAVES)
            getattr(self, f"_{kind}")(b, depth) if kind in CONTAINERS else self._leaf(b, kind)
            self._modify(b, kind)

    def _body(self, depth: int) -> Body:
        return lambda b: self._some(b, depth - 1)

    def _leaf(self, b: Any, kind: str) -> None:
        if kind == "wait":
            b.wait_for("e", self.chance.choice("12"), timeout=20)
        elif kind == "delay":
            b.delay(self.chance.choice([1, 9]))
        else:
            b.then(self._step(self.chance.choice(BODIES)))

    def _saga(self, b: Any, depth: int) -> None:
        again = self.chance.choice([None, None, RetryPolicy(max_attempts=2, interval=3, jitter=0)])
        on_error = self.chance.choice(["fail", "fail", "continue", "suspend"])
        b.saga(self._body(depth), on_error=on_error, retry=again)

    def _parallel(self, b: Any, depth: int) -> None:
        bodies = [self._body(depth) for _ in range(self.chance.randint(2, 3))]
        fail_fast = self.chance.random() < 0.8
        b.parallel(*bodies, max_parallel=self.chance.choice([None, None, 1]), fail_fast=fail_fast)

    def _each(self, b: Any, depth: int) -> None:
        items = list(range(self.chance.randint(0, 4)))
        b.for_each(items, self._body(depth), max_parallel=self.chance.choice([None, 1, 2]))

    def _while(self, b: Any, depth: int) -> None:
        _, count, holds = self._counter()

        def body(inner: Any) -> None:
            inner.then(count)
            self._some(inner, depth - 1)

        b.while_do(holds, body)

    def _if(self, b: Any, depth: int) -> None:
        b.if_do(lambda d: True, self._body(depth))

    def _decide(self, b: Any, depth: int) -> None:
        b.decide(lambda d: 1).when(1, self._body(depth)).when(1.0, self._body(depth))

    def _dag(self, b: Any, depth: int) -> None:
        def nodes(graph: Any) -> None:
            for name, needs in {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}.items():
                graph.add(name, self._step(self.chance.choice(BODIES)), needs=needs)

        b.dag(nodes)

    def _schedule(self, b: Any, depth: int) -> None:
        b.schedule(self.chance.choice([2, 10]), self._body(depth))

    def _sub(self, b: Any, depth: int) -> None:
        self._count += 1
        name = f"child{self._count}"
        child = WorkflowBuilder(name)
        self._some(child, depth - 1)
        self.children.append(child.build())
        b.sub_workflow(name, {})

    def _guard(self, b: Any, depth: int) -> None:
        ensure, on_abort = self._step("works"), self._step("works")
        b.guard(self._body(depth), ensure=lambda g: g.then(ensure), on_abort=lambda g: g.then(on_abort))

    def _loop(self, b: Any, depth: int) -> None:
        """A jump backwards, out of what is around it."""
        name, count, holds = self._counter()
        b.then(count)
        where = self.chance.choice(["here", "saga", "if", "each"])

        def body(inner: Any) -> None:
            self._some(inner, depth - 1)
            inner.go_to(name).only_if(holds)

        if where == "here":
            body(b)
        elif where == "saga":
            b.saga(body, on_error="continue")
        elif where == "if":
            b.if_do(lambda d: True, body)
        else:
            b.for_each([1, 2, 3], body, max_parallel=1)

    def _modify(self, b: Any, kind: str) -> None:
        what = self.chance.random()
        if kind == "loop":
            return
        if what < 0.25 and kind not in ("schedule", "delay"):
            b.compensate_with(self._step(self.chance.choice(UNDOS)))
        elif what < 0.32 and kind not in ("schedule", "delay"):
            b.timeout(self.chance.choice([1, 5]))
        elif what < 0.38:
            steps = self.chance.randint(1, 6)
            b.cancel_when(lambda d: d.get("steps", 0) >= steps, proceed=self.chance.random() < 0.5)
        elif what < 0.43 and kind not in ("saga", "schedule", "delay"):
            b.on_error(self.chance.choice(["continue", "suspend"]))

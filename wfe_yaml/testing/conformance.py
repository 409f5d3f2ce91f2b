"""`ExecutorConformance`: the laws that every type of step keeps, for a test class to subclass."""

# ruff: noqa: S101 - asserting is what a suite of tests is for
from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import math
import os
import re
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import pytest

from wfe_yaml.errors import Code, YamlError
from wfe_yaml.executors.base import StepType
from wfe_yaml.executors.describing import described
from wfe_yaml.executors.registry import executors, type_trouble
from wfe_yaml.executors.supervisor.survivors import Process, below, processes
from wfe_yaml.testing.running import RunningStep, run_step

T = TypeVar("T")

_WORD = re.compile(r"[a-z][a-z0-9_-]*")
_SECRET = "wfe-conformance-secret-1f6c"  # noqa: S105 - it is looked for in the output of tests
_MOST_PAUSES = 100
_MOMENT = 5.0


class ExecutorConformance:
    """Subclass it in a test module, and say what to try; pytest runs the laws (with pytest-asyncio).

    Attributes:
        executor: the type.
        good: configs with which a step ends well, in any folder, at any time.
        wrong: configs that must be refused when a file is read, each with a word of the message.
        failing: configs with which a step fails when it runs, each with a word of the message.
        endless: a config with which a step runs until it is stopped, and says something before; None when no
            step of the type does.
        secret: a config that says `$<< secrets.TOKEN >>` where it can; None when a secret has no use.
        varies: outputs that differ from run to run.
        patience: after so many seconds a step counts as one that does not end.
    """

    executor: ClassVar[type[StepType]]
    good: ClassVar[Sequence[Mapping[str, Any]]]
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    endless: ClassVar[Mapping[str, Any] | None] = None
    secret: ClassVar[Mapping[str, Any] | None] = None
    varies: ClassVar[Collection[str]] = ()
    patience: ClassVar[float] = 300.0

    def step(self, config: Mapping[str, Any], **others: Any) -> RunningStep:
        """Make a step of the type; override it where steps need more than a config."""
        return RunningStep(
            config, kind=self.executor.name, types={self.executor.name: self.executor}, **others
        )

    def test_it_says_what_it_is(self) -> None:
        """A type has a plain name, and a description of itself and of every key, for `wfe steps`."""
        trouble = type_trouble(self.executor)
        assert trouble is None, f"the type {trouble}"
        assert _WORD.fullmatch(self.executor.name), f"the name {self.executor.name!r} is no plain word"
        assert inspect.cleandoc(self.executor.__doc__ or ""), "the class has no docstring"
        keys = described(self.executor.config)
        assert [key.key for key in keys if not key.doc.strip()] == [], "keys without a description"

    def test_wfe_finds_it(self) -> None:
        """The entry point of its name leads to it, and to nothing else."""
        found = executors().get(self.executor.name)
        if found is None:
            pytest.skip(
                f"no installed package has an entry point {self.executor.name!r}: wfe knows no such type"
            )
        assert found is self.executor, (
            f"`type: {self.executor.name}` is {found.__module__}.{found.__qualname__}"
        )

    @pytest.mark.asyncio
    async def test_good_configs_run(self) -> None:
        """A step ends well, after its pauses, and what it gives is JSON."""
        assert self.good, "name at least one config that works"
        for config in self.good:
            outputs = await self._whole(self.step(config))
            assert json.loads(json.dumps(outputs, allow_nan=False)) == outputs

    @pytest.mark.asyncio
    async def test_attempts_do_not_meet(self) -> None:
        """Attempts of one step at the same time give, and say, what each gives alone."""
        for config in self.good:
            alone = self.step(config)
            expected = self._steady(await self._whole(alone))
            step = self.step(config)
            others = [step.again() for _ in range(3)]
            results = await asyncio.gather(*(self._whole(each) for each in others))
            assert [self._steady(each) for each in results] == [expected] * len(others), "see `varies`"
            said = [bool(each.lines.lines) for each in others]
            assert said == [bool(alone.lines.lines)] * len(others), "lines have gone to another attempt"

    @pytest.mark.asyncio
    async def test_it_runs_again_after_a_crash(self) -> None:
        """An attempt after one whose host died ends as the first would have."""
        for config in self.good:
            step = self.step(config)
            expected = await self._whole(step)
            outputs = await self._whole(step.again(attempt=2, crashes=1))
            assert sorted(outputs) == sorted(expected)

    def test_wrong_configs_are_refused(self) -> None:
        """What is wrong is told when the file is read, at its place."""
        if not self.wrong:
            pytest.skip("`wrong` names no config")
        for word, config in self.wrong.items():
            with pytest.raises(YamlError, match=re.escape(word)) as caught:
                self.step(config)
            assert caught.value.line is not None

    def test_an_unknown_key_is_refused(self) -> None:
        """A slip in a key is no key that is quietly ignored."""
        for config in self.good:
            with pytest.raises(YamlError) as caught:
                self.step({**config, "no_such_key": 1})
            assert Code.UNKNOWN_KEY in {problem.code for problem in caught.value.problems}

    @pytest.mark.asyncio
    async def test_failures_are_step_errors(self) -> None:
        """A failure says what is wrong, and is one that the engine can act on."""
        from wfe_core.errors import StepError  # noqa: PLC0415 - only this law needs it

        if not self.failing:
            pytest.skip("`failing` names no config")
        for word, config in self.failing.items():
            step = self.step(config)
            with pytest.raises(StepError, match=re.escape(word)):
                await self._whole(step)

    @pytest.mark.asyncio
    async def test_secrets_do_not_show(self) -> None:
        """A secret that a step is given stands in no line, no error and no output of it."""
        if self.secret is None:
            pytest.skip("a secret has no use here")
        step = self.step(self.secret, secrets={"TOKEN": _SECRET})
        try:
            told = json.dumps(await self._whole(step))
        except Exception as exc:  # noqa: BLE001 - whatever it raises will be shown
            told = str(exc)
        assert _SECRET not in told
        assert _SECRET not in step.lines.text()

    @pytest.mark.asyncio
    async def test_it_stops_when_cancelled(self) -> None:
        """A cancelled attempt ends, and nothing that it started goes on."""
        if self.endless is None:
            pytest.skip("no step of this type goes on for long")
        step = self.step(self.endless)
        before, children = asyncio.all_tasks(), _children()
        running = asyncio.create_task(step.run())
        # It has begun when it has said something.
        begun = await self._until(lambda: step.lines.lines or running.done())
        if not begun or running.done():
            await _put_down(asyncio.all_tasks() - before)
        assert begun, "the endless config has said nothing"
        assert not running.done(), f"the endless config has ended by itself: {running!r}"
        running.cancel()
        ended = await self._until(running.done)
        left = asyncio.all_tasks() - before - {running}
        await _put_down(left if ended else {running, *left})
        assert ended, "it does not end when it is cancelled"
        assert running.cancelled(), f"it does not let the cancellation through: {running!r}"
        assert left == set(), "tasks go on"
        assert _descendants(step) == []
        # What is about to end, as the supervisor of its steps may be, has a moment for it.
        gone = await self._until(lambda: not _children() - children, _MOMENT)
        assert gone, f"processes go on: {sorted(_children() - children)}"

    # ------------------------------------------------------------ how they are run

    async def _whole(self, step: RunningStep) -> dict[str, Any]:
        """Run a step to its end, pauses included, and give its outputs."""
        for _ in range(_MOST_PAUSES):
            outputs = await self._ended(step.run())
            if step.pause is None:
                return outputs
            assert 0 <= step.pause.seconds < math.inf
            step = step.resumed()
        pytest.fail(f"it has paused {_MOST_PAUSES} times")

    async def _ended(self, running: Coroutine[Any, Any, T]) -> T:
        """Wait for a step that has to end."""
        before = asyncio.all_tasks()
        task = asyncio.ensure_future(running)
        await asyncio.wait([task], timeout=self.patience)
        if not task.done():
            await _put_down(asyncio.all_tasks() - before)
            pytest.fail(f"it has not ended after {self.patience:g} s")
        return task.result()

    async def _until(self, condition: Callable[[], object], patience: float | None = None) -> bool:
        """Wait until a condition holds; False when it never does."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (self.patience if patience is None else patience)
        never = loop.create_future()
        while not condition():
            if loop.time() > deadline:
                return False
            await asyncio.wait([never], timeout=0.01)
        return True

    def _steady(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """Give what is the same each time."""
        return {name: None if name in self.varies else value for name, value in outputs.items()}


async def _put_down(tasks: Collection[asyncio.Task[Any]]) -> None:
    """End tasks that do not listen when they are cancelled: the loop would wait for them for ever."""
    for task in tasks:
        coroutine = task.get_coro()
        if inspect.iscoroutine(coroutine):
            with contextlib.suppress(BaseException):
                coroutine.close()
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=1)


def _children() -> set[int]:
    """Give the processes below this one; those of a supervisor carry the marks of their steps."""
    table = processes()
    servants = {each.pid for each in table.values() if _supervises(each)}
    return {each.pid for each in below(os.getpid(), table, servants) if not each.zombie}


def _supervises(process: Process) -> bool:
    try:
        with open(f"/proc/{process.pid}/cmdline", "rb") as stream:  # noqa: PTH123 - it may have ended
            return b"wfe_yaml.executors.supervisor.main" in stream.read()
    except OSError:
        return False


def _descendants(step: RunningStep) -> list[int]:
    """Give the processes that carry the mark of a step."""
    key = step.ctx.idempotency_key
    table = processes()
    ours = [each for each in table.values() if not each.zombie and _marked(each.pid, key)]
    return [inner.pid for each in ours for inner in (each, *below(each.pid, table))]


def _marked(pid: int, key: str) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as stream:  # noqa: PTH123 - it need not be there any more
            return f"WFE_IDEMPOTENCY_KEY={key}".encode() in stream.read().split(b"\0")
    except OSError:
        return False


__all__ = ["ExecutorConformance", "run_step"]

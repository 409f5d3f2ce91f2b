"""`ExecutorConformance`: the laws that every type of step keeps, for a test class to subclass."""

# ruff: noqa: S101 - asserting is what a suite of tests is for
from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from wfe_yaml.errors import Code, YamlError
from wfe_yaml.executors.base import StepType
from wfe_yaml.executors.describing import described
from wfe_yaml.executors.supervisor.survivors import below, processes
from wfe_yaml.testing.running import RunningStep, run_step

_WORD = re.compile(r"[a-z][a-z0-9_-]*")
_SECRET = "wfe-conformance-secret-1f6c"  # noqa: S105 - it is looked for in the output of tests


class ExecutorConformance:
    """Subclass it in a test module, and say what to try; pytest runs the laws.

    Attributes:
        executor: the type.
        good: configs with which a step ends well, in any folder, at any time.
        wrong: configs that must be refused when a file is read, each with a word of the message.
        failing: configs with which a step fails when it runs, each with a word of the message.
        endless: a config with which a step runs until it is stopped; None when no step of the type does.
        secret: a config that says `$<< secrets.TOKEN >>` where it can; None when a secret has no use.
    """

    executor: ClassVar[type[StepType]]
    good: ClassVar[Sequence[Mapping[str, Any]]]
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    endless: ClassVar[Mapping[str, Any] | None] = None
    secret: ClassVar[Mapping[str, Any] | None] = None

    def step(self, config: Mapping[str, Any], **others: Any) -> RunningStep:
        """Make a step of the type; override it where steps need more than a config."""
        return RunningStep(
            config, kind=self.executor.name, types={self.executor.name: self.executor}, **others
        )

    def test_it_says_what_it_is(self) -> None:
        """A type has a plain name, and a description of itself and of every key, for `wfe steps`."""
        assert _WORD.fullmatch(self.executor.name), f"the name {self.executor.name!r} is no plain word"
        assert inspect.cleandoc(self.executor.__doc__ or ""), "the class has no docstring"
        keys = described(self.executor.config)
        assert [key.key for key in keys if not key.doc.strip()] == [], "keys without a description"

    async def test_good_configs_run(self) -> None:
        """A step ends well, and what it gives is JSON."""
        assert self.good, "name at least one config that works"
        for config in self.good:
            outputs = await self.step(config).run()
            assert json.loads(json.dumps(outputs, allow_nan=False)) == outputs

    async def test_attempts_do_not_meet(self) -> None:
        """Attempts at the same time give what each gives alone."""
        for config in self.good:
            results = await asyncio.gather(*(self.step(config).run() for _ in range(4)))
            assert [sorted(each) for each in results] == [sorted(results[0])] * len(results)

    def test_wrong_configs_are_refused(self) -> None:
        """What is wrong is told when the file is read, at its place."""
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

    async def test_failures_are_step_errors(self) -> None:
        """A failure says what is wrong, and is one that the engine can act on."""
        from wfe_core.errors import StepError  # noqa: PLC0415 - only this law needs it

        for word, config in self.failing.items():
            step = self.step(config)
            with pytest.raises(StepError, match=re.escape(word)):
                await step.run()

    async def test_secrets_do_not_show(self) -> None:
        """A secret that a step is given stands in no line, no error and no output of it."""
        if self.secret is None:
            pytest.skip("a secret has no use here")
        step = self.step(self.secret, secrets={"TOKEN": _SECRET})
        try:
            told = json.dumps(await step.run())
        except Exception as exc:  # noqa: BLE001 - whatever it raises will be shown
            told = str(exc)
        assert _SECRET not in told
        assert _SECRET not in step.lines.text()

    async def test_it_stops_when_cancelled(self) -> None:
        """A cancelled attempt ends, and nothing that it started goes on."""
        if self.endless is None:
            pytest.skip("no step of this type goes on for long")
        step = self.step(self.endless)
        before = asyncio.all_tasks()
        running = asyncio.create_task(step.run())
        while not step.lines.lines and not running.done():
            # It has begun when it has said something.
            await asyncio.wait([running], timeout=0.01)
        assert not running.done(), "the endless config has ended by itself"
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert asyncio.all_tasks() - before - {running} == set()
        assert _descendants(step) == []


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

"""`run_step`: one attempt of one step, without a host or a store."""

from __future__ import annotations

import copy
import json
import logging
import os
import secrets as secrets_module
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from wfe_core.serialization import codec_for, dumps
from wfe_core.steps.context import NoScope, StepContext
from wfe_core.steps.results import ExecutionResult
from wfe_yaml.compiler.recording import EVALUATED
from wfe_yaml.executors.base import StepPause
from wfe_yaml.loader import load_workflow_from_str, local_tools

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from wfe_core.definition.nodes import StepNode
    from wfe_yaml.executors.base import StepType, Tools


class Lines:
    """Collects what a step says; it takes the place of the host.

    Attributes:
        lines: what was emitted, as (stream, line); what was logged has the stream `log`.
        evaluated: what its expressions gave: `at`, `expression` and `value` of each.
        cancelled: what the step is told when it asks.
        lease_lost: likewise.
    """

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.evaluated: list[dict[str, Any]] = []
        self.cancelled: bool = False
        self.lease_lost: bool = False
        self.log: logging.LoggerAdapter[logging.Logger] = _Log(self)

    def emit(self, stream: str, line: str) -> None:
        """Collect a line."""
        if stream == EVALUATED:
            self.evaluated.append(json.loads(line))
        else:
            self.lines.append((stream, line))

    def progress(self, percent: float, message: str) -> None:
        """Nobody looks at the progress."""

    def heartbeat(self) -> None:
        """Nobody waits for a sign of life."""

    async def drain(self) -> None:
        """Lines are taken at once."""

    async def stored(self) -> Mapping[tuple[int, str], int]:
        """Nothing is stored."""
        return {}

    def text(self, *streams: str) -> str:
        """Give the lines of some streams (of all, when none is named), one below the other."""
        return "\n".join(line for stream, line in self.lines if not streams or stream in streams)


class _Log(logging.LoggerAdapter[logging.Logger]):
    """Collects what is logged."""

    def __init__(self, lines: Lines) -> None:
        super().__init__(logging.getLogger("wfe.steps.test"), {})
        self._lines = lines

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """Collect a line."""
        del level, kwargs
        self._lines.emit("log", str(msg) % args if args else str(msg))

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Pass on what is logged as it is."""
        return msg, kwargs


class RunningStep:
    """A step that is ready to run, and what it needs for it.

    Args:
        config: its config, as in a file; texts in it may hold expressions over `inputs`.
        kind: the word after `type:`.
        types: types of your own, by that word.
        keys: more keys of the step: `outputs`, `env`, `retry`.
        inputs: what `inputs.NAME` gives.
        secrets: values of secrets by name; the workflow declares them all.
        root: the folder from which relative paths count.
        tools: instead of tools made of `types` and `secrets`.
        attempt: the number of the attempt.
        crashes: how many hosts have died while the step ran.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        kind: str,
        types: Mapping[str, type[StepType]] | None = None,
        keys: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        root: str | Path = "/",
        tools: Tools | None = None,
        attempt: int = 1,
        crashes: int = 0,
    ) -> None:
        given = dict(inputs or {})
        step = {"name": "x", "type": kind, "config": dict(config), **(keys or {})}
        workflow = {
            "id": "w",
            "inputs": dict.fromkeys(given, "any?"),
            "secrets": list(secrets or {}),
            "steps": [step],
        }
        self.text: str = json.dumps({"workflow": workflow}, indent=1, ensure_ascii=False)
        """The workflow file; JSON is YAML."""
        tools = tools or local_tools(types=types, secrets=secrets, environ=_environ())
        loaded = load_workflow_from_str(self.text, tools=tools)
        self._node = cast("StepNode", loaded.definition.steps["x"])
        data = {"inputs": given, "run": {"root": str(root)}}
        self._texts = {key: dumps(value, key) for key, value in data.items()}
        self.pause: StepPause | None = None
        """What the attempt asked for when it ended with a pause."""
        self.lines: Lines = Lines()
        self.ctx: StepContext[Any] = self._context(self.lines, attempt=attempt, crashes=crashes)

    async def run(self) -> dict[str, Any]:
        """Run the attempt and give its outputs; none for a step that asks to run again later, see `pause`.

        Raises:
            StepError: it failed.
        """
        result: Any = await self._node.spec.invoke((self.ctx,), {})
        if isinstance(result, ExecutionResult):
            self.pause = StepPause(result.duration / 1e6, result.state)
            return {}
        return dict(result["steps/x"].get("outputs", {}))

    def again(self, *, attempt: int = 1, crashes: int = 0) -> RunningStep:
        """Make an attempt of the same step in another run of the workflow: one object runs them all.

        Args:
            attempt: the number of the attempt.
            crashes: how many hosts have died while the step ran.
        """
        other = copy.copy(self)
        other.pause, other.lines = None, Lines()
        other.ctx = self._context(other.lines, attempt=attempt, crashes=crashes)
        return other

    def resumed(self) -> RunningStep:
        """Make the step that runs when its pause is over: it finds its state as the store gives it.

        Raises:
            RuntimeError: it did not ask for a pause.
            TypeError: its state is no JSON.
        """
        if self.pause is None:
            message = "the step has asked for no pause"
            raise RuntimeError(message)
        other = copy.copy(self)
        state = json.loads(json.dumps(self.pause.state, allow_nan=False))
        other.pause = None
        instance, _, run = self.ctx.idempotency_key.rpartition("/7/")
        other.ctx = self._context(self.lines, instance=instance, run=int(run) + 1, state=state)
        return other

    def _context(
        self,
        lines: Lines,
        *,
        attempt: int = 1,
        crashes: int = 0,
        run: int = 0,
        state: Any = None,
        instance: str | None = None,
    ) -> StepContext[Any]:
        return StepContext(
            codec=codec_for(dict),
            texts=self._texts,
            scope=NoScope(),
            instance_id=instance or f"run-{secrets_module.token_hex(6)}",
            definition_id="w",
            version=1,
            step_key="x",
            pointer_id=7,
            attempt=attempt,
            failures=max(0, attempt - 1 - crashes),
            crashes=crashes,
            run=run,
            state=state,
            port=lines,
        )


async def run_step(config: Mapping[str, Any], *, kind: str, **others: Any) -> tuple[dict[str, Any], Lines]:
    """Run one attempt of a step; gives its outputs and what it said. For the arguments see `RunningStep`.

    Raises:
        YamlError: the config is wrong.
        StepError: the attempt failed.
    """
    step = RunningStep(config, kind=kind, **others)
    return await step.run(), step.lines


def _environ() -> dict[str, str]:
    """The environment of this process without what belongs to a run of wfe around it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WFE_")}

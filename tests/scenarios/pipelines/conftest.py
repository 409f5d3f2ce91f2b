"""Runs workflow files in one process, on the manual clock, with steps that write down what they do."""

from __future__ import annotations

import asyncio
import textwrap
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from wfe_core.errors import OutputError, WorkflowEndedError
from wfe_yaml import load_workflow_from_str
from wfe_yaml.compiler import steps
from wfe_yaml.executors.base import ProcessFailedError, Program, StepResult, StepType
from wfe_yaml.executors.outputs import Outputs
from wfe_yaml.executors.shell import ShellConfig

if TYPE_CHECKING:
    from wfe_core.models import WorkflowInstance
    from wfe_host import WorkflowHandle
    from wfe_host.testing.engine import WfeEngine
    from wfe_yaml.executors.base import StepCall, StepPlan, Tools
    from wfe_yaml.expressions.templates import Expression, Template
    from wfe_yaml.loader import CompiledWorkflow
    from wfe_yaml.model.records import Record
    from wfe_yaml.source.problems import Problems


class Scripted(StepType):
    """Takes the place of `shell`, with commands of its own.

    One a line:

    `say TEXT` writes TEXT down, `out NAME=VALUE` sets an output, `print TEXT` writes to stdout, `flood BYTES`
    writes so many, `write FILE TEXT` writes a file, `fail [CODE [TIMES]]` fails (at most so many times),
    `env` writes its variables down, `gate NAME` waits until the test opens the gate.
    """

    name: ClassVar[str] = "shell"
    config: ClassVar[type[Record]] = ShellConfig
    book: ClassVar[Book]

    def compile(self, config: ShellConfig, plan: StepPlan, problems: Problems) -> Program | None:
        """Take everything as it is."""
        del problems
        return None if config.run is None else ScriptedProgram(config.run, config, plan, self.book)


class ScriptedProgram(Program):
    """A compiled script."""

    def __init__(self, script: Template, config: ShellConfig, plan: StepPlan, book: Book) -> None:
        self.script = script
        self.env = {**plan.env, **config.env}
        self.plan = plan
        self.book = book

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Those of the script and the variables."""
        inside = [expression for template in self.env.values() for expression in template.expressions]
        return (*self.script.expressions, *inside)

    async def run(self, call: StepCall) -> StepResult:
        """Do what the lines say."""
        outputs = Outputs(self.plan.outputs)
        for line in self.script.text(call.names).strip().splitlines():
            word, _, rest = line.strip().partition(" ")
            if word == "say":
                self.book.log.append(rest)
            elif word == "out":
                outputs.file(rest.encode())
            elif word == "print":
                call.heard.line("stdout", rest)
            elif word == "flood":
                call.heard.line("stdout", "z" * int(rest))
            elif word == "write":
                name, _, content = rest.partition(" ")
                await asyncio.to_thread(Path(call.root, name).write_text, content, "utf-8")
            elif word == "env":
                given = {name: template.text(call.names) for name, template in self.env.items()}
                self.book.log.append(" ".join(f"{name}={value}" for name, value in given.items()))
            elif word == "gate":
                await self.book.wait(rest)
            elif word == "fail":
                code, _, times = rest.partition(" ")
                self._fail(call, int(code or 1), int(times or 1_000_000), outputs)
            else:
                raise OutputError(f"unknown command {line!r}")
        return StepResult(outputs=outputs.values, exit_code=0)

    def _fail(self, call: StepCall, code: int, times: int, outputs: Outputs) -> None:
        key = f"{call.ctx.instance_id}/{call.ctx.step_key}/{call.ctx.indices}"
        self.book.failures[key] += 1
        if self.book.failures[key] <= times:
            again = self.plan.retry is None or self.plan.retry.covers(code)
            raise ProcessFailedError(
                f"exit code {code}", exit_code=code, outputs=outputs.values, retryable=again
            )


class Book:
    """What the steps of a test did, and what they wait for.

    Attributes:
        log: what the steps said, in order.
        cancelled: the gates at which steps were cancelled.
        failures: how often each step failed.
        wfe: the engine.
        root: the folder of the files.
    """

    def __init__(self, wfe: WfeEngine) -> None:
        self.wfe = wfe
        self.log: list[str] = []
        self.cancelled: list[str] = []
        self.failures: Counter[str] = Counter()
        self._gates: dict[str, asyncio.Event] = {}
        self._files = 0
        self.root = Path("/")

    def load(self, steps: str, head: str = "", *, tools: Tools | None = None) -> CompiledWorkflow:
        """Compile steps (a YAML list) with a head (keys of the workflow), or a whole file."""
        text = textwrap.dedent(steps).strip("\n")
        if not text.startswith("workflow"):
            top = textwrap.indent(textwrap.dedent(head).strip("\n"), "  ")
            self._files += 1
            text = f"workflow:\n  id: w{self._files}\n{top}\n  steps:\n{textwrap.indent(text, '    ')}\n"
        return load_workflow_from_str(text, tools=tools)

    async def start(self, steps: str, head: str = "", **inputs: Any) -> WorkflowHandle[Any]:
        """Start a run and let it go on until it waits."""
        compiled = self.load(steps, head)
        self.wfe.register(*compiled.definitions)
        handle = await self.wfe.start(compiled.definition, compiled.start_data(inputs, root=self.root))
        await self.wfe.settle()
        return handle

    async def run(self, steps: str, head: str = "", **inputs: Any) -> dict[str, Any]:
        """Run to the end and give the data.

        Raises:
            WorkflowEndedError: it ended otherwise than complete.
        """
        data: dict[str, Any] = await self.wfe.result(await self.start(steps, head, **inputs))
        return data

    async def outputs(self, outputs: str, steps: str, head: str = "", **inputs: Any) -> Any:
        """Run to the end and give what an expression is then."""
        top = f"{textwrap.dedent(head).strip()}\noutputs: {{x: {outputs!r}}}"
        return (await self.run(steps, top, **inputs))["outputs"]["x"]

    async def fails(self, steps: str, head: str = "", **inputs: Any) -> WorkflowInstance:
        """Run to the end, which must be a failure; gives the view of the instance."""
        handle = await self.start(steps, head, **inputs)
        with pytest.raises(WorkflowEndedError):
            await self.wfe.result(handle)
        return await self.wfe.host.get(handle.id)

    def open(self, gate: str) -> None:
        """Let steps through."""
        self._gate(gate).set()

    async def wait(self, gate: str) -> None:
        """Wait at a gate."""
        try:
            await self._gate(gate).wait()
        except asyncio.CancelledError:
            self.cancelled.append(gate)
            raise

    def _gate(self, name: str) -> asyncio.Event:
        return self._gates.setdefault(name, asyncio.Event())


@pytest.fixture
def book(wfe: WfeEngine, monkeypatch: pytest.MonkeyPatch) -> Book:
    """A fresh book; steps of the type `shell` are `Scripted` then."""
    made = Book(wfe)
    kind = type("BookScripted", (Scripted,), {"book": made})
    monkeypatch.setattr(steps, "executors", lambda: {"shell": kind})
    return made

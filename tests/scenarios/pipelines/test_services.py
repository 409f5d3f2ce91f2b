"""Services: started before what names them, stopped after it however it ended, by a type `services`."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from wfe_yaml import YamlError, load_workflow_from_str
from wfe_yaml.executors.base import Program, StepResult, StepType
from wfe_yaml.loader import local_tools
from wfe_yaml.model.kinds import MapOf
from wfe_yaml.model.names import VARIABLE
from wfe_yaml.model.records import Of, Record, key, record
from wfe_yaml.model.services import ServiceModel

ONE = "{name: a, run: say a, services: {db: {image: 'postgres:16'}}}"


@record
class Config(Record):
    """What a type `services` is given."""

    start: dict[str, ServiceModel] | None = key(MapOf(VARIABLE, Of(ServiceModel), what="services"), "Start.")
    stop: dict[str, ServiceModel] | None = key(MapOf(VARIABLE, Of(ServiceModel), what="services"), "Stop.")


class Told(Program):
    """Writes down what it would start or stop."""

    def __init__(self, config: Config, log: list[str]) -> None:
        self._config = config
        self._log = log

    @property
    def expressions(self) -> tuple[Any, ...]:
        """Those of the images."""
        services = {**(self._config.start or {}), **(self._config.stop or {})}
        return tuple(each for model in services.values() for each in model.image.expressions)

    async def run(self, call: Any) -> StepResult:
        """Write down the name and the image of each service."""
        for word, services in (("start", self._config.start), ("stop", self._config.stop)):
            for name, model in (services or {}).items():
                self._log.append(f"{word} {name} {model.image.text(call.names)}")
        return StepResult()


async def _run(book: Any, steps: str, head: str = "") -> str:
    """Run a workflow with a type `services`, and give how it ended."""

    class Fake(StepType):
        name: ClassVar[str] = "services"
        config: ClassVar[type[Record]] = Config

        def compile(self, config: Any, plan: Any, problems: Any) -> Program:
            del plan, problems
            return Told(config, book.log)

    text = f"workflow:\n  id: w\n{head}  steps:\n    - {steps}\n"
    compiled = load_workflow_from_str(text, tools=local_tools(types={"services": Fake}))
    book.wfe.register(*compiled.definitions)
    handle = await book.wfe.start(compiled.definition, compiled.start_data({}, root="/"))
    return str((await book.wfe.ended(handle)).status)


async def test_services_run_around_a_step_and_its_hooks(book: Any) -> None:
    """Language, services: started before the step, stopped after its hooks; expressions are values."""
    step = (
        "{name: a, matrix: {v: [1]}, run: 'say $<< matrix.v >>', ensure: {run: say hook}, "
        'services: {db: {image: "pg:$<< workflow.version >>"}}}'
    )
    assert await _run(book, step) == "complete"
    assert book.log == ["start db pg:1", "1", "hook", "stop db pg:1"]


async def test_services_are_stopped_when_the_step_fails(book: Any) -> None:
    """Language, services: a failure stops them too, and stays the failure."""
    assert await _run(book, ONE.replace("say a", "fail 3")) == "failed"
    assert book.log == ["start db postgres:16", "stop db postgres:16"]


async def test_a_skipped_step_starts_no_service(book: Any) -> None:
    """Language, when: what is skipped begins nothing."""
    assert await _run(book, ONE.replace("name: a", "name: a, when: false")) == "complete"
    assert book.log == []


async def test_services_of_a_workflow_run_around_all_of_it(book: Any) -> None:
    """Language, services of a workflow: around its steps and its hooks; a step may have some of its own."""
    head = "  services: {all: {image: x}}\n  ensure: {run: say hook}\n"
    assert await _run(book, ONE, head) == "complete"
    assert book.log == [
        "start all x",
        "start db postgres:16",
        "a",
        "stop db postgres:16",
        "hook",
        "stop all x",
    ]


@pytest.mark.parametrize("where", ["step", "workflow"])
def test_what_is_in_services_is_checked(where: str) -> None:
    """Language, services: what is wrong with one is told when the file is read, and once."""
    services = "services: {db: {image: x, readiness: {run: a, port: 1}}}"
    head, step = (f"  {services}\n", "run: echo") if where == "workflow" else ("", f"run: echo, {services}")
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str(f"workflow:\n  id: w\n{head}  steps:\n    - {{name: a, {step}}}\n")
    (problem,) = caught.value.problems
    assert problem.code.name == "CONFLICT"
    assert "one of 'run', 'port', 'log' and 'healthy'" in problem.message

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import BaseModel, Field, field_validator, model_validator

from wfe_core.errors import DefinitionError, OutputError, StepError
from wfe_yaml import Executor, YamlError, load_workflow_from_str
from wfe_yaml.executors import Config, Fixed, Seconds, Size, StepAttempt, StepPause
from wfe_yaml.executors.base import Program, StepCall, StepPlan, StepResult, StepType
from wfe_yaml.executors.registry import StepTypes
from wfe_yaml.expressions.templates import Expression, Template
from wfe_yaml.loader import local_tools
from wfe_yaml.model.kinds import TextTemplate
from wfe_yaml.model.records import Record, key, record
from wfe_yaml.source.problems import Problems
from wfe_yaml.testing import ExecutorConformance, run_step


class Style(BaseModel):
    """How it is said."""

    loud: bool = Field(default=False, description="In capital letters.")
    times: int = Field(default=1, ge=1, description="How often.")


class GreetConfig(Config):
    """What the step type of these tests needs."""

    who: str = Field(description="Whom to greet.")
    style: Style = Field(default=Style(), description="How it is said.")
    words: list[str] = Field(default=[], description="Words that come after.")
    pause: Seconds | None = Field(default=None, description="A pause before.")
    room: Size = Field(default=1024, description="How long it may become.")
    code: Annotated[str, Fixed("use `who`")] = Field(default="", description="A fixed text.")
    fail: str | None = Field(default=None, description="Fail so.")

    @field_validator("who")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not value.strip():
            message = "nobody can be greeted"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _not_both(self) -> GreetConfig:
        if self.style.loud and self.words:
            message = "'words' cannot be said aloud"
            raise ValueError(message)
        return self


class GreetExecutor(Executor[GreetConfig]):
    """Greets somebody: its output is `text`."""

    name = "greet"
    config = GreetConfig
    gives: ClassVar[frozenset[str]] = frozenset({"text", "pause"})

    async def run(self, config: GreetConfig, attempt: StepAttempt) -> Mapping[str, Any] | StepPause | None:
        """Greet."""
        if config.pause is not None and attempt.ctx.state is None:
            return StepPause(config.pause, state=1)
        if config.fail == "forever":
            attempt.emit("stdout", "waiting")
            await asyncio.Event().wait()
        if config.fail is not None:
            raise StepError(config.fail)
        if config.code == "nothing":
            return None
        if config.code == "no-json":
            return {"text": object()}
        words = " ".join([f"hello {config.who}"] * config.style.times + config.words)
        attempt.emit("stdout", words)
        return {"text": (words.upper() if config.style.loud else words)[: config.room], "pause": None}


TYPES: dict[str, type[StepType]] = {"greet": GreetExecutor}


class TestGreet(ExecutorConformance):
    """The type of these tests keeps the laws of all types."""

    executor = GreetExecutor
    good = ({"who": "you"}, {"who": "all", "style": {"times": 2}, "words": ["a", 1.5, True]})
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "needs the key 'who'": {},
        "nobody can be greeted": {"who": " "},
        "expected a valid integer": {"who": "a", "style": {"times": "many"}},
    }
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {"no voice": {"who": "a", "fail": "no voice"}}
    endless: ClassVar[Mapping[str, Any] | None] = {"who": "a", "fail": "forever"}
    secret: ClassVar[Mapping[str, Any] | None] = {"who": "$<< secrets.TOKEN >>"}


HEAD = "workflow: {id: w, inputs: {a: any?}, steps: [{name: s, type: greet, config: "


def load(config: str) -> Any:
    """Load a workflow with one step."""
    return load_workflow_from_str(f"{HEAD}{config}}}]}}", tools=local_tools(types=TYPES))


@pytest.mark.parametrize(
    ("config", "code", "message", "place"),
    [
        ("{}", "E011", "needs the key 'who': whom to greet", "{"),
        ("{who: a, whom: b}", "E010", "unknown key 'whom' in the config of a greet step", "whom"),
        ("{who: [a]}", "E012", "expected a valid string, found a list", "[a"),
        ("{who: a, style: {loud: maybe}}", "E012", "expected a valid boolean", "maybe"),
        ("{who: a, style: {times: 0}}", "E013", "greater than or equal to 1, found the number 0", "0"),
        ("{who: a, wordz: 3}", "E010", "unknown key 'wordz'", "wordz"),
        ("{who: a, pause: 3}", "E016", "write the unit, as in 3s", "3"),
        ("{who: a, pause: soon}", "E016", "expected a duration such as", "soon"),
        ("{who: a, room: much}", "E013", "expected a size such as 512m or 2g", "much"),
        ("{who: a, words: [x], style: {loud: true}}", "E013", "cannot be said aloud", "{"),
        ("{who: a, code: $<< inputs.a >>}", "E022", "an expression cannot stand in 'code'", "$<<"),
        ("{who: $<< inputs.b >>}", "E021", "there is no input 'b'", "inputs"),
        ("{who: $<< raw(inputs.a) >>}", "E022", "raw() can only be used in the `run`", "$<<"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(config: str, code: str, message: str, place: str) -> None:
    """The model says what is wrong, the file where."""
    with pytest.raises(YamlError) as caught:
        load(config)
    problem = caught.value.problems[0]
    assert problem.code == code
    assert message in problem.message
    assert caught.value.column == len(HEAD) + config.index(place) + 1


def test_what_depends_on_expressions_is_checked_later() -> None:
    """A value that an expression gives is not held against the model before it is there."""
    assert load("{who: a, style: {times: $<< inputs.a >>, loud: true}, words: $<< inputs.a >>}")
    assert load("{who: $<< inputs.a >>, x-note: 1, _mine: 2}")


async def test_expressions_become_what_the_model_wants() -> None:
    """Whole expressions keep their type; where a text is wanted, it is the text of the value."""
    for given, config, text in (
        (3, {"who": "$<< inputs.a >>"}, "hello 3"),
        ([1], {"who": "$<< inputs.a >>"}, "hello [1]"),
        ({"times": 2}, {"who": "b", "style": "$<< inputs.a >>"}, "hello b hello b"),
        ([1, "c"], {"who": "b", "words": "$<< inputs.a >>"}, "hello b 1 c"),
        ("5", {"who": 1.10, "room": "$<< inputs.a >>"}, "hello"),
    ):
        outputs, lines = await run_step(config, kind="greet", types=TYPES, inputs={"a": given})
        assert outputs["text"] == text
        assert lines.lines[0][1].startswith(text)


@pytest.mark.parametrize(
    ("given", "config", "message"),
    [
        (0, {"who": "a", "style": {"times": "$<< inputs.a >>"}}, "greater than or equal to 1"),
        (" ", {"who": "$<< inputs.a >>"}, "nobody can be greeted"),
        ("x", {"who": "a", "words": "$<< inputs.a >>"}, "expected a valid list"),
        ("1 parsec", {"who": "a", "pause": "$<< inputs.a >>"}, "expected a duration"),
    ],
)
async def test_a_value_that_does_not_fit_fails_the_step(
    given: object, config: Mapping[str, Any], message: str
) -> None:
    """It fails for good, and names the place in the file."""
    with pytest.raises(StepError, match=rf"<text>:\d+:\d+: error\[E01\d\]: .*{message}") as caught:
        await run_step(config, kind="greet", types=TYPES, inputs={"a": given})
    assert not caught.value.retryable


async def test_outputs_are_checked() -> None:
    """Outputs are JSON of the declared types; what every step of the type gives need not be declared."""
    outputs, _ = await run_step({"who": "a"}, kind="greet", types=TYPES, keys={"outputs": {"text": "string"}})
    assert outputs == {"text": "hello a"}
    assert (await run_step({"who": "a", "code": "nothing"}, kind="greet", types=TYPES))[0] == {}
    for config, keys, message in (
        ({"who": "a"}, {"outputs": {"text": "int"}}, "output 'text': expected int, found a text"),
        ({"who": "a", "code": "no-json"}, {}, "output 'text' is no JSON"),
        ({"who": "a" * 400_000, "style": {"times": 3}, "room": "4m"}, {}, "larger than 1 MiB"),
    ):
        with pytest.raises(OutputError, match=message):
            await run_step(config, kind="greet", types=TYPES, keys=keys)


async def test_a_pause_is_no_result() -> None:
    """A step that asks to run again later has no outputs yet."""
    outputs, lines = await run_step({"who": "a", "pause": "1h"}, kind="greet", types=TYPES)
    assert (outputs, lines.lines) == ({}, [])


# ---------------------------------------------------------------- the general form


@record
class RawConfig(Record):
    """A config that is a record of the language."""

    title: ClassVar[str] = "the config of a raw step"

    who: Template = key(TextTemplate(), "Whom to greet.", required=True)


class RawProgram(Program):
    """A compiled greeting."""

    def __init__(self, config: RawConfig) -> None:
        self._config = config

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All expressions."""
        return self._config.who.expressions

    async def run(self, call: StepCall) -> StepResult:
        """Greet."""
        return StepResult(outputs={"text": f"hello {self._config.who.text(call.names)}"})


class RawType(StepType):
    """A type in the most general form."""

    name: ClassVar[str] = "raw"
    config = RawConfig

    def compile(self, config: Any, plan: StepPlan, problems: Problems) -> Program | None:
        """Compile."""
        del plan, problems
        return RawProgram(config)


async def test_a_type_can_read_its_config_itself() -> None:
    """Keys, kinds and required keys come from the record; so do the places of problems."""
    types: dict[str, type[StepType]] = {"raw": RawType}
    outputs, _ = await run_step({"who": "$<< inputs.a >>"}, kind="raw", types=types, inputs={"a": 1})
    assert outputs == {"text": "hello 1"}
    for config, message in (({}, "needs the key 'who'"), ({"who": "a", "whom": "b"}, "unknown key 'whom'")):
        with pytest.raises(YamlError, match=message):
            await run_step(config, kind="raw", types=types)


# ---------------------------------------------------------------- entry points


def test_types_are_found_by_entry_point() -> None:
    """Types of other packages come after the built-in ones, which they cannot replace."""
    theirs = "wfe_yaml.executors.types.delay:DelayExecutor"
    types = StepTypes({name: EntryPoint(name, theirs, "wfe.executors") for name in ("theirs", "log")})
    assert list(types)[-1] == "theirs"
    assert len(types) == len(set(types))
    assert types["theirs"].name == "delay"
    assert types["log"].name == "log"
    with pytest.raises(KeyError):
        types["nothing"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("no_such_module_at_all:X", "cannot be loaded: No module named"),
        ("json:dumps", "is no type of step: it must extend wfe_yaml.Executor"),
        ("wfe_yaml.executors.executor:Executor", "has no 'name'"),
    ],
)
def test_a_broken_package_is_named(target: str, message: str) -> None:
    """Whoever has installed it is told which entry point of which package does not work."""
    types = StepTypes({"theirs": EntryPoint("theirs", target, "wfe.executors")})
    with pytest.raises(DefinitionError, match=rf"'theirs' \({target}, in .*{message}"):
        types["theirs"]

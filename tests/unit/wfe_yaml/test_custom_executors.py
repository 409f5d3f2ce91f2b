from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, cast

import pytest
from pydantic import BaseModel, Field, field_validator, model_validator

from wfe_core.errors import OutputError, StepError
from wfe_yaml import Executor, YamlError, load_workflow_from_str
from wfe_yaml.executors import Config, Fixed, Seconds, Size, StepAttempt, StepPause
from wfe_yaml.executors.base import Program, StepCall, StepPlan, StepResult, StepType
from wfe_yaml.executors.masking import mask_text, revealed
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


class OddError(Exception):
    """Makes its text of what it likes."""

    def __init__(self, who: str) -> None:
        super().__init__([who])

    def __str__(self) -> str:
        return f"odd: {self.args[0][0]}"


class GreetExecutor(Executor[GreetConfig]):
    """Greets somebody: its output is `text`."""

    name = "greet"
    config = GreetConfig
    gives: ClassVar[frozenset[str]] = frozenset({"text", "pause"})

    async def run(
        self, config: GreetConfig, attempt: StepAttempt
    ) -> Mapping[str, Any] | StepResult | StepPause | None:
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
        if config.code == "no-mapping":
            return cast("Mapping[str, Any]", [config.who])
        if config.code == "result":
            return StepResult(outputs={"text": config.who, "more": 1})
        if config.code == "exit":
            sys.exit(config.who)
        if config.code == "odd":
            raise OddError(config.who)
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
        ({"who": "a", "code": "no-mapping"}, {}, "'greet' gives a list: outputs are a mapping by name"),
        ({"who": "a", "code": "result"}, {"outputs": {"text": "int"}}, "output 'more' is not declared|int"),
        ({"who": "a" * 400_000, "style": {"times": 3}, "room": "4m"}, {}, "larger than 1 MiB"),
    ):
        with pytest.raises(OutputError, match=message):
            await run_step(config, kind="greet", types=TYPES, keys=keys)


async def test_a_result_is_checked_as_outputs_are() -> None:
    """Also one that comes with an exit code: a secret is refused in it."""
    config = {"who": "$<< secrets.TOKEN >>", "code": "result"}
    with pytest.raises(OutputError, match="contains the secret TOKEN"):
        await run_step(config, kind="greet", types=TYPES, secrets={"TOKEN": "sesame-1f6c"})
    outputs, _ = await run_step({"who": "a", "code": "result"}, kind="greet", types=TYPES)
    assert outputs == {"text": "a", "more": 1}


@pytest.mark.parametrize(
    ("code", "words"), [("exit", r"sys.exit\('\*\*\*'\)"), ("odd", r"OddError: odd: \*\*\*")]
)
async def test_whatever_is_raised_ends_the_step_alone(code: str, words: str) -> None:
    """`sys.exit` would end the host; the text of an error may be made of anything, and is masked."""
    config = {"who": "$<< secrets.TOKEN >>", "code": code}
    with pytest.raises(StepError, match=words) as caught:
        await run_step(config, kind="greet", types=TYPES, secrets={"TOKEN": "sesame-1f6c"})
    assert not caught.value.retryable


def test_half_of_a_pair_can_be_masked() -> None:
    """It is no character, and stands in texts all the same."""
    secrets = {"TOKEN": "sesame-1f6c"}
    masked = mask_text("\ud800 sesame-1f6c", secrets)
    assert ascii(masked) == ascii("\ud800 ***")
    assert revealed("\ud800 sesame-1f6c", secrets) == "TOKEN"
    assert revealed(masked, secrets) is None


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

"""Types of steps of other packages: found by entry points, and told apart from those that do not work."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any, ClassVar

import pytest
from pydantic import Field, field_validator

from tests.unit.wfe_yaml import executors as here
from wfe_core.errors import DefinitionError
from wfe_yaml import Executor, YamlError, load_workflow_from_str
from wfe_yaml.cli.types import show_types
from wfe_yaml.executors import Config, StepAttempt, registry
from wfe_yaml.executors.registry import StepTypes
from wfe_yaml.schema import json_schema

HERE = f"{here.__name__}.test_registry"


class Inner(Config):
    """What stands inside."""

    n: int = Field(description="A number.")


class JobConfig(Config):
    """What a job needs."""

    inner: Inner = Field(description="What is inside.")


class Job(Executor[Any]):
    """Does a job."""

    name = "job"
    config: ClassVar[Any] = JobConfig

    async def run(self, config: Any, attempt: StepAttempt) -> dict[str, Any]:
        """Do it."""
        return {}


class Other(Job):
    """Does another one."""

    class JobConfig(Config):
        """Has the names of the first one's models."""

        class Inner(Config):
            """What stands inside."""

            text: str = Field(description="A text.")

        inner: Inner = Field(description="What is inside.")

    name = "other"
    config: ClassVar[Any] = JobConfig


class Needy(Job):
    """Needs something to be made of."""

    def __init__(self, what: str) -> None:
        self.what = what


class Unfinished(Executor[Any]):
    """Has no `run`."""

    name = "unfinished"
    config = JobConfig


class Shapeless(Job):
    """Has no model."""

    config: ClassVar[Any] = dict


class CallConfig(Config):
    """What no JSON Schema can say."""

    call: Callable[[int], int] | None = Field(default=None, description="A function.")


class Calling(Job):
    """Has a config without a schema."""

    config = CallConfig


class Raising(Job):
    """Fails when it looks at a step."""

    class FailingConfig(Config):
        """Fails on one value."""

        n: int = Field(default=1, description="A number.")

        @field_validator("n")
        @classmethod
        def _find(cls, value: int) -> int:
            return {1: 1}[value]

    config: ClassVar[Any] = FailingConfig

    def check(self, config: Any, plan: Any, problems: Any) -> None:
        """Fail."""
        raise RuntimeError("oops\nand more")


def point(name: str, target: str) -> EntryPoint:
    """An entry point for a class of this module, or for a whole target."""
    return EntryPoint(name, target if ":" in target else f"{HERE}:{target}", registry.GROUP)


def test_types_are_found_by_entry_point() -> None:
    """Types of other packages come after the built-in ones, which they cannot replace."""
    types = StepTypes([point("theirs", "Job"), point("log", "Job")])
    assert list(types)[-1] == "theirs"
    assert len(types) == len(set(types))
    assert types["theirs"].name == "job"
    assert types["log"].name == "log"
    with pytest.raises(KeyError):
        types["nothing"]
    (told,) = types.hidden()
    assert told.startswith(f"the type of step 'log' ({HERE}:Job, in an unknown package) is never used")


WRONG = {
    "no_such_module_at_all:X": "cannot be loaded: No module named",
    "json:no_such_name": "cannot be loaded: AttributeError: module 'json' has no",
    "antigravity_that_exits:X": "cannot be loaded: SystemExit: 3",
    "json:dumps": "is no type of step: it must extend wfe_yaml.Executor",
    "wfe_yaml.executors.executor:Executor": "has no 'name'",
    "Needy": "cannot be made: the class Needy must need no arguments",
    "Unfinished": "is not finished: write run in the class Unfinished",
    "Shapeless": "has a config that is no model: let the class of it extend wfe_yaml.executors.Config",
}


@pytest.fixture(autouse=True)
def _a_module_that_exits(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of a package may do anything when it is imported."""
    (tmp_path / "antigravity_that_exits.py").write_text("import sys\nsys.exit(3)\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(("target", "message"), WRONG.items())
def test_a_broken_package_is_named(target: str, message: str) -> None:
    """Whoever has installed it is told which entry point of which package does not work, in one line."""
    with pytest.raises(DefinitionError) as caught:
        StepTypes([point("theirs", target)])["theirs"]
    told = str(caught.value)
    assert told.startswith("the type of step 'theirs' (")
    assert (message in told, "\n" in told) == (True, False), told


def test_two_packages_cannot_have_one_name() -> None:
    """Neither is chosen in silence; the same one twice is no conflict."""
    with pytest.raises(
        DefinitionError, match=r"'job' is claimed by .*:Job\) and .*:Other\): remove one of them"
    ):
        StepTypes([point("job", "Job"), point("job", "Other")])["job"]
    assert StepTypes([point("job", "Job"), point("job", "Job")])["job"] is not None


def test_a_broken_package_spoils_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`wfe steps` and `wfe schema` have all other types, and each that does not work is told."""
    points = [point(f"wrong-{number}", target) for number, target in enumerate([*WRONG, "Calling"])]
    types = StepTypes([*points, point("job", "Job"), point("log", "Job")])
    for module in ("wfe_yaml.cli.types", "wfe_yaml.schema"):
        monkeypatch.setattr(f"{module}.executors", lambda: types)
    assert show_types(None, as_json=False) == 0
    out, err = capsys.readouterr()
    assert "\n\njob: Does a job.\n  inner  What is inside. A mapping with n.  (required)\n" in out
    assert err.count("wfe: the type of step 'wrong-") == len(points)
    assert "never used: the built-in type" in err
    assert show_types(None, as_json=True) == 0
    told = {each["type"]: each for each in json.loads(capsys.readouterr().out)}
    assert "has no JSON schema" in told[points[-1].name]["error"]
    assert ("error" in told["job"], [key["key"] for key in told["job"]["config"]]) == (False, ["inner"])
    named = {rule["if"].get("properties", {}).get("type", {}).get("const") for rule in rules(json_schema())}
    assert {"job", "docker"} <= named
    assert not any(str(name).startswith("wrong") for name in named)
    with pytest.raises(DefinitionError, match="has no JSON schema"):
        show_types(points[-1].name, as_json=True)


def rules(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What the schema says of each type of step."""
    found: list[dict[str, Any]] = schema["$defs"]["step"].get("else", schema["$defs"]["step"])["allOf"]
    return found


def test_models_of_one_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two packages know nothing of each other: both may have a `JobConfig` with an `Inner`."""
    types = StepTypes([point("job", "Job"), point("other", "Other")])
    monkeypatch.setattr("wfe_yaml.schema.executors", lambda: types)
    definitions = json_schema()["$defs"]
    assert list(definitions["job.Inner"]["properties"]) == ["n"]
    assert list(definitions["other.Inner"]["properties"]) == ["text"]
    assert json_schema("other.inner")["$defs"].keys() >= {"other.Inner"}


@pytest.mark.parametrize(("n", "words"), [(1, "RuntimeError: oops and more"), (2, "KeyError: 2")])
def test_a_type_that_fails_over_a_step_is_none_of_wfe(
    n: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its validators and its `check` may raise anything: it is told at the step, with all other problems."""
    monkeypatch.setattr("wfe_yaml.compiler.steps.executors", lambda: StepTypes([point("raising", "Raising")]))
    steps = f"[{{name: a, type: raising, config: {{n: {n}}}}}, {{name: b, type: log, config: {{}}}}]"
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str(f"workflow: {{id: w, steps: {steps}}}")
    first, second = caught.value.problems
    told = (
        f"the type of step 'raising' failed while it read this step: {words}; update or remove that package"
    )
    assert (first.code, first.message) == ("E017", told)
    assert str(first.location) == "<text>:1:43"
    assert second.code == "E011"

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

import wfe_yaml
from wfe_yaml import YamlError, json_schema, load_workflow, load_workflow_from_str
from wfe_yaml.cli.exits import CommandError
from wfe_yaml.cli.schemas import print_schema
from wfe_yaml.model.records import keys_of
from wfe_yaml.reference import reference
from wfe_yaml.schema import records
from wfe_yaml.source.composer import Composer
from wfe_yaml.source.nodes import plain_value
from wfe_yaml.source.problems import Problems
from wfe_yaml.source.text import SourceText

ROOT = Path(wfe_yaml.__file__).parents[1]
HERE = Path(__file__).parent
EXAMPLES = sorted((ROOT / "examples").rglob("*.yaml"))
FORM = {"E010", "E012", "E016"}
"""Problems of the form of a file, which a schema can see."""
BEYOND = {
    "extends-number", "include-number", "input-default", "input-enum", "matrix-expression", "matrix-not-list",
    "merge-text", "template-key",
    "template-list", "templates-list", "duration-zero", "when-comparison", "schedule-step",
}  # fmt: skip
"""Those that it cannot: what templates, types of inputs and the cells of a matrix are."""


def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def _plain(text: str) -> Any:
    node = Composer(SourceText("x", text), Problems()).compose()
    return None if node is None else plain_value(node)


def _texts(file: Path) -> list[str]:
    """Give all texts of a test file that are workflow files by themselves."""
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "steps:" in node.value:
            try:
                load_workflow_from_str(node.value)
            except (YamlError, ValueError):
                continue
            found.append(node.value)
    return found


@pytest.mark.slow
def test_the_schema_is_one() -> None:
    """The whole schema, and that of every key, is valid JSON Schema of the dialect it names."""
    jsonschema.Draft202012Validator.check_schema(json_schema())
    for name, model in records().items():
        for word in keys_of(cast("Any", model)):
            schema = json_schema(f"{name}.{word}")
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["description"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_valid(path: Path) -> None:
    """Every example that wfe accepts is valid by the schema."""
    load_workflow(path)
    _validator().validate(_plain(path.read_text("utf-8")))


def test_what_the_tests_accept_is_valid() -> None:
    """Every whole workflow file in the tests that loads is valid by the schema."""
    texts = [text for file in sorted(HERE.glob("test_*.py")) for text in _texts(file)]
    assert len(texts) >= 8
    validator = _validator()
    for text in texts:
        validator.validate(_plain(text))


def test_wrong_forms_are_invalid() -> None:
    """Unknown keys, values of a wrong kind and texts that are no durations are invalid by the schema."""
    validator = _validator()
    checked = 0
    for path in sorted((HERE / "wrong").glob("*.yaml")):
        text = path.read_text("utf-8")
        codes = set(re.findall(r"# expect: (\w+)", text))
        if codes <= FORM and path.stem not in BEYOND:
            checked += 1
            assert not validator.is_valid(_plain(text)), path.stem
    assert checked >= 25


def test_what_a_type_of_step_takes_is_known() -> None:
    """Keys of another type's config are invalid, in `config` and as shorthands; so is a list of commands."""
    validator = _validator()
    for step, valid in (
        ({"name": "a", "run": "x", "shell": "bash"}, True),
        ({"name": "a", "config": {"run": "x", "grace": "5s"}}, True),
        ({"name": "a", "config": {"run": "x", "image": "i"}}, False),
        ({"name": "a", "run": ["x"]}, False),
        ({"name": "a", "run": "x", "shell": "fish-and-chips"}, False),
        ({"name": "a", "extends": "t", "run": None, "timeout": None}, True),
        ({"name": "a", "extends": "t", "rnu": "x"}, False),
        ({"run": "x"}, False),
    ):
        file = {"workflow": {"id": "w", "steps": [step]}}
        assert validator.is_valid(file) is valid, step


def test_a_key_is_found_by_its_name() -> None:
    """`retry` alone, or `step.retry`; a slip is answered with the nearest key."""
    assert json_schema("retry")["anyOf"][1] == {"$ref": "#/$defs/retry"}
    assert "max_attempts" in json_schema("step.retry")["$defs"]["retry"]["properties"]
    for slip, hint in (("rety", "'retry'"), ("step.rety", "'step.retry'"), ("zzzzzz", "there are: ")):
        with pytest.raises(ValueError, match=re.escape(hint)):
            json_schema(slip)


def test_the_reference_page_is_current() -> None:
    """The page in docs/ is what the records say; `python -m wfe_yaml.reference` writes it anew."""
    page = ROOT / "docs" / "reference" / "language.md"
    assert page.read_text("utf-8") == reference(), "run  python -m wfe_yaml.reference"


def test_the_reference_has_every_key() -> None:
    """Each key of each record has a row with its meaning."""
    page = reference()
    for model in records().values():
        for word, (_, spec) in keys_of(cast("Any", model)).items():
            assert f"`{word}`" in page
            assert spec.doc.replace("|", "\\|") in page


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    """`wfe schema` prints bare JSON; a key that does not exist is an error of the command."""
    assert print_schema(None) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()
    with pytest.raises(CommandError, match="did you mean 'retry'"):
        print_schema("rety")

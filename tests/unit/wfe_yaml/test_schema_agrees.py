"""The schema and the validator agree: what one refuses for its form, the other refuses, key by key."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import jsonschema
import pytest

from tests.unit.wfe_yaml.test_reference_examples import FILES, HEAD
from wfe_yaml import YamlError, json_schema, load_workflow_from_str
from wfe_yaml.errors import Code, Problem, Severity
from wfe_yaml.examples import CONFIGS, Example
from wfe_yaml.importing.writing import write_yaml
from wfe_yaml.source.composer import compose
from wfe_yaml.source.nodes import plain_value
from wfe_yaml.source.text import SourceText

PROBES: tuple[Any, ...] = (
    *(None, True, 1, -1, 1.5, "x", "yes", "5s", "10", "$<< inputs.ref >>"),
    *([], ["a"], [{}], {}, {"A": "b"}, {"A": 1}, {"A": None}),
)
"""Values of each form."""
FORM = {Code.UNKNOWN_KEY, Code.TYPE, Code.MISSING_KEY, Code.DURATION}
"""What a schema can see of a file."""
BEYOND = {("deno", "permissions"), ("browser", "image")}
"""Keys whose models say more than a schema does: lists of addresses, and what depends on another key."""


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def _config(kind: str, example: Example) -> dict[str, Any]:
    lines = "\n".join(filter(None, (example.shown, example.beside)))
    body = "".join(f"        {line}\n" for line in lines.split("\n"))
    text = f"{HEAD}  steps:\n    - name: a\n      type: {kind}\n      config:\n{body}"
    return cast("dict[str, Any]", plain_value(compose(SourceText("t", text))))


def _mutants(document: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a document with each probe as the value of a key, without the key, and with one too many."""
    (step,) = document["workflow"]["steps"]
    config = step["config"]

    def having(changed: dict[str, Any]) -> dict[str, Any]:
        return {**document, "workflow": {**document["workflow"], "steps": [{**step, "config": changed}]}}

    for probe in PROBES:
        yield f"{key}: {probe!r}", having({**config, key: probe})
    yield f"without {key}", having({word: value for word, value in config.items() if word != key})
    yield "with surprise", having({**config, "surprise": 1})


def _problems(document: dict[str, Any]) -> list[Problem]:
    try:
        load_workflow_from_str(write_yaml(document), files=FILES)
    except YamlError as exc:
        return [each for each in exc.problems if each.severity is Severity.ERROR]
    return []


@pytest.mark.parametrize("kind", CONFIGS)
@pytest.mark.slow
def test_schema_and_validator_agree_on_each_key(kind: str) -> None:
    """A value that `wfe validate` takes is valid by the schema; one that it refuses for its form is not."""
    for key, example in CONFIGS[kind].items():
        for what, document in _mutants(_config(kind, example), key):
            problems, valid = _problems(document), _validator().is_valid(document)
            if not problems:
                assert valid, f"{kind}, {what}: the schema refuses what is right"
            elif (kind, key) not in BEYOND and {each.code for each in problems} <= FORM:
                assert not valid, f"{kind}, {what}: the schema takes what is wrong: {problems[0].message}"


@pytest.mark.parametrize("kind", CONFIGS)
@pytest.mark.slow
def test_a_wrong_value_is_told_at_its_place(kind: str) -> None:
    """Each problem of a config has a line and a column; that of a wrong value are the value's own."""
    for key, example in CONFIGS[kind].items():
        for what, document in _mutants(_config(kind, example), key):
            text = write_yaml(document)
            for problem in _problems(document):
                assert problem.location is not None, f"{kind}, {what}: {problem.message}"
                line = text.splitlines()[problem.location.line - 1]
                if problem.code is Code.TYPE and what.startswith(f"{key}: ") and f"  {key}:" in line:
                    assert problem.location.column > line.index(f"{key}:") + len(key), f"{kind}, {what}"

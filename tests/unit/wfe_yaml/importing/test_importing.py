"""Single rules of the importers: values, expressions, what is wrong with a file and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.counting import calls
from wfe_yaml import YamlError, load_workflow_from_str
from wfe_yaml.errors import Code
from wfe_yaml.importing import drafting
from wfe_yaml.importing.drafting import Imported
from wfe_yaml.importing.flowengine.translate import import_flowengine
from wfe_yaml.importing.github.contexts import JobSeen, Needed, Scope, chain, ours
from wfe_yaml.importing.github.expressions import OUTCOMES, UntranslatableError, translate
from wfe_yaml.importing.github.translate import import_github
from wfe_yaml.source.composer import compose
from wfe_yaml.source.nodes import plain_value
from wfe_yaml.source.text import SourceText


def steps(imported: Imported) -> dict[str, Any]:
    """The steps of the dag by their names."""
    document: Any = plain_value(compose(SourceText("t", imported.text)))
    return {step["name"]: step for step in document["workflow"]["steps"][0]["dag"]}


# ---------------------------------------------------------------- expressions of GitHub

SCOPE = Scope(
    needed=Needed(declared={"dry-run": "dry_run"}),
    env={"A": '"x"', "B": '(inputs.github_sha) ~ "-b"', "NEVER": None},
    shared=frozenset({"A"}),
    jobs={"make": JobSeen("make", {"file": "steps.make.b.outputs.file", "bad": None})},
    steps={"one": "one", "a-b": "a_b"},
    soft=frozenset({"a-b"}),
    matrix=frozenset({"os", "py-v"}),
)
ONE = "steps.one"
NOT_WELL = f'("skipped" if {ONE}.status == "skipped" else "failure")'


@pytest.mark.parametrize(
    ("theirs", "code"),
    [
        ("true && null || false", "none or false"),
        ("env.A && null || false", "env.A and none or false"),
        ("!true", "false"),
        ("!env.A", "(not env.A)"),
        ("!!true", "true"),
        ("1 < 0x1F", "1 < 31"),
        ("-1.5e3 != .5", "-1.5e3 != .5"),
        ("'it''s'", '"it\'s"'),
        ("(1 == 2)", "(1 == 2)"),
        ("env.A", "env.A"),
        ("env.B", '(inputs.github_sha) ~ "-b"'),
        ("env.NONE", '""'),
        ("steps.one.outputs", "steps.one.outputs"),
        ("steps.one.outputs.x", '(steps.one.outputs.x | default(""))'),
        ("steps['a-b'].outputs['c-d']", '(steps.a_b.outputs["c-d"] | default(""))'),
        ("steps.one.conclusion", f'("success" if {ONE}.success else {NOT_WELL})'),
        ("needs.make.outputs.file", "steps.make.b.outputs.file"),
        ("matrix.py-v", 'matrix["py-v"]'),
        ("inputs.dry-run", "inputs.dry_run"),
        ("github.event.inputs.dry-run", '(inputs.dry_run ~ "")'),
        ("env.A == 5", 'env.A in [5, "5"]'),
        ("1.5 != env.A", 'env.A not in [1.5, "1.5"]'),
        ("github.token", "secrets.GITHUB_TOKEN"),
        ("github.run_id", "run.id"),
        ("vars.X", "vars.X"),
        ("job.status", '"success"'),
        ("steps.one.outcome", f'("success" if {ONE}.success else {NOT_WELL})'),
        ("steps.a-b.conclusion", '("skipped" if steps.a_b.status == "skipped" else "success")'),
        ("runner.os == 'Linux'", '"Linux" == "Linux"'),
        ("contains(matrix.os, 'u')", 'contains(matrix.os, "u")'),
        ("startsWith('ab', 'a')", '(("ab") is startingwith("a"))'),
        ("endsWith('ab', 'b')", '(("ab") is endingwith("b"))'),
        ("fromJSON(toJSON('a'))", '(((("a") | tojson)) | fromjson)'),
        ("join(fromJSON('[1]'))", '(((("[1]") | fromjson)) | join(","))'),
        ("format('{0} {{x}} {1}', 1, 'b')", '((1) ~ " " ~ "{" ~ "x" ~ "}" ~ " " ~ ("b"))'),
        ("fromJSON('{\"a\": [1]}').a[0]", '(("{\\"a\\": [1]}") | fromjson).a[0]'),
    ],
)
def test_an_expression_becomes_ours(theirs: str, code: str) -> None:
    """Each function, operator and name that has a counterpart."""
    assert translate(theirs, SCOPE).code == code


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        ("", "it ends too early"),
        ("true true", "'true' is not expected there"),
        ("a.", "filters"),
        ("steps.*.outputs", "filters"),
        ("1 ==", "ends too early"),
        ("(1", r"'\)' is missing"),
        ("#", "'#' cannot be read"),
        ("hashFiles('a')", r"hashFiles\(\) has no counterpart"),
        ("contains('a')", r"contains\(\) is called with 1 arguments"),
        ("format('{1}', 1)", "format"),
        ("github", "'github' has no counterpart"),
        ("github.event.pull_request", "'github.event.pull_request' has no counterpart"),
        ("inputs.other", "'inputs.other' has no counterpart"),
        ("steps.later.outputs.x", "no step 'later' before"),
        ("needs.other.result", "no job 'other'"),
        ("needs.make.outputs.bad", "'needs.make.outputs.bad' has no counterpart"),
        ("matrix.other", "'matrix.other' has no counterpart"),
        ("runner.temp", "'runner.temp' has no counterpart"),
        ("env.NEVER", "'env.NEVER' has no counterpart"),
        ("secrets.a.b", "'secrets.a.b' has no counterpart"),
        ("job.services.db.ports", "'job.services.db.ports' has no counterpart"),
    ],
)
def test_an_expression_without_a_counterpart_says_why(theirs: str, why: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UntranslatableError, match=why):
        translate(theirs, SCOPE)


@pytest.mark.parametrize(
    ("theirs", "conditions"),
    [
        ("success()", ["true", "false", "false"]),
        ("failure()", ["false", "true", "false"]),
        ("!cancelled()", ["true", "true", "false"]),
        ("!failure() && env.A == 'x'", ['env.A == "x"', "false", 'env.A == "x"']),
        ("always() && !(failure() || cancelled())", ["true", "false", "false"]),
        ("failure() && (env.A == 'x')", ["false", '(env.A == "x")', "false"]),
        ("success() || env.A", ["true", *['(env.A) not in ["", 0, false, none]'] * 2]),
        ("env.A && failure()", ["false", '(env.A and true) not in ["", 0, false, none]', "false"]),
    ],
)
def test_a_condition_depends_on_how_the_job_went(theirs: str, conditions: list[str]) -> None:
    """`success()` and the like are what they are after a success, a failure and a cancel; negated, too."""
    assert [translate(theirs, SCOPE, outcome).condition for outcome in OUTCOMES] == conditions


def test_texts_keep_what_is_no_expression() -> None:
    """What looks like an expression of ours stays a text; `}}` in a text of theirs ends nothing."""
    assert ours("a $<< b ${{ '}}' }} c", SCOPE) == 'a $$<< b $<< "}}" >> c'
    assert chain("v${{ 1 }}", SCOPE) == '"v" ~ (1)'
    with pytest.raises(UntranslatableError, match="no '}}'"):
        ours("${{ 1", SCOPE)
    with pytest.raises(UntranslatableError, match=r"always\(\) has no counterpart there"):
        ours("${{ always() }}", SCOPE)


# ---------------------------------------------------------------- containers of GitHub


def test_containers_and_services_become_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts run in the image, with the folder in it; a health check says when a service is ready."""
    # Whatever runs services here, or does not: this is about what they become.
    monkeypatch.setattr(drafting, "load_workflow_from_str", lambda *_args, **_more: None)
    file = tmp_path / "w.yml"
    file.write_text(
        """
on: workflow_dispatch
jobs:
  a:
    container: {image: "python:3", env: {A: "1"}, options: --cpus 1}
    services:
      db:
        image: postgres:15
        env: {POSTGRES_PASSWORD: x}
        ports: ["5432:5432"]
        options: --health-cmd "pg_isready -U postgres" --health-interval=10s --cpus 1
    steps: [{run: "echo ${{ github.sha }}", working-directory: sub, shell: bash}]
""",
        "utf-8",
    )
    imported = import_github(file)
    told = [problem.message for problem in imported.left_out]
    assert told == [
        "the key 'options' of the container has no counterpart",
        "options of a service such as --cpus have no counterpart",
    ]
    job = steps(imported)["a"]
    assert job["services"]["db"] == {
        "image": "postgres:15",
        "env": {"POSTGRES_PASSWORD": "x"},
        "ports": ["5432:5432"],
        "readiness": {"run": "pg_isready -U postgres"},
    }
    (step,) = job["steps"]
    assert step["config"] == {
        "image": "python:3",
        "volumes": [".:/workspace"],
        "working_dir": "/workspace/sub",
        "env": {"A": "1"},
        "run": "#!/usr/bin/env -S bash -eo pipefail\necho $<< inputs.github_sha >>",
    }


# ---------------------------------------------------------------- what is wrong

FLOWS = {
    "text": ("hello", Code.TYPE, "1:1"),
    "no nodes": ("{}", Code.MISSING_KEY, "1:1"),
    "empty": ('{"nodes": []}', Code.VALUE, "1:1"),
    "broken": ('{"nodes": [}', Code.SYNTAX, "1:12"),
    "no type": ('{"nodes": [{"id": "1"}]}', Code.MISSING_KEY, "1:12"),
    "twice": (
        '{"nodes": [{"id": "1", "node_type": "debug.log"},\n {"id": "1", "node_type": "debug.log"}]}',
        Code.DUPLICATE_NAME,
        "2:9",
    ),
    "unknown": (
        """{"nodes": [{"id": "abc", "node_type": "debug.log"}], "connections": [
{"from_node": "abd", "from_port": "a", "to_node": "abc", "to_port": "b"}]}""",
        Code.UNKNOWN_NAME,
        "2:15",
    ),
    "circle": (
        """{"nodes": [{"id": "1", "node_type": "debug.log"}], "connections": [
{"from_node": "1", "from_port": "a", "to_node": "1", "to_port": "b"}]}""",
        Code.VALUE,
        "2:1",
    ),
    "typed": (
        """{"nodes": [{"id": "1", "node_type": "time.delay",
 "config": {"delay_ms": {"type": "Number", "value": "x"}}}]}""",
        Code.TYPE,
        "2:53",
    ),
    "too large": (
        """{"nodes": [{"id": "1", "node_type": "time.delay"}],
 "settings": {"max_execution_time_ms": 18446744073709551615}}""",
        Code.VALUE,
        "2:40",
    ),
    "too long": (
        """{"nodes": [{"id": "1", "node_type": "time.delay",
 "config": {"delay_ms": 1e300}}]}""",
        Code.VALUE,
        "2:25",
    ),
    "nothing left": ('{"nodes": [{"id": "1", "node_type": "other"}]}', Code.VALUE, "1:1"),
}
WORKFLOWS = {
    "list": ("- a", Code.TYPE, "1:1"),
    "no jobs": ("on: push", Code.MISSING_KEY, "1:1"),
    "no job": ("on: push\njobs: {}", Code.VALUE, "2:7"),
    "unknown job": ("jobs:\n  a: {needs: b, steps: [{run: x}]}", Code.UNKNOWN_NAME, "2:14"),
    "circle": ("jobs:\n  a: {needs: a, steps: [{run: x}]}", Code.VALUE, "2:14"),
    "steps": ("jobs:\n  a: {steps: {run: x}}", Code.TYPE, "2:14"),
    "twice": ("jobs:\n  a: {steps: [{run: x}]}\n  a: {}", Code.DUPLICATE_KEY, "3:3"),
    "nothing left": ("jobs:\n  a: {uses: ./x.yml}", Code.VALUE, "1:1"),
}


@pytest.mark.parametrize("name", FLOWS)
def test_a_wrong_flow_is_told_at_its_place(name: str, tmp_path: Path) -> None:
    """FlowEngine: the file, the line and the column are named."""
    refused(import_flowengine, tmp_path / "f.json", *FLOWS[name])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_wrong_workflow_is_told_at_its_place(name: str, tmp_path: Path) -> None:
    """GitHub Actions: the file, the line and the column are named."""
    refused(import_github, tmp_path / "w.yml", *WORKFLOWS[name])


def refused(importer: Any, file: Path, text: str, code: Code, place: str) -> None:
    """Hold an error against what is expected."""
    file.write_text(text, "utf-8")
    with pytest.raises(YamlError) as caught:
        importer(file)
    errors = [each for each in caught.value.problems if not each.code.startswith("W")]
    assert [(each.code, str(each.location)) for each in errors][:1] == [(code, f"{file}:{place}")]


MANY = 2_000_000
"""Calls: what an honest file of 1,000 steps takes."""


def _refused(importer: Callable[[Path], object], file: Path) -> None:
    with pytest.raises(YamlError):
        importer(file)


def test_hostile_files_are_refused_quickly(tmp_path: Path) -> None:
    """Depth, width and aliases are bounded as in our own files."""
    file = tmp_path / "w.yml"
    bomb = "\n".join(
        [
            "a0: &a0 [x, x, x, x, x, x, x, x, x]",
            *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)),
        ]
    )
    for text in ("[" * 50_000, "{" * 50_000, bomb, "a: 1\n" * 5_000):
        file.write_text(text, "utf-8")
        for importer in (import_flowengine, import_github):
            assert calls(partial(_refused, importer, file)) < MANY


def test_a_long_chain_of_nodes_is_imported(tmp_path: Path) -> None:
    """Hundreds of nodes in a row, of which each begins when the one before has ended."""
    nodes = [{"id": str(n), "node_type": "time.delay", "config": {"delay_ms": 1}} for n in range(300)]
    connections = [
        {"from_node": str(n), "from_port": "x", "to_node": str(n + 1), "to_port": "x"} for n in range(299)
    ]
    file = tmp_path / "f.json"
    file.write_text(json.dumps({"name": "long", "nodes": nodes, "connections": connections}), "utf-8")
    imported = import_flowengine(file)
    made = steps(imported)
    assert len(made) == 300
    assert made["delay_300"]["needs"] == ["delay_299"]
    load_workflow_from_str(imported.text)

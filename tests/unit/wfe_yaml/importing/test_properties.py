"""Whatever stands in a file of another system: it is refused at a place, or becomes a valid workflow file."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wfe_yaml import YamlError, load_workflow_from_str
from wfe_yaml.importing.drafting import Imported
from wfe_yaml.importing.flowengine.translate import import_flowengine
from wfe_yaml.importing.github.expressions import UntranslatableError, translate
from wfe_yaml.importing.github.translate import import_github
from wfe_yaml.importing.writing import write_yaml
from wfe_yaml.source.composer import compose
from wfe_yaml.source.nodes import plain_value
from wfe_yaml.source.text import SourceText

# Words that mean something, to us or to others, among any.
WORDS = (
    *(
        "",
        "a",
        "no",
        "1.10",
        "22:22",
        "0o17",
        "<<",
        "$<< x >>",
        "$<<",
        "${{ github.sha }}",
        "${{",
        "{0}",
        "a: b",
    ),
    *("- a", "# a", "x\ny\n", " x\n", "'", '"', "eval $X", "echo $GITHUB_OUTPUT", "failure()", "always()"),
)
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=12))
SCALARS = st.one_of(TEXTS, st.booleans(), st.none(), st.integers(-5, 2000), st.floats(-5, 5, allow_nan=False))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
SETTINGS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def sound(imported: Imported) -> None:
    """What is given is valid, and everything in the report has a place."""
    load_workflow_from_str(imported.text)
    assert all(problem.location is not None for problem in imported.left_out)


def attempt(importer: Any, path: Path, document: Any) -> None:
    """Import a document; a refusal names a place in it."""
    path.write_text(json.dumps(document), "utf-8")
    refusal: YamlError | None = None
    try:
        sound(importer(path))
    except YamlError as exc:
        refusal = exc
    assert refusal is None or refusal.file == str(path), refusal


# ---------------------------------------------------------------- writing


@given(st.dictionaries(st.text(min_size=1, max_size=8), VALUES, max_size=4))
def test_what_is_written_is_read_again(document: dict[str, Any]) -> None:
    """Our composer and a reader of YAML 1.1 find the same values, whatever they look like."""
    text = write_yaml({"x": document}, head="a\nb")
    assert yaml.safe_load(text) == {"x": document}
    assert plain_value(compose(SourceText("t", text))) == {"x": document}


# ---------------------------------------------------------------- FlowEngine

KEYS = ("command", "args", "shell", "env", "timeout", "method", "headers", "delay_ms", "url", "html", "mode")
TYPES = (
    *("shell.exec", "http.request", "debug.log", "time.delay", "transform.json_parse"),
    *("transform.json_stringify", "flow.branch", "flow.merge", "browser.render", "docker.run", "zypi.exec"),
    *("api.call", "other"),
)
PORTS = (
    "output",
    "stdout",
    "body",
    "parsed",
    "json",
    "true_out",
    "false_out",
    "merged",
    "message",
    "condition",
)
TYPED = st.one_of(
    VALUES,
    st.builds(
        lambda kind, value: {"type": kind, "value": value},
        st.sampled_from(["String", "Number", "Array", "Object", "Json", "Bytes"]),
        VALUES,
    ),
)


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    """A workflow with the right shape and anything in it."""
    ids = [str(number) for number in range(draw(st.integers(1, 5)))]
    nodes: list[dict[str, Any]] = []
    for id_ in ids:
        node: dict[str, Any] = {"id": id_, "node_type": draw(st.sampled_from(TYPES))}
        node["config"] = draw(st.dictionaries(st.sampled_from(KEYS), TYPED, max_size=4))
        if draw(st.booleans()):
            node["config"] |= {"command": "true", "image": "a", "url": "http://x", "script": "1"}
        if draw(st.booleans()):
            node["name"] = draw(TEXTS)
        if draw(st.booleans()):
            keys = st.sampled_from(["max_attempts", "delay_ms", "backoff_multiplier", "max_delay_ms"])
            node["retry_policy"] = draw(st.dictionaries(keys, st.integers(0, 10**7), max_size=3))
        nodes.append(node)
    connections = [
        {
            "from_node": one,
            "from_port": draw(st.sampled_from(PORTS)),
            "to_node": two,
            "to_port": draw(st.sampled_from(PORTS)),
        }
        for one, two in draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=6))
        if one < two
    ]
    return {
        "name": draw(TEXTS),
        "nodes": nodes,
        "connections": connections,
        "settings": {"max_parallel_nodes": 2},
    }


@given(flows())
@SETTINGS
def test_any_flow_is_refused_or_valid(tmp_path: Path, flow: dict[str, Any]) -> None:
    """FlowEngine: nothing that a node holds makes a file that is wrong."""
    attempt(import_flowengine, tmp_path / "f.json", flow)


@given(VALUES)
@SETTINGS
def test_any_json_is_refused_or_valid(tmp_path: Path, document: Any) -> None:
    """Neither importer falls over a file that is something else."""
    attempt(import_flowengine, tmp_path / "f.json", {"nodes": document, "connections": document})
    attempt(import_github, tmp_path / "g.json", {"on": document, "jobs": document})
    attempt(import_github, tmp_path / "h.json", document)


# ---------------------------------------------------------------- GitHub

STEP_KEYS = ("id", "name", "if", "env", "shell", "working-directory", "continue-on-error", "timeout-minutes")
JOB_KEYS = (
    "name",
    "if",
    "env",
    "outputs",
    "strategy",
    "timeout-minutes",
    "continue-on-error",
    "services",
    "runs-on",
)
EXPRESSIONS = st.sampled_from(
    (
        *("${{ matrix.a }}", "${{ steps.s0.outputs.x }}", "${{ needs.j0.outputs.x }}", "${{ env.A }}"),
        *("${{ format('{0}{{}}', inputs.x, 'y') }}", "${{ !secrets.S && github.ref == 'x' }}"),
        *("${{ contains('a', 'b') }}", "${{ failure() }}", "success() && matrix.a > 0x1F"),
        *("${{ needs.j0.result }}", "${{ steps['s0'].outcome }}", "${{ vars.a-b }}"),
    )
)
CONTENT = st.one_of(VALUES, EXPRESSIONS, st.dictionaries(st.sampled_from("ab"), EXPRESSIONS, max_size=2))


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Any]:
    """A workflow with the right shape and anything in it."""
    jobs: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 3))):
        steps: list[dict[str, Any]] = []
        for _ in range(draw(st.integers(0, 3))):
            step = draw(st.dictionaries(st.sampled_from(STEP_KEYS), CONTENT, max_size=3))
            step["run"] = draw(
                st.one_of(TEXTS, EXPRESSIONS, EXPRESSIONS.map(lambda each: f"echo '{each}' $({each})"))
            )
            if draw(st.booleans()):
                step["id"] = f"s{len(steps)}"
            steps.append(step)
        job: dict[str, Any] = {
            **draw(st.dictionaries(st.sampled_from(JOB_KEYS), CONTENT, max_size=3)),
            "steps": steps,
        }
        if draw(st.booleans()):
            job["strategy"] = {"matrix": {"a": draw(st.lists(SCALARS, min_size=1, max_size=3))}}
        if number and draw(st.booleans()):
            job["needs"] = f"j{number - 1}"
        jobs[f"j{number}"] = job
    return {"on": draw(TEXTS), "env": draw(CONTENT), "jobs": jobs}


@given(workflows())
@SETTINGS
def test_any_workflow_is_refused_or_valid(tmp_path: Path, workflow: dict[str, Any]) -> None:
    """GitHub Actions: nothing that a job or a step holds makes a file that is wrong."""
    attempt(import_github, tmp_path / "g.json", workflow)


@given(st.text(alphabet="ab.'!&|=<>()[]{}0x1 ,*-\n", max_size=30))
def test_any_expression_is_read_or_refused(text: str) -> None:
    """The parser ends, and raises nothing of its own."""
    with contextlib.suppress(UntranslatableError):
        assert translate(text, ".".join).code


def test_expressions_have_bounds() -> None:
    """Deep nesting and great length are refused."""
    for text in ("(" * 10_000, "!(" * 4_000, "a" * 20_000, "f(" * 4_000):
        with pytest.raises(UntranslatableError):
            translate(text, ".".join)

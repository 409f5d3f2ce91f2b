from __future__ import annotations

import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from wfe_core.errors import WfeError
from wfe_yaml import YamlError, load_workflow, load_workflow_from_str
from wfe_yaml.compiler import steps
from wfe_yaml.errors import Code
from wfe_yaml.executors.registry import StepTypes
from wfe_yaml.loader import load_closure

WRONG = sorted((Path(__file__).parent / "wrong").glob("*.yaml"))
_EXPECT = re.compile(r"# expect: (E\d{3}) (\d+):(\d+)")


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_wrong_file_is_refused_at_the_place(path: Path) -> None:
    """Each file states, in a comment, the code, line and column of its one error."""
    expected = {
        (code, int(line), int(column)) for code, line, column in _EXPECT.findall(path.read_text("utf-8"))
    }
    assert expected
    with pytest.raises(YamlError) as caught:
        load_workflow(path)
    found = {
        (str(problem.code), problem.location.line, problem.location.column)
        for problem in caught.value.problems
        if problem.location is not None
    }
    assert found == expected


ELSEWHERE = {Code.UNAVAILABLE, Code.SECRET}
"""Errors that no file alone can have: of a type's package (below) and of a run's secrets (`test_secrets`)."""


def test_each_code_has_a_wrong_file() -> None:
    """Sixty wrong files and more, and no code of an error without one."""
    codes = {code for path in WRONG for code, _, _ in _EXPECT.findall(path.read_text("utf-8"))}
    assert len(WRONG) >= 60
    assert codes == {code.value for code in Code if code.value.startswith("E")} - ELSEWHERE


def test_a_type_whose_package_is_broken_is_told_at_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is right and this installation is not: E017, where the type stands."""
    point = EntryPoint("theirs", "no_such_module_at_all:X", "wfe.executors")
    monkeypatch.setattr(steps, "executors", lambda: StepTypes([point]))
    with pytest.raises(YamlError, match="no_such_module_at_all") as caught:
        load_workflow_from_str("workflow: {id: a, steps: [{name: s, type: theirs}]}")
    assert [
        (problem.code, problem.location and problem.location.column) for problem in caught.value.problems
    ] == [(Code.UNAVAILABLE, 43)]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    """Problems of the composer, the model, the expressions and the scripts come in one error, in order."""
    text = (
        "workflow:\n  id: a\n  inputs: {x: strng}\n  steps:\n    - name: one\n      rnu: echo\n"
        "      run: eval $<< inputs.x >>\n"
        "    - {name: two, run: echo $<< inptus.x >>, timeout: 5, timeout: 6s}\n"
    )
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str(text, name="w.yaml")
    assert [
        (problem.code, problem.location and problem.location.line) for problem in caught.value.problems
    ] == [
        (Code.VALUE, 3),
        (Code.UNKNOWN_KEY, 6),
        (Code.PLACEMENT, 7),
        (Code.UNKNOWN_NAME, 8),
        (Code.DURATION, 8),
        (Code.DUPLICATE_KEY, 8),
    ]
    assert isinstance(caught.value, WfeError)
    assert isinstance(caught.value, ValueError)


def test_a_key_of_the_config_on_the_step_is_told_where_it_belongs() -> None:
    """`image` of a docker step, `script` of a deno step: a typical slip is told its remedy."""
    for kind, key in (("docker", "image"), ("deno", "script"), ("http", "url"), ("shell", "tty")):
        text = f"workflow: {{id: a, steps: [{{name: s, type: {kind}, {key}: x}}]}}"
        with pytest.raises(YamlError, match=f"config of a {kind} step: write `config: {{{key}: …}}`"):
            load_workflow_from_str(text)


GOOD = """
x-anchors: &defaults {timeout: 10m}
workflow:
  id: deploy
  version: 3
  description: Build and ship
  inputs:
    ref: {type: string, default: 1.10, description: Git ref}
    targets: {type: "list<string>", default: [staging]}
    publish: {type: bool, default: false}
    count: int?
  outputs:
    image: $<< steps.build.outputs.image >>
    all: {ref: $<< inputs.ref >>, n: 1}
  env: {A: "1", B: $<< inputs.ref >>}
  defaults: {shell: bash, timeout: 20m}
  steps:
    - name: build
      <<: *defaults
      config:
        run: echo "image=app" >> "$WFE_OUTPUT"
      outputs: {image: string}
      retry: {max_attempts: 3, interval: 5s, backoff: 2, on: [timeout, 137]}
    - name: checks
      max_parallel: 1
      parallel:
        - {name: unit, run: 'echo $<< steps.build.outputs.image >>', continue_on_error: true}
        - name: more
          steps:
            - {name: one, run: echo}
            - {name: two, run: 'echo $<< steps.one.status >> $<< steps.build.status >>'}
    - name: tail
      when: $<< inputs.publish and steps.checks.unit.status == 'complete' >>
      run: echo $<< steps.checks.more.two.exit_code >> $<< inputs.targets >>
"""


def test_a_file_becomes_a_definition() -> None:
    """Steps, containers and conditions become nodes whose keys are the paths of their names."""
    compiled = load_workflow_from_str(GOOD)
    definition = compiled.definition
    assert (definition.id, definition.version) == ("deploy", 3)
    assert set(definition.steps) == {
        "build", "checks", "checks/unit", "checks/more", "checks/more/one", "checks/more/two", "tail",
        "outputs",
    }  # fmt: skip
    assert definition.steps["build"].retry.max_attempts == 3
    assert definition.steps["tail"].retry.max_attempts == 1
    assert definition.steps["tail"].only_if is not None


def test_the_text_is_the_identity() -> None:
    """The same text has the same fingerprint, whatever the file is called; another text has another one."""
    one, two = (load_workflow_from_str(GOOD, name=name).definition for name in ("a.yaml", "b.yaml"))
    assert one.fingerprint == two.fingerprint
    assert load_workflow_from_str(GOOD + "# edited\n").definition.fingerprint != one.fingerprint


def test_a_stored_closure_compiles_to_the_same_definition() -> None:
    """What was stored with a run gives the same definition without the file."""
    first = load_workflow_from_str(GOOD, name="w.yaml")
    again = load_closure(first.source.to_json(), workflow="deploy")
    assert again.definition.fingerprint == first.definition.fingerprint
    assert again.source.main.name == "w.yaml"


def test_inputs_are_checked_and_completed() -> None:
    """Defaults fill in, text becomes values of the declared types, `1.10` stays where a text is declared."""
    compiled = load_workflow_from_str(GOOD)
    assert compiled.start_data()["inputs"] == {
        "ref": "1.10",
        "targets": ["staging"],
        "publish": False,
        "count": None,
    }
    values = compiled.read_inputs({"ref": "2", "targets": "[a, 'b c']", "publish": "true", "count": "7"})
    assert compiled.start_data(values)["inputs"] == {
        "ref": "2",
        "targets": ["a", "b c"],
        "publish": True,
        "count": 7,
    }


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"reff": "x"}, "did you mean 'ref'"),
        ({"count": "x"}, "input 'count': expected int?"),
        ({"targets": "a, b"}, "expected list<string>"),
        ({"targets": "[1]"}, None),
        ({"publish": "maybe"}, "expected bool"),
    ],
)
def test_wrong_inputs_are_named(texts: dict[str, str], message: str | None) -> None:
    """An unknown name, or a text that is no value of the type, is an error with the code of inputs."""
    compiled = load_workflow_from_str(GOOD)
    if message is None:
        assert compiled.start_data(compiled.read_inputs(texts))["inputs"]["targets"] == ["1"]
        return
    with pytest.raises(YamlError) as caught:
        compiled.start_data(compiled.read_inputs(texts))
    assert caught.value.problems[0].code is Code.INPUT
    assert message in str(caught.value)


def test_numbers_are_those_that_json_can_hold() -> None:
    """Infinity and what is no number are refused, as a text and as a value."""
    compiled = load_workflow_from_str(
        "workflow: {id: a, inputs: {n: number}, steps: [{name: s, run: 'true'}]}"
    )
    assert compiled.read_inputs({"n": "1.5e3"}) == {"n": 1500.0}
    for text in ("1e400", "-1e400", "nan", "inf"):
        with pytest.raises(YamlError, match="expected number"):
            compiled.read_inputs({"n": text})
    for value in (float("inf"), float("nan")):
        with pytest.raises(YamlError, match="which JSON cannot hold"):
            compiled.start_data({"n": value})


def test_among_several_workflows_the_one_is_named_whose_input_is_missing() -> None:
    """Who named no workflow learns which one was meant; a file with one needs no name for it."""
    first = "{id: a, inputs: {n: int}, steps: [{name: s, run: 'true'}]}"
    second = "{id: b, steps: [{name: s, run: 'true'}]}"
    for text, message in (
        (f"workflows: [{first}, {second}]", "the input 'n' of the workflow 'a' is missing"),
        (f"workflow: {first}", "the input 'n' is missing"),
    ):
        with pytest.raises(YamlError, match=message):
            load_workflow_from_str(text).start_data({})
    with pytest.raises(YamlError, match="the workflow 'b' has no input 'n'"):
        load_workflow_from_str(f"workflows: [{second}, {first}]").start_data({"n": 1})


def test_both_lists_of_workflows_are_refused_with_the_remedy() -> None:
    """Who adds a second workflow beside the first is told where both belong."""
    text = "workflow: {id: a, steps: [{name: s, run: x}]}\nworkflows: [{id: b, steps: [{name: s, run: x}]}]"
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str(text)
    assert [problem.hint for problem in caught.value.problems] == [
        "put all of them under 'workflows'; the first is what a run begins with"
    ]


def test_what_a_loop_runs_belongs_into_its_steps() -> None:
    """Who writes `run` beside `for_each`, as beside `matrix`, is told where it belongs."""
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str("workflow: {id: a, steps: [{name: s, for_each: [1, 2], run: x}]}")
    assert "put it into a step of its own, under `steps:` of the 'for_each'" in str(caught.value)
    with pytest.raises(YamlError, match="make two steps of it"):
        load_workflow_from_str("workflow: {id: a, steps: [{name: s, delay: 1s, run: x}]}")


def test_constraints_of_inputs_hold() -> None:
    """`enum`, `pattern`, `min`, `max`, and inputs without a default that must be given."""
    text = (
        "workflow:\n  id: a\n  inputs:\n    e: {enum: [x, y]}\n    p: {pattern: '[a-z]+', default: abc}\n"
        "    n: {type: int, min: 1, max: 5, default: 2}\n    l: {type: list<int>, max: 2, default: []}\n"
        "  steps: [{name: s, run: 'true'}]\n"
    )
    compiled = load_workflow_from_str(text)
    for inputs, message in (
        ({}, "the input 'e' is missing"),
        ({"e": "z"}, "none of x, y"),
        ({"e": "x", "p": "A"}, "does not match"),
        ({"e": "x", "n": 9}, "at most 5"),
        ({"e": "x", "l": [1, 2, 3]}, "length must be at most 2"),
        ({"e": "x", "l": [1, "a"]}, "at [1]: expected int"),
    ):
        with pytest.raises(YamlError, match=re.escape(message)):
            compiled.start_data(inputs)
    assert compiled.start_data({"e": "y"})["inputs"]["e"] == "y"


def test_several_workflows_have_an_entry() -> None:
    """The first workflow is the entry, or the one asked for; an unknown one is an error with a hint."""
    text = "workflows:\n" + "".join(
        f"  - {{id: {id}, steps: [{{name: s, run: 'true'}}]}}\n" for id in ("one", "two")
    )
    assert load_workflow_from_str(text).definition.id == "one"
    assert load_workflow_from_str(text, workflow="two").definition.id == "two"
    assert len(load_workflow_from_str(text).definitions) == 2
    with pytest.raises(YamlError, match="did you mean 'two'"):
        load_workflow_from_str(text, workflow="tow")


def test_deep_containers_are_bounded() -> None:
    """Steps nested beyond reason are refused with a place."""
    text = "{name: s, run: 'true'}"
    for level in range(25):
        text = f"{{name: c{level}, steps: [{text}]}}"
    with pytest.raises(YamlError, match="nested"):
        load_workflow_from_str(f"workflow: {{id: a, steps: [{text}]}}")

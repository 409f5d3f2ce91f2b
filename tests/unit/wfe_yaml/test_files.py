from __future__ import annotations

import os
from pathlib import Path

import pytest

from wfe_yaml import YamlError, load_workflow, load_workflow_from_str
from wfe_yaml.compiler.closure import Closure
from wfe_yaml.errors import Code
from wfe_yaml.loader import changed_files, load_closure
from wfe_yaml.source import includes, templates
from wfe_yaml.source.nodes import plain_value

ONE = "workflow: {id: one, steps: [{name: s, run: 'true'}]}\n"


def _refused(text: str, **options: object) -> YamlError:
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str(text, **options)  # type: ignore[arg-type]
    return caught.value


# ---------------------------------------------------------------- include


def test_included_workflows_follow_the_own_ones(tmp_path: Path) -> None:
    """The first workflow of the file itself is the entry; each file is taken once, however often named."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "main.yaml").write_text("include: [sub/a.yaml, b.yaml]\n" + ONE, "utf-8")
    two = "include: ../b.yaml\nworkflow: {id: two, steps: [{name: s, run: 'true'}]}\n"
    (tmp_path / "sub/a.yaml").write_text(two, "utf-8")
    (tmp_path / "b.yaml").write_text(two.replace("two", "three").replace("include: ../b.yaml\n", ""), "utf-8")
    compiled = load_workflow(tmp_path / "main.yaml")
    assert [definition.id for definition in compiled.definitions] == ["one", "two", "three"]
    assert compiled.definition.id == "one"
    assert [file.path for file in compiled.source.files] == ["", "sub/a.yaml", "b.yaml"]


def test_a_file_of_includes_alone_is_a_workflow_file() -> None:
    """A file may leave its workflow to what it includes."""
    compiled = load_workflow_from_str("include: [a.yaml]\n", files={"a.yaml": ONE})
    assert compiled.definition.id == "one"


def test_errors_name_the_file_they_are_in() -> None:
    """A problem of an included file points at its own line there, beside those of the main file."""
    error = _refused(
        "include: [lib/a.yaml]\n" + ONE.replace("true", "eval $<< inputs.x >>"),
        name="dir/w.yaml",
        files={"lib/a.yaml": "# a\nworkflow: {id: two, steps: [{nmae: s, run: 'true'}]}\n"},
    )
    places = [str(problem.location) for problem in error.problems]
    assert "dir/lib/a.yaml:2:30" in places
    assert any(place.startswith("dir/w.yaml:2:") for place in places)


@pytest.mark.parametrize(
    ("files", "chain"),
    [
        ({"a.yaml": "include: w.yaml\n"}, "w.yaml -> a.yaml -> w.yaml"),
        ({"a.yaml": "include: b.yaml\n", "b.yaml": "include: ./a.yaml\n"}, "a.yaml -> b.yaml -> a.yaml"),
        ({"a.yaml": "include: ../x/../a.yaml\n"}, None),
    ],
)
def test_a_circle_of_includes_shows_its_chain(files: dict[str, str], chain: str | None) -> None:
    """A file that comes back to itself is refused, with every file of the circle."""
    error = _refused("include: [a.yaml]\n" + ONE, name="w.yaml", files=files)
    assert error.problems[0].code is Code.INCLUDE
    assert chain is None or chain in str(error)


@pytest.mark.slow
def test_includes_are_bounded() -> None:
    """No more than 50 files, and no more than 4 Mi characters together; the message names the bound."""
    names = [f"f{number}.yaml" for number in range(includes.MAX_FILES)]
    error = _refused(f"include: {names}\n".replace("'", "") + ONE, files=dict.fromkeys(names, "x-a: 1\n"))
    assert error.problems[0].code is Code.LIMIT
    big = "# " + "x" * (1 << 20) + "\n"
    error = _refused(
        "include: [a, b, c, d, e]\n" + ONE, files=dict.fromkeys(("a", "b", "c", "d", "e"), big[: 1 << 20])
    )
    assert "longer than 4 Mi characters" in str(error)


def test_texts_need_the_files_they_include(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text includes from `files`, or from disk beside its name; what is missing is told at the include."""
    error = _refused("include: a.yml\n" + ONE, files={"a.yaml": "x-a: 1\n"})
    assert (error.problems[0].code, error.line, error.column) == (Code.INCLUDE, 1, 10)
    assert "did you mean 'a.yaml'" in str(error)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(ONE, "utf-8")
    assert load_workflow_from_str("include: a.yaml\n").definition.id == "one"


def test_the_closure_holds_everything(tmp_path: Path) -> None:
    """A stored run needs none of its files; an edited include is another identity, and is told."""
    main, lib = tmp_path / "main.yaml", tmp_path / "lib.yaml"
    main.write_text(
        "include: lib.yaml\nvars: {n: 1}\nworkflow: {id: w, steps: [{name: s, extends: t}]}\n", "utf-8"
    )
    lib.write_text("templates: {t: {run: 'echo $<< vars.n >>'}}\n", "utf-8")
    first = load_workflow(main, variables={"n": 7})
    stored = first.source.to_json()
    assert changed_files(first.source, main) == {}
    lib.write_text("templates: {t: {run: 'echo no'}}\n", "utf-8")
    assert changed_files(first.source, main) == {str(lib): "has changed"}
    assert load_workflow(main, variables={"n": 7}).definition.fingerprint != first.definition.fingerprint
    lib.unlink()
    assert changed_files(first.source, main) == {str(lib): "is gone"}
    again = load_closure(stored, workflow="w")
    assert again.definition.fingerprint == first.definition.fingerprint
    assert again.source == Closure.from_json(stored) == first.source


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    """A folder and a pipe are told apart from files, at the include that names them."""
    (tmp_path / "dir").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "w.yaml").write_text("include: [dir, pipe]\n" + ONE, "utf-8")
    with pytest.raises(YamlError) as caught:
        load_workflow(tmp_path / "w.yaml")
    assert [(p.code, p.location and p.location.column) for p in caught.value.problems] == [
        (Code.INCLUDE, 11),
        (Code.INCLUDE, 16),
    ]


# ---------------------------------------------------------------- extends


def test_maps_merge_lists_replace_null_deletes() -> None:
    """A step begins as a deep copy of its templates, the later ones on top, its own keys last."""
    text = (
        "templates:\n"
        "  base:\n"
        "    timeout: 5m\n"
        "    retry: {max_attempts: 4, on: [timeout, '1']}\n"
        "    config: {run: echo, env: {A: '1', B: '2'}}\n"
        "  quick: {extends: base, timeout: 1m, config: {env: {B: '3'}}}\n"
        "  loud: {description: loud}\n"
        "workflow:\n"
        "  id: w\n"
        "  steps:\n"
        "    - name: s\n"
        "      extends: [quick, loud]\n"
        "      retry: {on: ['2']}\n"
        "      config: {env: {C: '4', A: null}}\n"
    )
    step = load_workflow_from_str(text).models["w"].steps[0]
    assert step.timeout == 60_000_000
    assert step.retry is not None
    assert (step.retry.max_attempts, step.retry.on) == (4, ["2"])
    assert step.description == "loud"
    assert step.config is not None
    assert plain_value(step.config) == {"run": "echo", "env": {"B": "3", "C": "4"}}


def test_workflows_and_steps_inside_containers_extend_too() -> None:
    """`extends` works for a workflow, for steps in containers, and for templates from included files."""
    compiled = load_workflow_from_str(
        "include: lib.yaml\nworkflow:\n  extends: wf\n  id: w\n  steps:\n"
        "    - {name: p, parallel: [{name: a, extends: t}, {name: b, extends: t, run: echo b}]}\n",
        files={"lib.yaml": "templates:\n  wf: {timeout: 1h, env: {A: '1'}}\n  t: {run: echo t}\n"},
    )
    assert compiled.definition.timeout == 3_600_000_000
    assert set(compiled.definition.steps) == {"p", "p/a", "p/b"}


def test_errors_stay_on_the_line_of_the_author() -> None:
    """What is wrong in a template is told there, once; what is wrong in the step is told at the step."""
    error = _refused(
        "templates:\n  t:\n    run: 'true'\n    timeout: soon\nworkflow:\n  id: w\n  steps:\n"
        "    - {name: a, extends: t}\n    - {name: b, extends: t, retry: 0}\n",
        name="w.yaml",
    )
    assert [str(problem.location) for problem in error.problems] == ["w.yaml:4:14", "w.yaml:9:36"]


def test_circles_and_bombs_of_templates_are_refused() -> None:
    """Templates that contain themselves, directly or deep inside, and those that double 30 times."""
    error = _refused(
        "templates:\n  a: {steps: [{name: x, extends: b}]}\n  b: {steps: [{name: y, extends: a}]}\n"
        "workflow: {id: w, steps: [{name: s, extends: a}]}\n"
    )
    assert "a -> b -> a" in str(error)
    lines = ["templates:", "  t0: {run: 'true'}"]
    lines += [
        f"  t{n}: {{steps: [{{name: a, extends: t{n - 1}}}, {{name: b, extends: t{n - 1}}}]}}"
        for n in range(1, 28)
    ]
    lines += ["workflow: {id: w, steps: [{name: s, extends: t27}]}"]
    assert {problem.code for problem in _refused("\n".join(lines)).problems} == {Code.LIMIT}
    forward = [f"  t{n}: {{extends: t{n - 1}}}" for n in range(1, 3000)]
    for chain in (forward, forward[::-1]):
        text = "\n".join(["templates:", "  t0: {run: 'true'}", *chain])
        error = _refused(text + "\nworkflow: {id: w, steps: [{name: s, extends: t2999}]}\n")
        assert error.problems[0].code is Code.LIMIT


def test_many_uses_of_a_large_template_are_bounded() -> None:
    """Templates expand to a bounded number of values in all."""
    env = ", ".join(f"V{n}: x" for n in range(2000))
    steps = "\n".join(f"    - {{name: s{n}, extends: t}}" for n in range(60))
    text = f"templates: {{t: {{run: 'true', env: {{{env}}}}}}}\nworkflow:\n  id: w\n  steps:\n{steps}\n"
    error = _refused(text)
    assert {problem.code for problem in error.problems} == {Code.LIMIT}
    assert templates.MAX_EXPANDED == 100_000


def test_a_template_twice_and_free_keys() -> None:
    """A template's name is taken once over all files; names beginning with `x-` or `_` are no templates."""
    error = _refused(
        "include: a.yaml\ntemplates: {t: {run: x}, _note: 3, x-note: text}\n" + ONE,
        name="w.yaml",
        files={"a.yaml": "templates: {t: {run: y}}\n"},
    )
    assert [(problem.code, str(problem.location)) for problem in error.problems] == [
        (Code.DUPLICATE_NAME, "a.yaml:1:13")
    ]


# ---------------------------------------------------------------- vars


def test_variables_have_values_of_their_types() -> None:
    """A text given for a number, boolean, list or mapping is read as one; given goes before declared."""
    text = "vars: {n: 1, on: false, l: [], m: {}, s: a, z: ~}\n" + ONE
    compiled = load_workflow_from_str(
        text, variables={"n": "3", "on": "true", "l": "[x, 2]", "m": '{"a": 1}', "s": "5", "z": [1]}
    )
    assert compiled.source.variables == {
        "n": 3, "on": True, "l": ["x", 2], "m": {"a": 1}, "s": "5", "z": [1],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n": "x"}, "variable 'n': expected int"),
        ({"n": 1.5}, "variable 'n': expected int, found a number"),
        ({"u": {1, 2}}, "variable 'u'"),
        ({"1x": 1}, "'1x' is no name of a variable"),
    ],
)
def test_wrong_variables_are_named(given: dict[str, object], message: str) -> None:
    """A value of another type, a value that is no JSON, and a name that is none."""
    error = _refused(
        "vars: {n: 1}\n" + ONE.replace("true", "echo $<< vars.u | default(1) >>"), variables=given
    )
    assert message in str(error)
    assert Code.VARIABLE in {problem.code for problem in error.problems}


def test_an_undeclared_variable_may_be_given() -> None:
    """What a file uses may be given without a declaration; what it does not use is warned of."""
    text = ONE.replace("true", "echo $<< vars.region >> $<< vars.other.deep >>")
    error = _refused(text, variables={"regoin": "eu", "other": {"deep": 1}})
    assert "there is no variable 'region'" in str(error)
    compiled = load_workflow_from_str(text, variables={"region": "eu", "other": {"deep": 1}, "more": 1})
    assert compiled.source.variables == {"region": "eu", "other": {"deep": 1}}
    assert [warning.code for warning in compiled.warnings] == [Code.UNUSED_VARIABLE]


def test_variables_are_part_of_the_identity() -> None:
    """Other values are another definition; the including file's values go before the included one's."""
    text = "include: a.yaml\nvars: {a: own}\n" + ONE.replace("true", "echo $<< vars.a >> $<< vars.b >>")
    files = {"a.yaml": "vars: {a: theirs, b: theirs}\n"}
    one, two = (load_workflow_from_str(text, files=files, variables=given) for given in ({}, {"b": "x"}))
    assert one.source.variables == {"a": "own", "b": "theirs"}
    assert one.definition.fingerprint != two.definition.fingerprint

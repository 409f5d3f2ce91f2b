from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from wfe_yaml import YamlError, load_workflow, load_workflow_from_str
from wfe_yaml.cli.validating import validate_files
from wfe_yaml.diagnostics import Format, render, tally
from wfe_yaml.errors import Code, Problem, Severity
from wfe_yaml.source.problems import Problems
from wfe_yaml.source.text import Location, SourceText

HERE = Path(__file__).parent
# The schema of OASIS as it was published (rtm.5), its descriptions removed.
SARIF = json.loads((HERE / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))
WRONG = "workflow:\n  id: é1\n  steps:\n    - {name: a, rnu: x}\n    - {name: b, run: 'echo ${{ a && b }}'}\n"


def _problems(text: str = WRONG, name: str = "w.yaml") -> tuple[Problem, ...]:
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str(text, name=name)
    return caught.value.problems


def test_json_has_every_field_of_every_problem() -> None:
    """The JSON form counts errors and warnings and gives code, place, message and hint of each."""
    whole = json.loads(render(_problems(), Format.JSON))
    assert (whole["errors"], whole["warnings"]) == (2, 1)
    first, second, third = whole["problems"]
    assert (first["code"], first["line"], first["column"], first["end_column"]) == ("E013", 2, 7, 9)
    assert second == {
        "code": "E010",
        "severity": "error",
        "message": "unknown key 'rnu' in a step",
        "hint": "did you mean 'run'?",
        "file": "w.yaml",
        "line": 4,
        "column": 17,
        "end_line": 4,
        "end_column": 20,
    }
    assert (third["code"], third["severity"], third["hint"]) == ("W001", "warning", "write  $<< a and b >>")


def test_a_problem_without_a_place_has_none() -> None:
    """Problems of inputs have no place in the file: null in JSON, no location in SARIF and for GitHub."""
    problem = Problem(Code.INPUT, "the input 'x' is missing")
    assert json.loads(render([problem], "json"))["problems"][0]["line"] is None
    assert "locations" not in json.loads(render([problem], "sarif"))["runs"][0]["results"][0]
    assert render([problem], "github") == "::error title=E040::the input 'x' is missing"


@pytest.mark.parametrize("path", sorted((HERE / "wrong").glob("*.yaml"))[::9], ids=lambda path: path.stem)
def test_sarif_follows_its_schema(path: Path) -> None:
    """The log of wrong files is valid by the published schema of SARIF 2.1.0."""
    with pytest.raises(YamlError) as caught:
        load_workflow(path)
    log = json.loads(render(caught.value.problems, Format.SARIF))
    jsonschema.Draft4Validator(SARIF).validate(log)
    assert log["runs"][0]["results"][0]["locations"]


def test_sarif_says_what_rules_there_are() -> None:
    """Each result points at its rule; a file's name becomes a URI; lines and columns count from 1."""
    log = json.loads(render(_problems(name="a dir/w.yaml"), Format.SARIF))
    jsonschema.Draft4Validator(SARIF).validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["E013", "E010", "W001"]
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning"]
    where = run["results"][1]["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "a%20dir/w.yaml"
    assert where["region"] == {"startLine": 4, "startColumn": 17, "endLine": 4, "endColumn": 20}
    absolute = json.loads(render(_problems(name="/a b.yaml"), Format.SARIF))
    place = absolute["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "file:///a%20b.yaml"


def test_an_empty_log_is_valid_sarif() -> None:
    """Nothing wrong is a log without results, which tells code scanning that all is mended."""
    log = json.loads(render([], Format.SARIF))
    jsonschema.Draft4Validator(SARIF).validate(log)
    assert log["runs"][0]["results"] == []


def test_github_commands_are_escaped() -> None:
    """`%`, line breaks, and in properties `:` and `,` cannot end a command or begin another one."""
    source = SourceText("a,b:c%.yaml", "one\ntwo\n")
    problem = Problem(Code.VALUE, "50% is\n::error::no\r", Location(source, 4, 7), "do, this: that")
    assert render([problem], Format.GITHUB) == (
        "::error file=a%2Cb%3Ac%25.yaml,line=2,col=1,endLine=2,endColumn=4,title=E013"
        "::50%25 is%0A::error::no%0D%0Ado, this: that"
    )
    over = Problem(Code.FOREIGN_EXPRESSION, "x", Location(source, 0, 7))
    assert render([over], "github") == "::warning file=a%2Cb%3Ac%25.yaml,line=1,col=1,endLine=2,title=W001::x"


def test_an_unknown_format_is_refused() -> None:
    """There are four formats."""
    with pytest.raises(ValueError, match="xml"):
        render([], "xml")


def test_warnings_stop_nothing() -> None:
    """A file with `${{ }}` loads, with a warning at the place that shows the form to write."""
    text = "workflow: {id: a, steps: [{name: s, run: 'echo ${{ inputs.ref || 1 }} and ${{ x'}]}\n"
    compiled = load_workflow_from_str(text, name="w.yaml")
    assert [(w.code, w.severity, w.hint) for w in compiled.warnings] == [
        (Code.FOREIGN_EXPRESSION, Severity.WARNING, "write  $<< inputs.ref or 1 >>"),
        (Code.FOREIGN_EXPRESSION, Severity.WARNING, "write  $<< x >>"),
    ]
    assert str(compiled.warnings[0].location) == f"w.yaml:1:{text.index('${{') + 1}"
    assert render(compiled.warnings[:1]).startswith("w.yaml:1:48: warning[W001]: ")


def test_warnings_do_not_push_errors_out() -> None:
    """However many warnings there are, an error is still told; what is cut is counted."""
    problems = Problems()
    for number in range(500):
        problems.add(Code.FOREIGN_EXPRESSION, f"w{number}", None)
    assert not problems
    problems.add(Code.VALUE, "wrong", None)
    assert problems
    assert [p.message for p in problems.listed() if p.severity is Severity.ERROR] == ["wrong"]
    for number in range(300):
        problems.add(Code.VALUE, f"e{number}", None)
    last = problems.listed()[-1]
    assert (last.message, last.hint) == ("101 more are not shown", "mend these first")


def test_every_code_says_what_it_means() -> None:
    """Codes are E or W and three digits, each with its own words."""
    assert all(re.fullmatch(r"[EW]\d{3}", code) and code.about for code in Code)
    assert len({code.about for code in Code}) == len(Code)


@pytest.mark.parametrize(
    ("severities", "said"),
    [((), "no problems"), ((1, 0), "1 error"), ((2, 1), "2 errors, 1 warning"), ((0, 2), "2 warnings")],
)
def test_problems_are_counted(severities: tuple[int, int], said: str) -> None:
    """One error, two errors, nothing: in words."""
    errors, warnings = severities or (0, 0)
    problems = [Problem(Code.VALUE, "x")] * errors + [Problem(Code.FOREIGN_EXPRESSION, "x")] * warnings
    assert tally(problems) == said


def test_validate_gives_all_files_in_one_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`validate --format json` gives one object on stdout; text goes to stderr, and a count."""
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(WRONG, "utf-8")
    two.write_text("workflow: {id: a, steps: [{name: s, run: 'true'}]}", "utf-8")
    assert validate_files([one, two], "json") == 2
    assert json.loads(capsys.readouterr().out)["errors"] == 2
    assert validate_files([one, two]) == 2
    out, err = capsys.readouterr()
    assert out == f"{two}: ok (a: 1 step)\n"
    assert err.endswith("2 errors, 1 warning\n")
    assert validate_files([two], "sarif") == 0
    jsonschema.Draft4Validator(SARIF).validate(json.loads(capsys.readouterr().out))

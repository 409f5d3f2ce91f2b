from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wfe_yaml import YamlError, load_workflow_from_str
from wfe_yaml.errors import Code
from wfe_yaml.loader import local_tools
from wfe_yaml.secrets import load_secrets, merged_secrets

FILE = """
workflow:
  id: w
  secrets: [TOKEN, OTHER]
  steps: [{name: s, run: 'curl -H "$<< secrets.TOKEN >>"', env: {O: $<< secrets.OTHER >>}}]
"""


def _write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_lines_of_a_secret_file(tmp_path: Path) -> None:
    """Names and values in lines: quotes, escapes, comments, `export`; nothing is expanded."""
    file = _write(
        tmp_path / "s.env",
        '# all\nexport A=one two # note\nB=\'x $HOME # y\'\r\nC="l1\\nl\\"2\\\\" # n\n\nD=\nE= a#b \nF="üé"',
    )
    assert load_secrets(file) == {
        "A": "one two", "B": "x $HOME # y", "C": 'l1\nl"2\\', "D": "", "E": "a#b", "F": "üé",
    }  # fmt: skip


def test_a_mapping_of_secrets(tmp_path: Path) -> None:
    """YAML and JSON files are mappings to texts; numbers stay as they are written."""
    assert load_secrets(_write(tmp_path / "s.yaml", "A: 1.10\nB: 'x'\nC: |\n  key\n")) == {
        "A": "1.10", "B": "x", "C": "key\n",
    }  # fmt: skip
    assert load_secrets(_write(tmp_path / "s.json", '{"A": "x"}')) == {"A": "x"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.env", "A=hunter2\nhunter2\n", "a.env:2: expected NAME=value"),
        ("a.env", "A=hunter2\nA=hunter2\n", "a.env:2: A stands here a second time"),
        ("a.env", "A='hunter2\n", "a.env:1: the quotes do not enclose the whole value"),
        ("a.env", 'A="hunter2" hunter2\n', "a.env:1: the quotes do not enclose"),
        ("a.yaml", "A: [hunter2]\n", "a.yaml:1:4: the value of A must be a text"),
        ("a.yaml", "A: hunter2: hunter2\n", "a.yaml:1:11: the file is not YAML"),
        ("a.yaml", "- hunter2\n", "expected a mapping"),
        ("a.yaml", "hunter-2: x\n", "the name of a secret"),
        ("a.yaml", "A: hunter2\nA: hunter2\n", "a.yaml:2:1: the file is not YAML that wfe reads [E004]"),
    ],
)
def test_a_wrong_secret_file_tells_the_place_and_never_a_value(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    """The message names file and line; the line itself is not shown, as it may hold a secret."""
    with pytest.raises(YamlError) as caught:
        load_secrets(_write(tmp_path / name, text))
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.problems[0].code is Code.SECRET


def test_secret_files_belong_to_one_user(tmp_path: Path) -> None:
    """A file that others can read is refused with the command that mends it."""
    for mode in (0o640, 0o604, 0o666):
        file = _write(tmp_path / "s.env", "A=hunter2\n", mode)
        with pytest.raises(YamlError, match="chmod 600"):
            load_secrets(file)
    with pytest.raises(YamlError, match="No such file"):
        load_secrets(tmp_path / "none")
    bad = _write(tmp_path / "bad", "")
    bad.write_bytes(b"A=\xff\n")
    with pytest.raises(YamlError, match="not UTF-8"):
        load_secrets(bad)
    with pytest.raises(YamlError, match="larger than"):
        load_secrets(_write(tmp_path / "big", "A=" + "x" * (1 << 20)))


def test_a_later_file_goes_first(tmp_path: Path) -> None:
    """Several files are one mapping; the later one wins."""
    one, two = _write(tmp_path / "1", "A=1\nB=1\n"), _write(tmp_path / "2", "B=2\n")
    assert merged_secrets([one, two]) == {"A": "1", "B": "2"}


def test_missing_secrets_stop_a_run_but_no_check() -> None:
    """A file loads without its secrets; a run asks for each missing one by name."""
    tools = replace(local_tools(), environ={"TOKEN": "s3cr3t"})
    compiled = load_workflow_from_str(FILE, tools=tools)
    assert compiled.missing_secrets == ("OTHER",)
    with pytest.raises(YamlError, match="the secret 'OTHER' is missing") as caught:
        compiled.require_secrets()
    assert [problem.code for problem in caught.value.problems] == [Code.SECRET]
    complete = load_workflow_from_str(FILE, tools=replace(tools, secrets={"OTHER": "given"}))
    complete.require_secrets()
    assert complete.missing_secrets == ()


def test_values_are_no_part_of_the_identity() -> None:
    """Another value is the same definition, and the closure holds no value."""
    tools = local_tools()
    one, two = (
        load_workflow_from_str(FILE, tools=replace(tools, secrets={"TOKEN": value, "OTHER": value}))
        for value in ("hunter2", "hunter3")
    )
    assert one.definition.fingerprint == two.definition.fingerprint
    assert "hunter" not in one.source.to_json()


def test_short_secrets_are_warned_of() -> None:
    """Values under four characters are not masked: the warning names the secret, not its value."""
    tools = replace(local_tools(), secrets={"TOKEN": "abc", "OTHER": "abcd"})
    (warning,) = load_workflow_from_str(FILE, tools=tools).warnings
    assert (warning.code, warning.message) == (
        Code.SHORT_SECRET,
        "the secret 'TOKEN' has fewer than 4 characters, so it is not masked",
    )


def test_a_declared_secret_is_not_in_env() -> None:
    """`env.TOKEN` would be stored where `secrets.TOKEN` is refused, so it is not there."""
    from wfe_yaml.expressions.evaluator import compile_expression
    from wfe_yaml.expressions.scope import RunNames, Scope
    from wfe_yaml.expressions.values import EvaluationError

    scope = Scope(
        steps={}, workflow={}, env={}, environ={"TOKEN": "s3cr3t", "X": "1"}, secrets={"TOKEN": "s3cr3t"}
    )
    names = RunNames(scope, None)  # type: ignore[arg-type]
    assert compile_expression("env | tojson").evaluate(names) == '{"X":"1"}'
    assert compile_expression("secrets.TOKEN").evaluate(names) == "s3cr3t"
    with pytest.raises(EvaluationError, match=r"is a secret: write secrets\.TOKEN"):
        compile_expression("env.TOKEN").evaluate(names)
    with pytest.raises(EvaluationError, match="the secret 'NONE' is not given"):
        compile_expression("secrets.NONE").evaluate(names)

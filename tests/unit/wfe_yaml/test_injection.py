from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from wfe_core.errors import ConditionError
from wfe_yaml.expressions.shell.placement import place
from wfe_yaml.expressions.shell.values import prelude, private_values
from wfe_yaml.expressions.templates import Template
from wfe_yaml.expressions.values import Missing
from wfe_yaml.source.nodes import Scalar
from wfe_yaml.source.problems import Problems
from wfe_yaml.source.text import SourceText

VALUES = [
    "$(touch PWNED)",
    "`touch PWNED`",
    "'; touch PWNED #",
    '" && touch PWNED "',
    "a b*",
    "two\nlines\n\n",
    "--help",
    "x" * 200_000,
    "ünïcödé ☃ 😀",
    "a[$(touch PWNED)]",
    "x/e;1e touch PWNED\n#",
    "-v a[$(touch PWNED)]",
    "]; touch PWNED; [",
    "${x:-$(touch PWNED)}",
    "\\$(touch PWNED)\\",
    "EOF\ntouch PWNED",
    "}; touch PWNED; {",
    "!(touch PWNED)",
    "~",
    "",
]

PRINTING = [
    "printf '%s|' @@",
    "printf '%s|' \"@@\"",
    "printf '%s|' '@@'",
    "printf '%s|' a@@b",
    "printf '%s|' \"$(printf '%s' '@@'; echo .)\"",
    "cat <<EOF\n@@|\nEOF",
    "cat <<-EOF\n\t@@|\n\tEOF",
    "x=@@; printf '%s|' \"$x\"",
    "x=(@@ @@); printf '%s|' \"${x[1]}\"",
    "export X=@@; printf '%s|' \"$X\"",
    "printf '%s|' ${nope:-@@}",
    "printf '%s|' \"${nope:-@@}\"",
    "f() { printf '%s|' \"$1\"; }; f @@",
    "for i in @@; do printf '%s|' \"$i\"; done",
    "case @@ in @@) printf '%s|' @@;; esac",
    "[[ @@ == @@ ]] && printf '%s|' @@",
    "[ @@ = @@ ] && printf '%s|' @@",
    "cat <<< @@",
    "env Y=@@ printenv Y",
    'bash -c \'printf "%s|" "$1"\' _ @@',
    "if printf '%s|' @@; then :; fi # @@ $(touch PWNED",
    "set -eu; printf '%s|' @@",
    "printf '%s|' {@@,@@} | cat",
]


class Given:
    """The name `x` with a value."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def root(self, name: str) -> Any:
        """Give the value."""
        return self._value if name == "x" else Missing(name)


def run(script: str, value: Any, folder: Path, shell: str = "bash") -> tuple[str, str, int]:
    """Place, prepare and run a script in which `@@` stands for the expression."""
    text = script.replace("@@", "$<< x >>")
    problems = Problems()
    template = Template.read(Scalar(SourceText("t", text), 0, len(text), 1, text, text), problems)
    placed = place(template, problems, arrays=shell == "bash")
    assert placed is not None, problems.listed()[0].render()
    assert str(value)[:20] not in placed.text or not str(value).strip() or len(str(value)) < 3
    values = private_values(placed.placed, Given(value))
    for name, content in values.files.items():
        (folder / name).write_bytes(content)
    path = folder / "script"
    path.write_text(prelude(placed.placed, bash=shell == "bash") + placed.text, "utf-8")
    env = {"PATH": os.environ["PATH"], **values.variables}
    env.update({variable: str(folder / name) for variable, name in values.paths.items()})
    argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if shell == "bash" else ["sh", "-e"]
    done = subprocess.run([*argv, str(path)], env=env, cwd=folder, capture_output=True, check=False)
    return done.stdout.decode(), done.stderr.decode(), done.returncode


@pytest.mark.parametrize("script", PRINTING)
def test_a_value_is_printed_as_it_is(script: str, tmp_path: Path) -> None:
    """Whatever the value and the quoting around it: it comes out unchanged, and nothing in it is run."""
    for value in VALUES:
        if len(value) > 100_000 and any(word in script for word in ("export", "env ", "bash -c")):
            continue  # Linux itself refuses arguments and variables of more than 128 KiB.
        out, err, code = run(script, value, tmp_path)
        assert not (tmp_path / "PWNED").exists(), (script, value)
        assert code == 0, (script, value[:40], err)
        expected = value.rstrip("\n") if "$(printf" in script else value
        assert expected in out, (script, value[:40], out[:200])


@pytest.mark.parametrize(
    "script",
    [
        "printf '%s|' @@ b",
        "a=(@@ b); printf '%s|' \"${a[@]}\"",
        "for i in @@ b; do printf '%s|' \"$i\"; done",
    ],
)
def test_a_list_becomes_one_word_for_each_item(script: str, tmp_path: Path) -> None:
    """Blanks, stars, line breaks and emptiness inside the items stay there; an empty list gives no word."""
    words = ["a b", "*", "", "$(touch PWNED)", "x\ny", "'\""]
    assert run(script, words, tmp_path)[0] == "".join(f"{word}|" for word in [*words, "b"])
    assert run(script, [], tmp_path)[0] == "b|"
    assert not (tmp_path / "PWNED").exists()


def test_a_list_inside_a_word_is_json(tmp_path: Path) -> None:
    """Only a word of its own can become several; in mixed text a list converts to JSON."""
    assert run("printf '%s|' \"@@\" -@@", ["a", 1], tmp_path)[0] == '["a",1]|-["a",1]|'


COMPUTING = [
    "echo $(( @@ + 1 ))",
    "(( n = @@ )); echo $(( n + 1 ))",
    "[[ @@ -gt 1 ]] && echo 42",
    "[ @@ -ge 1 ] && echo 42",
    "for ((i=@@;i<42;i++)); do :; done; echo 42",
    "echo $(( $(echo @@) + 1 ))",
]


@pytest.mark.parametrize("script", COMPUTING)
def test_where_bash_computes_only_an_integer_comes_in(script: str, tmp_path: Path) -> None:
    """An integer (also one written as text, with zeros before it) computes; anything else is an error."""
    for value in (41, "41", "041", " 41 "):
        assert run(script, value, tmp_path)[0].strip() == "42"
    wrong: list[object] = [*VALUES, 1.5, True, None, [1], "1e3", "0x10", "9" * 40, "\uff11"]
    for other in wrong:
        with pytest.raises(ConditionError, match="only an integer"):
            run(script, other, tmp_path)
    assert not (tmp_path / "PWNED").exists()


def test_negative_integers_compute(tmp_path: Path) -> None:
    """A sign before the number does not meet the sign before the place."""
    assert run("echo $((5 - @@)) $((5-@@)) $((@@))", -3, tmp_path)[0] == "8 8 -3\n"


@pytest.mark.parametrize(
    "script", ["printf '%s|' @@", "printf '%s|' \"@@\"", "cat <<E\n@@\nE", "x='@@'; printf '%s' \"$x\""]
)
def test_sh_gets_values_the_same_way(script: str, tmp_path: Path) -> None:
    """In POSIX sh, too, every value is printed as it is."""
    for value in VALUES:
        out, err, code = run(script, value, tmp_path, "sh")
        assert (code, err) == (0, "")
        assert value in out
    assert not (tmp_path / "PWNED").exists()


def test_children_do_not_see_the_values(tmp_path: Path) -> None:
    """The private variables end at the script: no program that it starts finds them in its environment."""
    for shell in ("bash", "sh"):
        for value in ("secret", "s" * 150_000, ["secret"]):
            if shell == "sh" and isinstance(value, list):
                continue
            out = run(": @@ '@@'; env", value, tmp_path, shell)[0]
            assert "__WFE" not in out


def test_line_numbers_are_those_of_the_script(tmp_path: Path) -> None:
    """What prepares the values stands on the first line, so that bash's messages name the right one."""
    assert "line 3:" in run("echo @@\n\nnosuchcommand", "x", tmp_path)[1]


def test_a_value_with_nul_is_refused(tmp_path: Path) -> None:
    """No variable can hold NUL; nothing is cut silently."""
    with pytest.raises(ConditionError, match="NUL"):
        run("echo @@", "a\0b", tmp_path)

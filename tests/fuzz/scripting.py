# ruff: noqa: E501 - a table of scripts reads better in one line each
"""Random scripts with expressions in them, and what bash makes of them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from wfe_core.errors import ConditionError
from wfe_yaml.errors import Problem
from wfe_yaml.expressions.shell.placement import Script, place
from wfe_yaml.expressions.shell.values import prelude, private_values
from wfe_yaml.expressions.templates import Template
from wfe_yaml.expressions.values import Missing
from wfe_yaml.source.nodes import Scalar
from wfe_yaml.source.problems import Problems
from wfe_yaml.source.text import SourceText

NUMBER = "42"

HOSTILE = [
    "touch PWNED",
    "a[$(touch PWNED)]",
    "x\ntouch PWNED\n#'\ntouch PWNED\n#\"\ntouch PWNED\n",
]
"""As the words of a command; where bash computes or expands; behind the end of a line, or of any quotes."""

ODD = [
    "",
    "-n",
    "a  b*",
    "~",
    "{a,b}",
    "\\",
    "'",
    '"',
    "$V",
    "`id`",
    "!x",
    "\x7f\x1b[2J",
    "ünï ☃\n\n",
    "%s\\n",
    "&|;<>()#",
]


@dataclass(frozen=True, slots=True)
class Pair:
    """A piece of a script with expressions, and the same with variables, quoted by hand."""

    source: str
    hand: str

    def __add__(self, other: Pair | str) -> Pair:
        """Put a piece behind it."""
        right = same(other) if isinstance(other, str) else other
        return Pair(self.source + right.source, self.hand + right.hand)

    def __radd__(self, other: str) -> Pair:
        """Put a text before it."""
        return same(other) + self


def same(text: str) -> Pair:
    """Give a piece without an expression."""
    return Pair(text, text)


def joined(glue: str, pieces: Sequence[Pair]) -> Pair:
    """Put pieces together."""
    return Pair(glue.join(each.source for each in pieces), glue.join(each.hand for each in pieces))


TAKERS = [
    "eval ", "eval printf ", "sh -c ", "bash -euo pipefail -c ", "builtin eval ", "$'eval' ", "let ", "[[ -v ", "declare -i n; n=",
    "declare -i n; for n in ", "read -r n <<< ", "source /dev/stdin <<< ", "sh <<< ", "exec <<< ", "python3 -E -c ", "test -v ",
    "for PS4 in a; do set -x; done; PS4=", "printf -v ", "unset ", "awk ", "sed -n -e ", "xargs ", "trap ", "env sh -c ", ": ${u=",
    "[[ $(sh) ]] <<< ", "n=$(( ", "time -- eval ", "bash -es a <<< ", "alias e=", "jobs -x ", "f() { sh; }; f <<< ",
]  # fmt: skip
"""Beginnings of commands that run, compute or name something with what follows."""

READERS = [
    "sh",
    "$E bash",
    '"$BASH"',
    "(sh)",
    "{ cat | sh; }",
    "source /dev/stdin",
    "xargs env",
    "if true; then sh; fi",
    "bash -s a",
]
"""Commands that run what comes in."""

WRAPPERS = [
    "@@", "@@", "{ @@}", "(@@)", "x=$(@@)", "if @@then :; fi", "f() { @@}; f", 'echo "$(@@)"', "cat <<A\n$(@@)\nA\n", "for i in a; do @@done",
    "case a in (a) @@;; esac", "echo `date`; @@", "cat <(@@)", "cat <<A; @@\nA\n", 'echo "${u:-$(@@)}"', "(( 1 )) && @@", "[[ $(@@) ]]",
    "cat <<A $(cat <<B\nB\n@@A\nB\n)\nA\n", "x=$(cat <<A\nA; @@)\nA\n)\n", "cat <<A\nA\\\n@@A\n", "cat <<-A\n\tA\n@@A\n", "echo '\\' ; @@#'",
    "cat <<A; [[ a &&\nA\nb ]]\n@@A\n", "echo $'\\' \"'; @@#\"", "echo \"${x#'}'}\"; @@", "echo $(( 1 )) # '\n@@#'", "(\\\n( @@))",
]  # fmt: skip
"""Where such commands stand."""


class Writer:
    """Writes scripts of which it knows how each expression in them is quoted.

    Args:
        seed: the number of the script.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._deep = 0
        self._heredocs: list[Pair] = []

    def script(self) -> Pair:
        """Write a script."""
        return joined("\n", [self._line() for _ in range(self._random.randint(1, 3))]) + "\n"

    def _line(self) -> Pair:
        """Write a command with the heredocs that follow its line."""
        outer, self._heredocs = self._heredocs, []
        line = joined("\n", [self._command(), *self._heredocs])
        self._heredocs = outer
        return line

    def _choose(self, simple: list[Callable[[], Pair]], nested: list[Callable[[], Pair]]) -> Pair:
        if self._deep >= 4:
            return self._random.choice(simple)()
        self._deep += 1
        try:
            return self._random.choice(simple + nested)()
        finally:
            self._deep -= 1

    # ------------------------------------------------------------ words

    def _text(self, letters: str = "ab 1=/,.-:+@%^") -> str:
        return "".join(self._random.choice(letters) for _ in range(self._random.randint(0, 4)))

    def _word(self) -> Pair:
        return joined("", [self._part() for _ in range(self._random.randint(1, 3))])

    def _part(self) -> Pair:
        return self._choose(
            [
                lambda: Pair("$<< x >>", '"${V}"'),
                lambda: Pair(f"'{(text := self._text())}$<< x >>'", f"'{text}'\"${{V}}\"''"),
                lambda: self._double('"'),
                lambda: same(
                    self._random.choice(
                        ["a", "\\'", "\\$.", "$'x\\'y'", "'\"'", '"\'"', "`echo b`", "a#b", "\\\n"]
                    )
                ),
            ],
            [
                lambda: self._double('"'),
                lambda: "$(" + self._inside() + ")",
                lambda: "${u:-" + self._word() + "}",
                lambda: "${u-" + self._word() + "}" + "${HOME:+" + self._word() + "}",
                lambda: (
                    same("$(( 1 + ")
                    + self._random.choice([Pair("$<< n >>", NUMBER), same("( 2 * 3 )")])
                    + " ))"
                ),
            ],
        )

    def _double(self, quote: str) -> Pair:
        """Write what stands in double quotes (or in a heredoc: no quote)."""
        inside = [self._piece(quote) for _ in range(self._random.randint(0, 4))]
        return quote + joined("", inside) + quote

    def _piece(self, quote: str) -> Pair:
        plain = self._text("ab '#;&|()<>{}[]*?~!=" + ("" if quote else '"'))
        return self._choose(
            [
                lambda: Pair("$<< x >>", "${V}"),
                lambda: same(plain),
                lambda: same(
                    self._random.choice(
                        ['\\"', "\\$.", "\\\\", "\\`", "$ ", "`echo b`", "\\\n", "\n", "$HOME"]
                    )
                ),
            ],
            [
                lambda: "$(" + self._inside() + ")",
                lambda: "${u:-" + joined("", [self._plain_piece(), self._plain_piece()]) + "}",
                lambda: "${u:-" + self._double('"') + "}" if quote else same("x"),
                lambda: same("$((1+") + self._random.choice([Pair("$<< n >>", NUMBER), same("2")]) + "))",
            ],
        )

    def _plain_piece(self) -> Pair:
        return self._random.choice(
            [Pair("$<< x >>", "${V}"), same(self._text("ab '#;&|()<>")), same("$HOME")]
        )

    def _inside(self) -> Pair:
        """Write what stands in a substitution."""
        return self._line() + "\n"

    # ------------------------------------------------------------ commands

    def _command(self) -> Pair:
        word, command = self._word, self._command
        return self._choose(
            [
                lambda: "printf '%s|' " + joined(" ", [word(), word()]),
                lambda: "x=" + word() + "; printf '<%s>' \"$x\"",
                lambda: "printf '%s|' " + word() + " # " + Pair("$<< x >> it's $(", "it's $("),
            ],
            [
                self._heredoc,
                lambda: "cat <<< " + word(),
                lambda: "cat <(" + self._inside() + ")",
                lambda: "if " + self._block() + "then " + self._block() + "fi",
                lambda: "{ " + self._block() + "}",
                lambda: "( " + self._block() + ")",
                lambda: "for i in " + word() + " " + word() + "; do printf '(%s)' \"$i\"; done",
                lambda: (
                    "case "
                    + word()
                    + " in ("
                    + self._double('"')
                    + ") "
                    + self._block()
                    + ";; *) "
                    + self._block()
                    + "esac"
                ),
                lambda: "[[ " + word() + " == " + self._double('"') + " ]] || " + command(),
                lambda: "[ " + self._double('"') + " = " + self._double('"') + " ] && " + command(),
                lambda: self._block(end=" |\n") + "cat",
                lambda: "f() { " + self._block() + "printf '[%s]' \"$@\"; }\nf " + word(),
                lambda: "a=(" + word() + " " + word() + "); printf '%s,' \"${a[@]}\"",
                lambda: "Y=" + self._double('"') + " env printenv Y",
                lambda: "for ((i=0; i<" + Pair("$<< n >>", NUMBER) + "; i+=20)); do echo $i; done",
                lambda: 'bash -euo pipefail -c \'printf "%s;" "$@"\' _ ' + word(),
                lambda: "! " + command(),
                lambda: "time -p " + command(),
            ],
        )

    def _block(self, end: str = "") -> Pair:
        line = self._line()
        if end and "\n" not in line.source:
            return line + end
        return line + "\n" + ("true" + end if end else "")

    def _heredoc(self) -> Pair:
        kind = self._random.choice(["<<E", "<<-E", "<<'E'", "<< \\E"])
        body = same(self._text("ab'\"$`\\({")) if "'" in kind or "\\" in kind else self._double("")
        self._heredocs.append(body + "\nE")
        return same(f"cat {kind}")


SOUP = [
    "echo ", "eval ", "sh -c ", "bash ", "cat ", ": ", "x=", "$<< x >>", "$<< x >>", "$<< x >>", " ", " ", "\n", "\n", ";", "; ",
    " | ", "|\n", "|&", " && ", "'", '"', "'", '"', "`", "\\", "\\\n", "\\'", '\\"', "$", "$'", "$(", ")", "(", "((", "))", "$((",
    "${u:-", "${u#", "${u=", "${u//", "}", "{ ", "; }", "<<E\n", "<<-E\n", "<<'E'\n", "<<E ", "\nE\n", "\n\tE\n", "E", "\nE)",
    "<<<", "<(", ">(", " 2>&1", "&", "# ", "#", "if ", "; then ", "; fi", "for i in ", "; do ", "; done", "case a in ", "a) ", ";; ",
    " esac", "[[ ", " ]]", "== ", "=~ ", "-v ", "-eq ", "[ ", " ]", "f() ", "let ", "a=(", "a[", "]", "$[", "command ", "exec ",
    "time ", "! ", "env ", "xargs ", "declare -i n\n", "n=", "read n ", "printf -v n ", "export y=", "*", "?(", "@(", "~", "{a,", ",b}",
    "function g ", "select ", "trap ", "awk ", "sed -n ", "python3 -c ", "source ", "/dev/stdin", "-", "--", "-c ", "-e ",
]  # fmt: skip
"""Pieces of which a script is thrown together."""


def thrown(seed: int) -> str:
    """Throw a script together, most of which bash does not understand."""
    random = Random(seed)
    pieces = [random.choice(SOUP) for _ in range(random.randint(2, 14))]
    pieces.insert(random.randint(0, len(pieces)), "$<< x >>")
    return "".join(pieces).replace("$$<<", "$ $<<")


HOT = [
    "eval $<< x >>\n", "eval ", "\\\n", "\\\n", "| sh", " |\n sh\n", "sh -ec ", "<<< $<< x >>", "<<E\n", "\nE\n", "\nE\\\n", "\nE)\n",
    "; x=$<< x >>", "$'", "$(", "((", "))", "for n in $<< x >>; do :; done\n", "declare -i n\n", "exec <<< $<< x >>\n", "\ncat | sh\n",
    "&& eval ", "'", '"', "`", "$<< x >>", "time -- ", "f() { sh; }\n", "| f\n", "cat <<-E; ",
]  # fmt: skip
"""Pieces after which little may be misread."""


def spoiled(seed: int) -> str:
    """Write a script, and spoil it in some places."""
    random = Random(seed)
    text = Writer(seed).script().source
    for _ in range(random.randint(1, 5)):
        edges = [at for at, char in enumerate(text) if char in " \n;|()<&'\""]
        start = (
            random.choice(edges) + random.randint(0, 1)
            if random.random() < 0.7
            else random.randint(0, len(text))
        )
        end = min(start + random.choice([0, 0, 0, 0, 1, 2, 9]), len(text))
        copied = text[start : start + random.randint(1, 12)]
        put = random.choice([random.choice(HOT), random.choice(HOT), random.choice(SOUP), "", copied])
        text = text[:start] + put + text[end:]
    return text.replace("$$<<", "$ $<<")


def attacking(seed: int) -> str:
    """Write a short script that runs what it is given as code, in one of many ways."""
    random = Random(seed)
    hole = random.choice(
        ["$<< x >>", '"$<< x >>"', "'$<< x >>'", '"$(echo $<< x >>)"', "-- $<< x >>", '"echo $<< x >>"']
    )
    if random.random() < 0.7:
        start = random.choice(
            [
                "",
                "",
                "",
                "command ",
                "time -p ",
                "! ",
                "x=1 ",
                "\\\n",
                ">f ",
                "{fd}>f ",
                "builtin ",
                "time -- ",
            ]
        )
        text = start + random.choice(TAKERS) + hole
    else:
        glue = random.choice([" | ", " |\n", "|&", " | # note\n", " |\\\n& ", " | cat |\n\n", "|\\\n"])
        end = random.choice(READERS)
        text = random.choice(
            [
                f"echo {hole}{glue}{end}",
                f"f() {{ sh; }}; echo {hole}{glue}f",
                f"cat <<E{glue}{end}\n$<< x >>\nE\n",
            ]
        )
    text = random.choice(WRAPPERS).replace("@@", text + "\n")
    if random.random() < 0.5:
        at = random.choice([at for at, char in enumerate(text) if char in "$(<>&|; "] or [0])
        text = text[: at + 1] + random.choice(["\\\n", " ", "\n", "", "''", '"']) + text[at + 1 :]
    return text.replace("$$<<", "$ $<<")


class Given:
    """The names of an expression: `x` is a value, `n` a number."""

    def __init__(self, value: str) -> None:
        self._values: dict[str, Any] = {"x": value, "n": int(NUMBER)}

    def root(self, name: str) -> Any:
        """Give the value."""
        return self._values.get(name, Missing(name))


def placed(text: str, *, bash: bool = True) -> tuple[Script | None, Sequence[Problem], SourceText]:
    """Place the expressions of a script."""
    problems, source = Problems(), SourceText("t", text)
    template = Template.read(Scalar(source, 0, len(text), 1, text, text), problems)
    script = None if problems else place(template, problems, arrays=bash)
    return script, problems.listed(), source


def played(script: Script, value: str, folder: Path, shell: str = "bash") -> tuple[bytes, int] | None:
    """Run a script with a value; None when the value is refused, because only an integer can stand there."""
    try:
        values = private_values(script.placed, Given(value))
    except ConditionError:
        return None
    return run(prelude(script.placed, bash=shell == "bash") + script.text, values.variables, folder, shell)


def run(text: str, variables: dict[str, str], folder: Path, shell: str = "bash") -> tuple[bytes, int]:
    """Run a script; gives what it prints, and its exit code."""
    file = folder / "script"
    file.write_bytes(text.encode())
    environ = {"PATH": os.environ["PATH"], "HOME": "/h", "FUNCNEST": "30", "LC_ALL": "C.UTF-8", **variables}
    argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if shell == "bash" else [shell, "-e"]
    with subprocess.Popen(
        [*argv, "script"],
        env=environ,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            out, _ = process.communicate(timeout=20)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return out, process.returncode


def is_sound(text: str, folder: Path) -> bool:
    """Whether bash has nothing against how a script is written."""
    (folder / "script").write_bytes(text.encode())
    return not subprocess.run(
        ["bash", "-n", "script"], cwd=folder, capture_output=True, check=False
    ).returncode

"""What Zypi's protocol lacks, done by a small shell script in the microVM: standard input, and files back.

A microVM ends with its command, and the answer holds nothing but its output. So the files that are wanted
follow the output, after a word that nobody can guess.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from wfe_yaml.zypi.errors import RefusedError
from wfe_yaml.zypi.protocol import ExecRequest, ExecResult

_SCRIPT = """\
word=$1 stdin=$2 wanted=$3
shift 3
(exec "$@" <"$stdin")
code=$?
for file in $wanted; do
    if [ -f "$file" ]; then
        printf '\\n%s %s\\n' "$word" "$file"
        cat "$file"
    fi
done
printf '\\n%s.\\n' "$word"
exit "$code"
"""
"""Runs in whatever shell `/bin/sh` is. The subshell is there so that a program is run, not a builtin."""
_PLAIN = re.compile(r"/[A-Za-z0-9._/-]+")


@dataclass(frozen=True, slots=True)
class Guest:
    """A place for a command's own files, below /tmp of its microVM.

    Attributes:
        word: what no output contains by chance.
    """

    word: str = field(default_factory=lambda: secrets.token_hex(16))

    def path(self, name: str) -> str:
        """Give the path of a file there."""
        return f"/tmp/wfe-{self.word[:12]}/{name}"  # noqa: S108 - of the microVM, where nobody else is

    def wrapped(
        self, request: ExecRequest, *, stdin: str | None = None, collect: Sequence[str] = ()
    ) -> ExecRequest:
        """Let the command read a text, and the files that it leaves come back with its output.

        Raises:
            RefusedError: a path could mean something to a shell.
        """
        for path in collect:
            if _PLAIN.fullmatch(path) is None:
                message = (
                    f"the file {path!r} cannot be collected: take a full path of letters, digits and ._-"
                )
                raise RefusedError(message)
        files = {**request.files, self.path("start"): _SCRIPT}
        given = "/dev/null"
        if stdin is not None:
            given = self.path("stdin")
            files[given] = stdin
        command = ("/bin/sh", self.path("start"), self.word, given, " ".join(collect), *request.command)
        return replace(request, command=command, files=files)

    def unwrapped(self, result: ExecResult) -> ExecResult:
        """Take the files out of the output again; a command that was ended in between has sent none."""
        end = f"\n{self.word}.\n"
        if not result.stdout.endswith(end):
            return result
        stdout, *parts = result.stdout.removesuffix(end).split(f"\n{self.word} ")
        files: dict[str, str] = {}
        for part in parts:
            path, _, text = part.partition("\n")
            files[path] = text
        return replace(result, stdout=stdout, files=files)


def shell(script: str) -> tuple[str, ...]:
    """Give the command that runs a script."""
    return ("/bin/sh", "-e", "-c", script)


def merged(*given: Mapping[str, str] | None) -> dict[str, str]:
    """Put mappings together, the last ones first."""
    return {name: value for each in given if each for name, value in each.items()}

"""`wfe import`: writes the file, and tells on stderr what has no counterpart."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.words import plural
from wfe_yaml.diagnostics import Format, render
from wfe_yaml.errors import YamlError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wfe_yaml.importing.drafting import Imported


def write_imported(
    translate: Callable[[Path], Imported], file: Path, output: Path | None, *, force: bool, as_json: bool
) -> int:
    """Translate a file and write what it becomes; gives the exit code.

    Raises:
        CommandError: the file to write is there already, or cannot be written.
        YamlError: the file to read is wrong.
    """
    if output is not None and output.exists() and not force:
        raise CommandError(
            f"there is a file {str(output)!r} already", hint="name another one, or use --force"
        )
    try:
        imported = translate(file)
    except YamlError as exc:
        if not as_json:
            raise
        print(render(exc.problems, Format.JSON), file=sys.stderr)
        return Exit.USAGE
    if output is None:
        print(imported.text, end="")
    else:
        try:
            output.write_text(imported.text, "utf-8")
        except OSError as exc:
            raise CommandError(f"{str(output)!r} cannot be written: {exc.strerror or exc}") from exc
    left_out = imported.left_out
    if as_json:
        print(render(left_out, Format.JSON), file=sys.stderr)
    elif left_out:
        number = plural(len(left_out), "part")
        verb = "has" if len(left_out) == 1 else "have"
        print(
            render(left_out),
            f"{number} of {file} {verb} no counterpart",
            sep="\n",
            file=sys.stderr,
            flush=True,
        )
    if output is not None:
        print(f"{output}: written; look at it with  wfe plan {output}")
    return Exit.FAILED if left_out else Exit.COMPLETE

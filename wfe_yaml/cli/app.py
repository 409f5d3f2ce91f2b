"""The command: its sections, and how errors become messages and exit codes."""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from wfe_yaml.cli.commands import importing, keeping, looking, runs, steering, writing
from wfe_yaml.cli.exits import CommandError, Exit, say_error
from wfe_yaml.cli.options import WRITE, Sectioned, forget_output

# Typer's rich help costs 300 ms, which is all that `wfe --help` may take.
app: typer.Typer = typer.Typer(
    name="wfe",
    cls=Sectioned,
    help="Run workflow files that survive crashes: what is finished is never run again.",
    epilog="\b\nBegin with\n"
    "  wfe init            write a workflow file\n"
    "  wfe run FILE        run it; kill it, and\n"
    "  wfe resume          go on where it stopped\n\n"
    "Each command tells more with --help, and has examples there.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
)
for _part in (runs, looking, steering, writing, keeping):
    app.add_typer(_part.app)
app.add_typer(importing.app, name="import", rich_help_panel=WRITE)


_MACHINE = frozenset({
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE,
    errno.ENFILE,
})  # fmt: skip
"""What the machine or its owner refuses: no error of the command."""


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"wfe {version('wfe')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


def run_app() -> None:
    """Run the command; errors become messages and exit codes."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What the terminal cannot show must not end a run.
            stream.reconfigure(errors="backslashreplace")
    code = _outcome()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            forget_output(stream)
    sys.exit(code)


def _open_what_is_closed() -> None:
    """Let what is written to a stream that whoever called has closed (`wfe run FILE >&-`) go nowhere."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The lowest number that is free is this one: no file of a store may get it.
            handle = os.open(os.devnull, os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", encoding="utf-8"))


def _outcome() -> int:
    """Run the command and give its exit code."""
    from wfe_core.errors import WfeError

    try:
        app()
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    except CommandError as exc:
        say_error(exc.message, exc.hint)
        return exc.code
    except WfeError as exc:
        say_error(str(exc), None)
        _annotate(exc)
        return Exit.USAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except OSError as exc:
        if exc.errno not in _MACHINE:
            return _internal(exc)
        say_error(f"{exc.strerror}" + (f": {exc.filename}" if exc.filename else ""), None)
        return Exit.USAGE
    except Exception as exc:  # noqa: BLE001 - the last resort: a person gets a sentence, not a traceback
        return _internal(exc)
    return Exit.COMPLETE


def _annotate(exc: Exception) -> None:
    """Show what is wrong with a file at its lines, where GitHub reads along."""
    from wfe_yaml.cli.validating import annotate
    from wfe_yaml.errors import YamlError

    if isinstance(exc, YamlError):
        annotate(exc.problems)


def _internal(exc: Exception) -> int:
    """Tell of an error that should not be, and keep the details."""
    import tempfile
    import traceback

    text = "".join(traceback.format_exception(exc))
    if os.environ.get("WFE_DEBUG"):
        print(text, file=sys.stderr)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", errors="backslashreplace", prefix="wfe-error-", suffix=".txt", delete=False
    ) as file:
        file.write(text)
    say_error(
        f"an error inside of wfe: {type(exc).__name__}: {exc}",
        f"please report it with {file.name}; runs are not lost, `wfe resume` goes on with them",
    )
    return Exit.INTERNAL

"""The commands and their options. Each hands its options to a module that does the work."""

from __future__ import annotations

import sys
from collections.abc import Coroutine
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from wfe_yaml.cli.exits import CommandError, Exit

# Typer's rich help costs 300 ms, which is all that `wfe --help` may take.
app: typer.Typer = typer.Typer(
    name="wfe",
    help="Run workflow files that survive crashes: what is finished is never run again.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
)


class ProgressMode(StrEnum):
    """How a run is shown."""

    AUTO = "auto"
    TTY = "tty"
    PLAIN = "plain"
    JSON = "json"
    QUIET = "quiet"


class ProblemFormat(StrEnum):
    """How problems of a file are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="WFE_STORE",
        help="Where runs are kept: a URL or a file.",
        show_default=".wfe/wfe.db",
    ),
]
ProgressOption = Annotated[ProgressMode, typer.Option("--progress", help="How the run is shown.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Give JSON.")]


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="The workflow file.")],
    workflow: Annotated[
        str | None, typer.Argument(help="The id of the workflow, if the file has several.")
    ] = None,
    inputs: Annotated[
        list[str] | None, typer.Option("-i", "--input", metavar="NAME=VALUE", help="An input.")
    ] = None,
    inputs_file: Annotated[Path | None, typer.Option(help="A YAML or JSON file with inputs.")] = None,
    store: StoreOption = None,
    name: Annotated[str | None, typer.Option("--id", help="What to call the run.")] = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Steps that run at once.")] = None,
    progress: ProgressOption = ProgressMode.AUTO,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew, whatever became of the last run.")
    ] = False,
    resume_last: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run if it is unfinished.")
    ] = False,
) -> None:
    """Run a workflow file."""
    from wfe_yaml.cli.running import RunOptions, run_file

    options = RunOptions(
        file=file,
        workflow=workflow,
        inputs=tuple(inputs or ()),
        inputs_file=inputs_file,
        name=name,
        jobs=jobs,
        progress=progress.value,
        fresh=fresh,
        resume=resume_last,
    )
    _finish(run_file(options, store))


@app.command()
def resume(
    run: Annotated[
        str | None,
        typer.Argument(help="The run (or the beginning of its name); all unfinished ones by default."),
    ] = None,
    store: StoreOption = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Steps that run at once.")] = None,
    progress: ProgressOption = ProgressMode.AUTO,
) -> None:
    """Go on with an unfinished run, where it stopped."""
    from wfe_yaml.cli.running import resume_runs

    _finish(resume_runs(run, store, progress=progress.value, jobs=jobs))


@app.command()
def retry(
    run: Annotated[str, typer.Argument(help="The run (or the beginning of its name).")],
    store: StoreOption = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Steps that run at once.")] = None,
    progress: ProgressOption = ProgressMode.AUTO,
) -> None:
    """Continue a failed run: the failed steps again, the finished ones not."""
    from wfe_yaml.cli.running import retry_run

    _finish(retry_run(run, store, progress=progress.value, jobs=jobs))


@app.command()
def cancel(
    run: Annotated[str, typer.Argument(help="The run (or the beginning of its name).")],
    store: StoreOption = None,
) -> None:
    """End a run for good; what it has done is compensated where the workflow says how."""
    from wfe_yaml.cli.running import cancel_run

    _finish(cancel_run(run, store))


@app.command("list")
def list_(
    store: StoreOption = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many, newest first.")] = 20,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Only those that can be resumed.")] = False,
    json: JsonOption = False,
) -> None:
    """List runs, newest first."""
    from wfe_yaml.cli.showing import list_runs

    _finish(list_runs(store, limit=limit, unfinished=unfinished, as_json=json))


app.command("ps", hidden=True)(list_)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run (or the beginning of its name).")],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Show a run: its steps, their times, outputs and errors."""
    from wfe_yaml.cli.showing import show_run

    _finish(show_run(run, store, as_json=json))


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(help="Workflow files.")],
    format_: Annotated[
        ProblemFormat, typer.Option("--format", help="How problems are written.")
    ] = ProblemFormat.TEXT,
) -> None:
    """Check workflow files without running anything."""
    from wfe_yaml.cli.validating import validate_files

    raise typer.Exit(validate_files(files, format_.value))


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


def _finish(work: Coroutine[Any, Any, int]) -> None:
    """Run a command's coroutine and leave with its exit code."""
    import asyncio

    raise typer.Exit(asyncio.run(work))


def run_app() -> None:
    """Run the command; errors become messages and exit codes."""
    from wfe_core.errors import WfeError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What the terminal cannot show must not end a run.
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except CommandError as exc:
        _say(exc.message, exc.hint)
        sys.exit(int(exc.code))
    except WfeError as exc:
        _say(str(exc), None)
        sys.exit(int(Exit.USAGE))
    except KeyboardInterrupt:
        sys.exit(int(Exit.INTERRUPTED))


def _say(message: str, hint: str | None) -> None:
    """Print an error; problems of a file bring their own `error[…]`."""
    prefix = "" if "error[" in message else "wfe: "
    print(f"{prefix}{message}", file=sys.stderr)
    if hint:
        print(f"  = help: {hint}", file=sys.stderr)

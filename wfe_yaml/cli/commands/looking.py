"""`wfe list`, `show`, `logs`, `explain` and `search`."""

from __future__ import annotations

from typing import Annotated

import typer

from wfe_yaml.cli.completing import complete_step
from wfe_yaml.cli.options import (
    LOOK,
    JsonOption,
    NewestRunArgument,
    RunArgument,
    SearchOption,
    StoreOption,
    examples,
    finish,
)

app: typer.Typer = typer.Typer()
_LimitOption = Annotated[int, typer.Option("-n", "--limit", min=1, help="How many, newest first.")]


@app.command("list", rich_help_panel=LOOK, epilog=examples("wfe list --unfinished", "wfe list --json"))
def list_(
    store: StoreOption = None,
    limit: _LimitOption = 20,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Only those that can be resumed.")] = False,
    json: JsonOption = False,
) -> None:
    """List runs, newest first (also as `wfe ps`)."""
    from wfe_yaml.cli.showing import list_runs

    finish(list_runs(store, limit=limit, unfinished=unfinished, as_json=json))


app.command("ps", hidden=True)(list_)


@app.command(
    rich_help_panel=LOOK, epilog=examples("wfe show", "wfe show ci-3f2a --json", "wfe show ci-3f2a --values")
)
def show(
    run: NewestRunArgument = None,
    store: StoreOption = None,
    values: Annotated[
        bool, typer.Option("--values", help="Also what the expressions of the steps gave; secrets by name.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show a run: its steps, their times, outputs and errors."""
    from wfe_yaml.cli.showing import show_run

    finish(show_run(run, store, as_json=json, values=values))


@app.command(
    rich_help_panel=LOOK,
    epilog=examples("wfe logs ci-3f2a -f", "wfe logs ci-3f2a build --tail 50", "wfe logs ci-3f2a 'ship[2]'"),
)
def logs(
    run: RunArgument,
    step: Annotated[
        str | None,
        typer.Argument(help="Only this step, or what is inside of it.", autocompletion=complete_step),
    ] = None,
    store: StoreOption = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until the run ends.")] = False,
    tail: Annotated[int | None, typer.Option("--tail", min=0, help="Only the last lines.")] = None,
    timestamps: Annotated[
        bool, typer.Option("-t", "--timestamps", help="Begin each line with its time.")
    ] = False,
) -> None:
    """Show what the steps of a run wrote."""
    from wfe_yaml.cli.logs import LogOptions, show_logs

    options = LogOptions(step=step, follow=follow, tail=tail, timestamps=timestamps)
    finish(show_logs(run, store, options))


@app.command(rich_help_panel=LOOK, epilog=examples("wfe explain ci-3f2a"))
def explain(run: NewestRunArgument = None, store: StoreOption = None, json: JsonOption = False) -> None:
    """Say why a run is where it is, and what would move it."""
    from wfe_yaml.cli.explaining import explain_run

    finish(explain_run(run, store, as_json=json))


@app.command(rich_help_panel=LOOK, epilog=examples("wfe search 'release v1.2'", "wfe search 'tim*'"))
def search(
    text: Annotated[str, typer.Argument(help="Words that must all occur; `tim*` finds beginnings.")],
    store: StoreOption = None,
    search_in: SearchOption = None,
    limit: _LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """Find runs by words in their names, inputs, outputs and errors."""
    from wfe_yaml.cli.showing import search_runs
    from wfe_yaml.cli.stores import Store

    finish(search_runs(text, Store.existing(store, search=search_in), limit=limit, as_json=json))

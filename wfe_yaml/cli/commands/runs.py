"""`wfe run`, `resume`, `retry` and `cancel`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wfe_yaml.cli.completing import complete_run, complete_step
from wfe_yaml.cli.exits import TABLE
from wfe_yaml.cli.options import (
    RUN,
    JobsOption,
    JunitOption,
    ProgressMode,
    ProgressOption,
    RunArgument,
    SecretsOption,
    StoreOption,
    VarOption,
    WaitOption,
    examples,
    finish,
)

app: typer.Typer = typer.Typer()


@app.command(
    rich_help_panel=RUN,
    epilog=examples(
        "wfe run ci.yaml", "wfe run deploy.yaml -i ref=v1.2 -i 'targets=[a, b]'", "wfe run ci.yaml -n"
    )
    + f"\n\n{TABLE}",
)
def run(
    file: Annotated[Path, typer.Argument(help="The workflow file.")],
    workflow: Annotated[
        str | None, typer.Argument(help="The id of the workflow, if the file has several.")
    ] = None,
    inputs: Annotated[
        list[str] | None, typer.Option("-i", "--input", metavar="NAME=VALUE", help="An input.")
    ] = None,
    inputs_file: Annotated[Path | None, typer.Option(help="A YAML or JSON file with inputs.")] = None,
    variables: VarOption = None,
    secret_files: SecretsOption = None,
    env_file: Annotated[
        Path | None, typer.Option(help="A file with NAME=VALUE lines, put on top of the environment.")
    ] = None,
    store: StoreOption = None,
    name: Annotated[str | None, typer.Option("--id", help="What to call the run.")] = None,
    jobs: JobsOption = None,
    progress: ProgressOption = ProgressMode.AUTO,
    junit: JunitOption = None,
    wait: WaitOption = False,
    only: Annotated[str | None, typer.Option("--only", metavar="STEP", help="Run this step alone.")] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="STEP", help="Begin here, with what the last run has of the steps before."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Only show what would be run, as `wfe plan` does.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew, whatever became of the last run.")
    ] = False,
    resume_last: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run if it is unfinished.")
    ] = False,
) -> None:
    """Run a workflow file."""
    from wfe_yaml.cli.driving import Showing
    from wfe_yaml.cli.running import RunOptions, run_file

    options = RunOptions(
        file=file,
        workflow=workflow,
        inputs=tuple(inputs or ()),
        inputs_file=inputs_file,
        variables=tuple(variables or ()),
        secret_files=tuple(secret_files or ()),
        name=name,
        showing=Showing(mode=progress.value, jobs=jobs, wait=wait, junit=junit),
        fresh=fresh,
        resume=resume_last,
        env_file=env_file,
        only=only,
        from_=from_,
        dry_run=dry_run,
    )
    finish(run_file(options, store))


@app.command(rich_help_panel=RUN, epilog=examples("wfe resume", "wfe resume ci-3f2a"))
def resume(
    run: Annotated[
        str | None,
        typer.Argument(
            help="The run, or the beginning of its name; all unfinished ones by default.",
            autocompletion=complete_run,
        ),
    ] = None,
    store: StoreOption = None,
    jobs: JobsOption = None,
    progress: ProgressOption = ProgressMode.AUTO,
    junit: JunitOption = None,
    wait: WaitOption = False,
    secret_files: SecretsOption = None,
) -> None:
    """Go on with an unfinished run, where it stopped."""
    from wfe_yaml.cli.driving import Showing
    from wfe_yaml.cli.running import resume_runs

    showing = Showing(mode=progress.value, jobs=jobs, wait=wait, junit=junit)
    finish(resume_runs(run, store, showing, tuple(secret_files or ())))


@app.command(rich_help_panel=RUN, epilog=examples("wfe retry ci-3f2a", "wfe retry ci-3f2a --from deploy"))
def retry(
    run: RunArgument,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="STEP",
            help="Begin a new run at this step, with what the old one has of the steps before.",
            autocompletion=complete_step,
        ),
    ] = None,
    store: StoreOption = None,
    jobs: JobsOption = None,
    progress: ProgressOption = ProgressMode.AUTO,
    junit: JunitOption = None,
    wait: WaitOption = False,
    secret_files: SecretsOption = None,
) -> None:
    """Continue a failed run; finished steps are not run again."""
    from wfe_yaml.cli.driving import Showing
    from wfe_yaml.cli.running import retry_run

    showing = Showing(mode=progress.value, jobs=jobs, wait=wait, junit=junit)
    finish(retry_run(run, store, showing, tuple(secret_files or ()), from_=from_))


@app.command(rich_help_panel=RUN, epilog=examples("wfe cancel ci-3f2a"))
def cancel(run: RunArgument, store: StoreOption = None) -> None:
    """End a run for good, in order.

    Its hooks run, and what it has done is compensated where the file says how.
    """
    from wfe_yaml.cli.running import cancel_run

    finish(cancel_run(run, store))

"""`wfe host`, `hosts`, `purge`, `db upgrade` and `db locks`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wfe_yaml.cli.options import (
    KEEP,
    HubOption,
    JobsOption,
    JsonOption,
    LocksOption,
    QueueOption,
    SearchOption,
    StoreOption,
    VarOption,
    examples,
    finish,
)

app: typer.Typer = typer.Typer()
db: typer.Typer = typer.Typer(rich_markup_mode=None)
app.add_typer(
    db, name="db", rich_help_panel=KEEP, help="Work on the database of a store.", no_args_is_help=True
)


class Ended(StrEnum):
    """How a run can have ended."""

    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"


@app.command(
    rich_help_panel=KEEP,
    epilog=examples("wfe purge --older-than 30d", "wfe purge --status complete --dry-run"),
)
def purge(
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="DURATION", help="Ended longer ago, such as 30d.")
    ] = None,
    status: Annotated[list[Ended] | None, typer.Option("--status", help="Only runs that ended so.")] = None,
    dry_run: Annotated[bool, typer.Option("-n", "--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
    store: StoreOption = None,
) -> None:
    """Delete runs that have ended, with their steps, logs and data."""
    from wfe_yaml.cli.purging import purge_runs

    statuses = [str(one.value) for one in status or ()]
    finish(purge_runs(store, older_than=older_than, statuses=statuses, dry_run=dry_run, yes=yes))


@app.command(
    rich_help_panel=KEEP,
    epilog=examples(
        "wfe host --store jobs.db --module jobs:register",
        "wfe host --file ci.yaml --allow shell",
        "wfe host --store postgresql://db/jobs --locks redis://r --queue redis://r --module jobs:register",
    ),
)
def host(
    store: StoreOption = None,
    module: Annotated[
        list[str] | None,
        typer.Option(
            "--module",
            metavar="MODULE:FUNCTION",
            help="Called with the host, to register workflows; a second parameter gets the tools that make "
            "processes of workflow files outlive the host.",
        ),
    ] = None,
    file: Annotated[list[Path] | None, typer.Option("--file", help="A workflow file to register.")] = None,
    allow: Annotated[
        str,
        typer.Option("--allow", metavar="TYPE,…", help="Types of steps of workflow files that may run here."),
    ] = "",
    jobs: JobsOption = None,
    variables: VarOption = None,
    locks: LocksOption = None,
    queue: QueueOption = None,
    search: SearchOption = None,
    hub: HubOption = None,
) -> None:
    """Run the workflows of a store until a signal comes."""
    from wfe_yaml.cli.hosting import HostOptions, run_host
    from wfe_yaml.cli.stores import Store

    allowed = frozenset(word.strip() for word in allow.split(",") if word.strip())
    options = HostOptions(
        modules=tuple(module or ()),
        files=tuple(file or ()),
        allow=allowed,
        jobs=jobs,
        variables=tuple(variables or ()),
    )
    where = Store.of(store, locks=locks, queue=queue, search=search, hub=hub)
    finish(run_host(where, options))


@app.command(rich_help_panel=KEEP, epilog=examples("wfe hosts"))
def hosts(store: StoreOption = None, locks: LocksOption = None, json: JsonOption = False) -> None:
    """List the processes that work on a store."""
    from wfe_yaml.cli.hosting import list_hosts
    from wfe_yaml.cli.stores import Store

    finish(list_hosts(Store.existing(store, locks=locks), as_json=json))


@app.command(
    rich_help_panel=KEEP, epilog=examples("wfe reindex", "wfe reindex --search opensearch+http://host:9200")
)
def reindex(store: StoreOption = None, search: SearchOption = None) -> None:
    """Build the full-text index anew; searches go on meanwhile."""
    from wfe_yaml.cli.indexing import reindex_runs
    from wfe_yaml.cli.stores import Store

    finish(reindex_runs(Store.existing(store, search=search)))


@db.command(epilog=examples("wfe db upgrade --store jobs.db"))
def upgrade(store: StoreOption = None) -> None:
    """Bring the schema of a store to this version of wfe."""
    from wfe_yaml.cli.purging import upgrade_store

    finish(upgrade_store(store))


@db.command("locks", epilog=examples("wfe db locks --store postgresql://db/jobs --locks redis://r"))
def use_locks(store: StoreOption = None, locks: LocksOption = None) -> None:
    """Let hosts use other locks from now on (without --locks the store's own); stop them all first."""
    from wfe_yaml.cli.purging import use_other_locks
    from wfe_yaml.cli.stores import Store

    finish(use_other_locks(Store.existing(store, locks=locks)))

"""`wfe approve`, `reject`, `publish`, `suspend` and `terminate`."""

from __future__ import annotations

from typing import Annotated

import typer

from wfe_yaml.cli.options import STEER, ApprovalArgument, RunArgument, StoreOption, examples, finish

app: typer.Typer = typer.Typer()
_ByOption = Annotated[str | None, typer.Option("--by", help="Who decides.", show_default="your login name")]
_CommentOption = Annotated[str, typer.Option("--comment", help="Why.")]
_ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept with the run.")]


@app.command(
    rich_help_panel=STEER, epilog=examples("wfe approve release-3f2a sign-off --comment 'looks good'")
)
def approve(
    run: RunArgument,
    step: ApprovalArgument,
    by: _ByOption = None,
    comment: _CommentOption = "",
    store: StoreOption = None,
) -> None:
    """Approve a step that waits for an approval."""
    from wfe_yaml.cli.steering import decide

    finish(decide(run, step, store, approved=True, by=by, comment=comment))


@app.command(rich_help_panel=STEER, epilog=examples("wfe reject release-3f2a sign-off --comment 'not today'"))
def reject(
    run: RunArgument,
    step: ApprovalArgument,
    by: _ByOption = None,
    comment: _CommentOption = "",
    store: StoreOption = None,
) -> None:
    """Reject a step that waits for an approval: it fails."""
    from wfe_yaml.cli.steering import decide

    finish(decide(run, step, store, approved=False, by=by, comment=comment))


@app.command(
    rich_help_panel=STEER,
    epilog=examples("wfe publish paid order-17", """wfe publish paid order-17 '{"sum": 3}'"""),
)
def publish(
    event: Annotated[str, typer.Argument(help="What happened.")],
    key: Annotated[str, typer.Argument(help="To whom or what it happened.")] = "",
    data: Annotated[str | None, typer.Argument(help="JSON, or a text.")] = None,
    store: StoreOption = None,
) -> None:
    """Publish an event for the runs that wait for it.

    Each run that waits for it now, or will later, gets it exactly once.
    """
    from wfe_yaml.cli.steering import publish_event

    finish(publish_event(event, key, data, store))


@app.command(rich_help_panel=STEER, epilog=examples("wfe suspend ci-3f2a", "wfe resume ci-3f2a"))
def suspend(run: RunArgument, reason: _ReasonOption = "wfe suspend", store: StoreOption = None) -> None:
    """Let the running steps end and start none, until `resume`."""
    from wfe_yaml.cli.steering import suspend_run

    finish(suspend_run(run, store, reason))


@app.command(rich_help_panel=STEER, epilog=examples("wfe terminate ci-3f2a"))
def terminate(run: RunArgument, reason: _ReasonOption = "wfe terminate", store: StoreOption = None) -> None:
    """End a run at once: no hooks, no compensation. `wfe cancel` is the orderly way."""
    from wfe_yaml.cli.steering import terminate_run

    finish(terminate_run(run, store, reason))

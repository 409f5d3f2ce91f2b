"""Shell completion of names of runs and steps. It never says anything but what was found."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Coroutine

_MOST = 50


def complete_run(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Give the newest runs whose names begin so, with their workflow and status."""
    return _quietly(_runs(ctx.params.get("store"), incomplete))


def complete_step(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Give the steps of the run that was named, with their status."""
    return _quietly(_steps(ctx.params.get("store"), str(ctx.params.get("run") or ""), incomplete))


def complete_approval(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Give the steps of the run that was named that wait for an approval, with what they ask."""
    return _quietly(_approvals(ctx.params.get("store"), str(ctx.params.get("run") or ""), incomplete))


def _quietly(work: Coroutine[Any, Any, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    import asyncio

    # A shell that completes a word cannot show an error.
    with contextlib.suppress(Exception):
        return asyncio.run(work)
    return []


async def _runs(store: str | None, incomplete: str) -> list[tuple[str, str]]:
    from wfe_yaml.cli.stores import Store

    async with Store.existing(store).open() as host:
        runs = [run for run in await host.instances(limit=1_000) if run.parent_id is None]
    fitting = [run for run in runs if run.id.startswith(incomplete)]
    return [(run.id, f"{run.definition_id}, {run.status}") for run in fitting[:_MOST]]


async def _steps(store: str | None, run: str, incomplete: str) -> list[tuple[str, str]]:
    from wfe_yaml.cli.stores import Store, find_run, view_of

    async with Store.existing(store).open() as host:
        view = await view_of(host, await find_run(host, run))
    return [(step.label, step.status) for step in view.rows() if step.label.startswith(incomplete)]


async def _approvals(store: str | None, run: str, incomplete: str) -> list[tuple[str, str]]:
    from wfe_yaml.cli.explaining import approvals
    from wfe_yaml.cli.stores import Store, find_run

    async with Store.existing(store).open() as host:
        waiting = await approvals(host, await find_run(host, run))
    found = [(waits.step or "", waits.reason.text) for waits in waiting]
    return [(step, text) for step, text in found if step.startswith(incomplete)]

"""Where runs are kept, and how to reach one by its name."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_yaml.cli.exits import CommandError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Sequence

    from wfe_core.middleware import Middleware
    from wfe_core.models import WorkflowInstance
    from wfe_host import WorkflowHost

FOLDER = ".wfe"
"""Lies in the current directory."""
_BUFFER = 200_000
"""Lifecycle events kept while the terminal is slow: a step can write tens of thousands of lines at once."""


@dataclass(frozen=True, slots=True)
class Store:
    """A store, and how it was named."""

    url: str
    given: str | None
    """What `--store` said; None for the default one."""
    path: Path | None
    """The file, if it is one."""

    @classmethod
    def of(cls, given: str | None) -> Store:
        """Read the option: a URL, a file, or nothing."""
        if given and "://" in given:
            path = (
                Path(given.removeprefix("sqlite:///").partition("?")[0])
                if given.startswith("sqlite:///")
                else None
            )
            return cls(given, given, path)
        path = Path(given) if given else Path(FOLDER) / "wfe.db"
        return cls(f"sqlite:///{path}", given, path)

    @property
    def realm(self) -> str:
        """Tells this store from others, whatever the current directory."""
        return self.url if self.path is None else str(self.path.absolute())

    @property
    def option(self) -> str:
        """What to add to a command so that it finds the same store."""
        from shlex import quote

        return f" --store {quote(self.given)}" if self.given else ""

    def prepare(self) -> None:
        """Make the folder of the default store."""
        if self.given is None:
            folder = Path(FOLDER)
            folder.mkdir(exist_ok=True)
            ignore = folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", "utf-8")

    def must_exist(self) -> None:
        """Refuse to make a new store where an old one is asked for.

        Raises:
            CommandError: there is none.
        """
        if self.path is not None and not self.path.exists():
            hint = "start one with  wfe run FILE" if self.given is None else None
            raise CommandError(f"there are no runs here: {self.path} does not exist", hint=hint)

    @asynccontextmanager
    async def open(
        self,
        *,
        claim: Collection[str] | None = None,
        jobs: int | None = None,
        middleware: Sequence[Middleware] = (),
    ) -> AsyncGenerator[WorkflowHost]:
        """Start a host on the store.

        Args:
            claim: the runs it may drive; None only reads.
            jobs: how many steps it runs at once.
            middleware: wrapped around steps.
        """
        from wfe_host import HostConfig, WorkflowHost

        options: dict[str, Any] = {} if jobs is None else {"max_running_steps": jobs}
        config = HostConfig(
            claim=frozenset(claim or ()),
            role="client" if claim is None else "worker",
            # Whoever stops the host has stopped its steps before, with their own grace.
            grace_period=0,
            subscriber_buffer=_BUFFER,
            **options,
        )
        try:
            made = WorkflowHost.connect(self.url, config=config, middleware=middleware)
        except ValueError as exc:
            raise CommandError(f"--store {self.given}: {exc}") from None
        async with made as host:
            yield host


async def find_run(host: WorkflowHost, name: str) -> WorkflowInstance:
    """Find a run by its name, or the beginning of it.

    Raises:
        CommandError: there is none, or the beginning fits several.
    """
    from wfe_core.errors import InstanceNotFoundError
    from wfe_yaml.source.problems import listing, suggest

    try:
        return await host.get(name)
    except InstanceNotFoundError:
        pass
    known = [run for run in await host.instances(limit=1_000) if run.parent_id is None]
    fitting = [run for run in known if run.id.startswith(name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise CommandError(f"several runs begin with {name!r}: {listing(run.id for run in fitting)}")
    hint = suggest(name, [run.id for run in known]) or "wfe list  shows the runs"
    raise CommandError(f"there is no run {name!r}", hint=hint)


async def live_owners(host: WorkflowHost, runs: Sequence[WorkflowInstance]) -> set[str]:
    """Give the sessions of other living processes that hold any of these runs."""
    owners = {run.owner for run in runs if run.owner is not None}
    if not owners:
        return set()
    own = (await host.health())["session"]
    states = await host.providers.locks.states(sorted(owners - {own}))
    return {owner for owner, state in states.items() if state != "dead"}

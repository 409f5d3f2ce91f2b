"""Where runs are kept, and how to reach one by its name."""

from __future__ import annotations

import contextlib
import logging
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_yaml.cli.exits import CommandError
from wfe_yaml.cli.standing import newest_runs

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Generator, Sequence

    from wfe_core.middleware import Middleware
    from wfe_core.models import WorkflowInstance
    from wfe_core.ports import Providers
    from wfe_host import HostConfig, WorkflowHost
    from wfe_yaml.cli.view import RunView
    from wfe_yaml.executors.base import Tools
    from wfe_yaml.loader import CompiledWorkflow

_ROLES = ("locks", "queue", "search", "hub")
FOLDER = ".wfe"
"""Lies in the current directory."""
_STEM = "wfe"
"""The name of the store in it."""
_BUFFER = 200_000
"""Lifecycle events kept while the terminal is slow: a step can write tens of thousands of lines at once."""

_CRASHES = 100
"""Deaths of the runner after which a step that ran each time fails. A host goes on by itself, and must notice
a step that kills it; a run is resumed by somebody, and a step that was only there is not to blame."""
_KNOWN = 1_000
"""Runs among which one is looked for by the beginning of its name, newest first."""


class _Once(logging.Filter):
    """Lets each message through once: what is tried again for minutes need not be told each time."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is new."""
        text = record.getMessage()
        new = text not in self._told
        self._told.add(text)
        return new


@contextlib.contextmanager
def _quieter() -> Generator[None]:
    """Let the host say what somebody at a terminal needs, unless WFE_DEBUG is set."""
    if os.environ.get("WFE_DEBUG"):
        yield
        return
    host, watchdog, once = logging.getLogger("wfe.host"), logging.getLogger("wfe.host.watchdog"), _Once()
    level = watchdog.level
    host.addFilter(once)
    # On a machine that is busy it would speak of the steps of a program, which this one has not.
    watchdog.setLevel(logging.ERROR)
    # What becomes of steps and runs is what the command shows anyway.
    workflows = logging.getLogger("wfe.workflows")
    told = workflows.level
    workflows.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        workflows.setLevel(told)
        watchdog.setLevel(level)
        host.removeFilter(once)


@dataclass(frozen=True, slots=True)
class Store:
    """A store, and how it was named."""

    url: str
    given: str | None
    """What `--store` said; None for the default one."""
    path: Path | None
    """The file, if it is one."""
    beside: tuple[tuple[str, str], ...] = ()
    """URLs of providers in place of the store's own, by what they are for."""

    @classmethod
    def of(cls, given: str | None, **beside: str | None) -> Store:
        """Read the option: a URL, a file, or nothing.

        Args:
            given: the option.
            beside: what `--locks`, `--queue`, `--search` and `--hub` said; the environment says it for
                commands without these options.
        """
        said = {role: beside.get(role) or os.environ.get(f"WFE_{role.upper()}") for role in _ROLES}
        others = tuple((role, url) for role, url in said.items() if url)
        return replace(cls._of(given), beside=others)

    @classmethod
    def _of(cls, given: str | None) -> Store:
        if given and "://" in given:
            path = (
                Path(given.removeprefix("sqlite:///").partition("?")[0])
                if given.startswith("sqlite:///")
                else None
            )
            return cls(given, given, path)
        path = Path(given) if given else Path(FOLDER) / f"{_STEM}.db"
        return cls(f"sqlite:///{path}", given, path)

    @classmethod
    def existing(cls, given: str | None, **beside: str | None) -> Store:
        """Read the option as `of`, for a command that only makes sense on a store that is there.

        Raises:
            CommandError: it is not there.
        """
        store = cls.of(given, **beside)
        store.must_exist()
        return store

    @property
    def shown(self) -> str:
        """The URL as it may be printed: without a password."""
        account, at, rest = self.url.rpartition("@")
        user, colon, _ = account.partition("://")[2].partition(":")
        return f"{account.partition('://')[0]}://{user}:***@{rest}" if at and colon else self.url

    @property
    def realm(self) -> str:
        """Tells this store from others, whatever the current directory."""
        return self.url if self.path is None else str(self.path.absolute())

    @property
    def home(self) -> Path:
        """Where the processes of runs keep their output and results, beside the store if it is a file."""
        if self.path is not None:
            return self.path.absolute().with_suffix(".run")
        import hashlib

        base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return Path(base) / "wfe" / hashlib.sha256(self.url.encode()).hexdigest()[:16]

    @property
    def artifacts(self) -> Path:
        """Where the files are kept that steps leave for others: each store has a folder of its own."""
        if self.path is None:
            return self.home / "artifacts"
        stem = self.path.stem
        return self.path.absolute().with_name("artifacts" if stem == _STEM else f"{stem}.artifacts")

    def tools(self, **more: Any) -> Tools:
        """Give what the steps of its runs work with; processes outlive this one, and can be taken up again.

        Args:
            more: what else `local_tools` takes.
        """
        from wfe_core.policies import micros
        from wfe_host import HostConfig
        from wfe_yaml.loader import local_tools

        # Only what a server keeps can be taken over by another machine, which cannot see our processes.
        ttl = None if self.path is not None else micros(HostConfig().session_ttl) / 1e6
        return local_tools(self.realm, home=self.home, ttl=ttl, artifacts=self.artifacts, **more)

    @property
    def option(self) -> str:
        """What to add to a command so that it finds the same store; a password is left out."""
        from shlex import quote

        if not self.given:
            return ""
        return f" --store {quote(self.given if self.shown == self.url else self.shown)}"

    def prepare(self) -> None:
        """Make the folder of the default store.

        Raises:
            CommandError: it cannot be made.
        """
        if self.given is None:
            folder = Path(FOLDER)
            try:
                folder.mkdir(exist_ok=True)
                ignore = folder / ".gitignore"
                if not ignore.exists():
                    ignore.write_text("*\n", "utf-8")
            except OSError as exc:
                raise CommandError(
                    f"the folder {FOLDER}, where runs are kept, cannot be made here: {exc.strerror}",
                    hint="keep them elsewhere with  --store FILE",
                ) from exc

    def exists(self) -> bool:
        """Whether it is there; of one on a server that is not asked.

        Raises:
            CommandError: that cannot be seen.
        """
        try:
            return self.path is None or self.path.exists()
        except OSError as exc:
            raise CommandError(f"the store {self.path} cannot be read: {exc.strerror}") from exc

    def must_exist(self) -> None:
        """Refuse to make a new store where an old one is asked for.

        Raises:
            CommandError: there is none.
        """
        if not self.exists():
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
        from wfe_host import HostConfig

        options: dict[str, Any] = {} if jobs is None else {"max_running_steps": jobs}
        config = HostConfig(
            claim=frozenset(claim or ()),
            role="client" if claim is None else "worker",
            # Whoever stops the host has stopped its steps before, with their own grace.
            grace_period=0,
            max_crashes=_CRASHES,
            subscriber_buffer=_BUFFER,
            **options,
        )
        with _quieter():
            async with self._connect(config, middleware) as host:
                yield host

    @asynccontextmanager
    async def serve(self, jobs: int | None) -> AsyncGenerator[WorkflowHost]:
        """Start a host that runs whatever is registered on it."""
        from wfe_host import HostConfig

        options: dict[str, Any] = {} if jobs is None else {"max_running_steps": jobs}
        async with self._connect(HostConfig(**options), ()) as host:
            yield host

    def providers(self, *roles: str) -> Providers:
        """Give the providers of the store itself, but for these roles those beside it; not open yet.

        Raises:
            CommandError: a URL is not understood.
        """
        from wfe_core.registry import open_providers

        try:
            beside: dict[str, Any] = {role: url for role, url in self.beside if role in roles}
            return open_providers(self.url, **beside)
        except ValueError as exc:
            raise self._misunderstood(exc) from None

    def _misunderstood(self, exc: ValueError) -> CommandError:
        # What is wrong with another provider says itself which one it is.
        elsewhere = str(exc).startswith(_ROLES)
        return CommandError(f"--{exc}" if elsewhere else f"--store {self.shown}: {exc}")

    def _connect(self, config: HostConfig, middleware: Sequence[Middleware]) -> WorkflowHost:
        from wfe_host import WorkflowHost

        beside = dict(self.beside)
        try:
            return WorkflowHost.connect(
                self.url,
                locks=beside.get("locks"),
                queue=beside.get("queue"),
                search=beside.get("search"),
                hub=beside.get("hub"),
                config=config,
                middleware=middleware,
            )
        except ValueError as exc:
            raise self._misunderstood(exc) from None


async def find_run(host: WorkflowHost, name: str | None) -> WorkflowInstance:
    """Find a run by its name, or the beginning of it; the newest one when none is named.

    Raises:
        CommandError: there is none, or the beginning fits several.
    """
    from wfe_core.errors import InstanceNotFoundError
    from wfe_yaml.source.problems import listing, suggest

    if name is not None:
        with contextlib.suppress(InstanceNotFoundError):
            return await host.get(name)
    known = await newest_runs(host, 1 if name is None else _KNOWN)
    if name is None:
        if not known:
            raise CommandError("there are no runs yet", hint="start one with  wfe run FILE")
        return known[0]
    fitting = [run for run in known if run.id.startswith(name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise CommandError(f"several runs begin with {name!r}: {listing(run.id for run in fitting)}")
    hint = suggest(name, [run.id for run in known]) or "wfe list  shows the runs"
    raise CommandError(f"there is no run {name!r}", hint=hint)


async def stored_workflow(
    host: WorkflowHost, run: WorkflowInstance, tools: Tools | None = None
) -> CompiledWorkflow:
    """Load the workflow that a run was started from.

    Raises:
        CommandError: it was not started from a workflow file.
    """
    from wfe_yaml.loader import load_closure

    stored = await host.providers.store.get_definition(run.fingerprint)
    if stored is None:
        raise CommandError(
            f"the run {run.id} is one of a program, not of a workflow file",
            hint="its definition is there: to_mermaid() and to_dot() of it draw it",
        )
    return load_closure(stored, workflow=run.definition_id, tools=tools)


async def view_of(host: WorkflowHost, run: WorkflowInstance) -> RunView:
    """Show a stored run, and the runs of its sub-workflows, as far as the store knows them.

    Raises:
        CommandError: it was not started from a workflow file.
    """
    from wfe_yaml.cli.view import RunView

    compiled = await stored_workflow(host, run)
    view = RunView(run.id, compiled.definition, compiled.definitions)
    await load_view(host, view)
    if run.status.terminal:
        view.settle()
    return view


async def load_view(host: WorkflowHost, view: RunView) -> None:
    """Fill a view, and those of the sub-workflows in it, from the store."""
    from wfe_core.errors import InstanceNotFoundError

    view.load(await host.pointers(view.run_id))
    await name_items(host, view)
    for child in view.children.values():
        # One that has not begun has no pointers yet.
        with contextlib.suppress(InstanceNotFoundError):
            await load_view(host, child)


async def name_items(host: WorkflowHost, view: RunView) -> None:
    """Learn what the items of loops are; the store keeps them as long as the loop is open."""
    from wfe_core.serialization import loads

    for loop, number in view.missing():
        chunk = await host.providers.store.chunk(view.run_id, loop.pointer, number)
        if chunk is not None:
            loop.learn(number, loads(chunk.values))

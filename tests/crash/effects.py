"""The log of side effects: what steps did to the world, and what they must never do to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from wfe_core.ports import Checkpoint, CommitOutcome
from wfe_core.steps.context import StepContext

Place = tuple[str, int]
"""Instance and pointer."""

ENDED = frozenset({"complete", "failed", "cancelled", "compensated", "skipped"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log."""

    kind: str
    """`begin`, `end`, `failure`, `completed` (its commit was written), `death` (of a host)."""
    place: Place
    run: int
    label: str = ""
    attempt: int = 0
    host: str = ""


@dataclass(slots=True)
class Effects:
    """The log, shared by all hosts of a test; it outlives them."""

    host: str = "host-1"
    """Whose steps run now."""
    entries: list[Entry] = field(default_factory=list[Entry])
    notes: dict[str, int] = field(default_factory=dict[str, int])

    def step(
        self,
        label: str,
        body: Callable[[StepContext[Any]], Any] | Any = None,
        *,
        fails: int = 0,
        error: Callable[[str], Exception] = RuntimeError,
    ) -> Callable[[StepContext[Any]], Awaitable[Any]]:
        """Make a step that leaves its mark, fails at its first executions, and then gives a result.

        Args:
            label: what the marks say, and the step's name.
            body: the result, or what gives it.
            fails: how many executions of a run fail first; -1 for all.
            error: what they raise.
        """

        async def run(ctx: StepContext[Any]) -> Any:
            with self._marked(ctx, label, fails, error):
                value = body(ctx) if callable(body) else body
                return await value if isinstance(value, Awaitable) else value

        run.__name__ = run.__qualname__ = label
        return run

    def plain(self, label: str, result: Any = None, *, fails: int = 0) -> Callable[[StepContext[Any]], Any]:
        """Make a step that is a plain function, which hosts run in a thread."""

        def run(ctx: StepContext[Any]) -> Any:
            with self._marked(ctx, label, fails, RuntimeError):
                return result

        run.__name__ = run.__qualname__ = label
        return run

    @contextmanager
    def _marked(
        self, ctx: StepContext[Any], label: str, fails: int, error: Callable[[str], Exception]
    ) -> Generator[None]:
        """Note the beginning and the end of an execution, and let it fail if it is its turn."""
        instance, pointer, number = ctx.idempotency_key.rsplit("/", 2)
        place, of_run, host = (instance, int(pointer)), int(number), self.host
        self.entries.append(Entry("begin", place, of_run, label, ctx.attempt, host))
        failed = self.count("failure", label=label, place=place, run=of_run)
        kind = "end"
        try:
            if fails < 0 or failed < fails:
                raise error(f"{label} fails")
            yield
        except Exception:
            kind = "failure"
            raise
        finally:
            self.entries.append(Entry(kind, place, of_run, label, ctx.attempt, host))

    def observe(self, checkpoints: Sequence[Checkpoint], outcomes: Sequence[CommitOutcome]) -> None:
        """Note what a commit has made durable (an observer of `Faults`)."""
        for checkpoint, outcome in zip(checkpoints, outcomes, strict=True):
            if outcome.status != "committed":
                continue
            for pointer in checkpoint.pointers:
                place = (checkpoint.instance.id, pointer.id)
                # A run that was left by sleep, persist or wait is as good as completed.
                last = pointer.run if pointer.status in ENDED and not pointer.live else pointer.run - 1
                if last >= 0:
                    self.entries.append(Entry("completed", place, last))

    def death(self, host: str) -> None:
        """Note that a host has died."""
        self.entries.append(Entry("death", ("", 0), 0, host=host))

    def count(self, kind: str, **fields: object) -> int:
        """How many entries there are of a kind."""
        return sum(
            entry.kind == kind and all(getattr(entry, name) == value for name, value in fields.items())
            for entry in self.entries
        )

    def begun(self, prefix: str = "") -> list[str]:
        """The labels of begun steps in order; runs again right after a crash count once."""
        labels: list[str] = []
        for entry in self.entries:
            if entry.kind == "begin" and entry.label.startswith(prefix) and labels[-1:] != [entry.label]:
                labels.append(entry.label)
        return labels

    def violations(self) -> list[str]:
        """What must never be: see the rule of the side-effect log."""
        return [*self._late_begins(), *self._overlaps(), *self._too_many_attempts()]

    def _late_begins(self) -> list[str]:
        """A begin after the completion commit of that pointer (or of that run of it)."""
        completed: dict[Place, int] = {}
        found: list[str] = []
        for entry in self.entries:
            if entry.kind == "completed":
                completed[entry.place] = max(entry.run, completed.get(entry.place, -1))
            elif entry.kind == "begin" and entry.run <= completed.get(entry.place, -1):
                found.append(f"begun after its completion was committed: {entry}")
        return found

    def _overlaps(self) -> list[str]:
        """Two attempts of a pointer at once, on hosts that both lived."""
        running: dict[Place, Entry] = {}
        found: list[str] = []
        for entry in self.entries:
            if entry.kind == "begin":
                if entry.place in running:
                    found.append(f"begun while another attempt ran: {entry}, {running[entry.place]}")
                running[entry.place] = entry
            elif entry.kind in ("end", "failure"):
                running.pop(entry.place, None)
            elif entry.kind == "death":
                running = {place: one for place, one in running.items() if one.host != entry.host}
        return found

    def _too_many_attempts(self) -> list[str]:
        """More attempts of a run than one, one for each failure, and one for each death of a host."""
        begins = Counter((e.place, e.run, e.label) for e in self.entries if e.kind == "begin")
        failures = Counter((e.place, e.run, e.label) for e in self.entries if e.kind == "failure")
        deaths = self.count("death")
        return [
            f"{count} attempts of {run}, with {failures[run]} failures and {deaths} deaths"
            for run, count in begins.items()
            if count > 1 + failures[run] + deaths
        ]

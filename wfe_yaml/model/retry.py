"""`retry:` of a step."""

from __future__ import annotations

from typing import ClassVar

from wfe_core.policies import ErrorBehavior, RetryPolicy
from wfe_yaml.errors import Code
from wfe_yaml.model.kinds import Choice, Integer, ListOf, Number, Span, Text
from wfe_yaml.model.records import Record, key, record
from wfe_yaml.source.nodes import Mapping, Scalar, Sequence
from wfe_yaml.source.problems import Problems


@record
class RetryModel(Record):
    """When and how often a failed step is tried again."""

    title: ClassVar[str] = "retry"

    max_attempts: int = key(Integer(1, 1000), "Attempts in all, the first included.", default=3)
    interval: int = key(Span(positive=False), "The pause after the first attempt.", default=1_000_000)
    backoff: float = key(Number(1), "The factor from one pause to the next.", default=2.0)
    max_interval: int = key(Span(positive=False), "The longest pause.", default=60_000_000)
    jitter: float = key(Number(0, 1), "The share of a pause that chance may add or take.", default=0.0)
    on: list[str] | None = key(
        ListOf(Text(), what="a list of exit codes and the word timeout", least=1),
        "Only these failures are tried again: exit codes, and `timeout`.",
        default=None,
    )

    def check(self, problems: Problems) -> None:
        """`on` takes exit codes and the word timeout; the first pause is no longer than the longest."""
        if self.interval > self.max_interval:
            longest = "max_interval" if self.given("max_interval") else "max_interval, 1m if not given"
            message = f"this is longer than {longest}, which would cut it short"
            problems.add(Code.VALUE, message, self.at("interval"), "give max_interval as well")
            self.interval = self.max_interval  # so that what follows can be checked too
        nodes = self.node.get("on")
        for word, node in zip(
            self.on or [], nodes.items if isinstance(nodes, Sequence) else (), strict=False
        ):
            if word != "timeout" and not (word.isdecimal() and 1 <= int(word) <= 255):  # noqa: PLR2004
                message = f"expected an exit code from 1 to 255, or timeout, found {word!r}"
                problems.add(Code.VALUE, message, node.location)

    def policy(self) -> RetryPolicy:
        """Give the engine's policy; `on` is the business of the step, which knows its exit code."""
        return RetryPolicy(
            max_attempts=self.max_attempts,
            interval=self.interval / 1e6,
            backoff=self.backoff,
            max_interval=self.max_interval / 1e6,
            jitter=self.jitter,
        )

    def covers(self, exit_code: int | None) -> bool:
        """Whether a failure is tried again; None stands for a timeout."""
        return self.on is None or ("timeout" if exit_code is None else str(exit_code)) in self.on


def attempts(scalar: Scalar, problems: Problems) -> RetryModel | None:
    """Make a record of a number alone: `retry: 3` is short for `retry: {max_attempts: 3}`."""
    number = Integer(1, 1000).read(scalar, problems)
    empty = Mapping(scalar.source, scalar.start, scalar.end, 1)
    return None if number is None else RetryModel(node=empty, max_attempts=number)


@record
class ErrorBehaviorModel(Record):
    """What happens when a step fails, as the lineage spells it."""

    title: ClassVar[str] = "error_behavior"

    type: str = key(
        Choice("retry", "suspend", "terminate", "compensate"),
        "Try again, wait for a person, fail the run, or undo the saga around the step.",
        required=True,
    )
    interval: int | None = key(Span(positive=False), "The pause between two attempts.")
    max_retries: int | None = key(Integer(0, 999), "How often it is tried again after the first attempt.")

    def check(self, problems: Problems) -> None:
        """The numbers belong to retrying."""
        for word in ("interval", "max_retries"):
            if self.given(word) and self.type != "retry":
                problems.add(Code.CONFLICT, f"{word!r} needs 'type: retry'", self.key_at(word))

    @property
    def retry(self) -> RetryModel | None:
        """The same as `retry:` says it."""
        if self.type != "retry":
            return None
        interval = 1_000_000 if self.interval is None else self.interval
        attempts = 1 + (2 if self.max_retries is None else self.max_retries)
        return RetryModel(
            node=self.node, max_attempts=attempts, interval=interval, backoff=1.0, max_interval=interval
        )

    @property
    def on_error(self) -> ErrorBehavior | None:
        """What the engine does when the step has failed for good."""
        return {
            "suspend": ErrorBehavior.SUSPEND,
            "terminate": ErrorBehavior.FAIL,
            "compensate": ErrorBehavior.COMPENSATE,
        }.get(self.type)

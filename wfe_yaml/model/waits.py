"""What steps that wait are given: events, approvals, delays, background branches."""

from __future__ import annotations

from typing import ClassVar

from wfe_yaml.errors import Code
from wfe_yaml.expressions.holes import has_holes
from wfe_yaml.expressions.templates import Structure, Template
from wfe_yaml.model.conditions import When
from wfe_yaml.model.kinds import Span, Text, TextTemplate
from wfe_yaml.model.records import Kind, Record, key, record
from wfe_yaml.source.nodes import Mapping, Node, Scalar
from wfe_yaml.source.problems import Problems

_SHORTEST = 1_000


@record
class WaitModel(Record):
    """An event to wait for."""

    title: ClassVar[str] = "wait_for"

    event: str = key(Text(), "The name of the event.", required=True)
    key_: Template | None = key(
        TextTemplate(), "Which of the events of that name; the empty text by default.", default=None
    )
    timeout: int | None = key(Span(), "How long to wait; then the step fails.", default=None)


def event_alone(scalar: Scalar, problems: Problems) -> WaitModel | None:
    """Make a record of a name alone: `wait_for: ready` is short for `wait_for: {event: ready}`."""
    name = Text().read(scalar, problems)
    empty = Mapping(scalar.source, scalar.start, scalar.end, 1)
    return None if name is None else WaitModel(node=empty, event=name)


@record
class ApprovalModel(Record):
    """A question to a person."""

    title: ClassVar[str] = "approval"

    prompt: Template = key(TextTemplate(), "What the person is asked.", required=True)
    timeout: int | None = key(Span(), "How long to wait; then the step fails.", default=None)


def prompt_alone(scalar: Scalar, problems: Problems) -> ApprovalModel | None:
    """Make a record of a prompt alone: `approval: Ship it?` is short for `approval: {prompt: Ship it?}`."""
    prompt = TextTemplate().read(scalar, problems)
    empty = Mapping(scalar.source, scalar.start, scalar.end, 1)
    return None if prompt is None else ApprovalModel(node=empty, prompt=prompt)


@record
class ScheduleModel(Record):
    """When a background branch runs."""

    title: ClassVar[str] = "schedule"

    after: int | None = key(Span(positive=False), "Run once, so long from now.")
    every: int | None = key(Span(), "Run again and again, so long from one start to the next.")
    until: Template | Structure | None = key(When(), "Ends the repetition when it holds.")

    def check(self, problems: Problems) -> None:
        """Once or repeatedly."""
        if self.given("after") == self.given("every"):
            hint = "`after: 5m` runs once, `every: 5m` repeats"
            problems.add(Code.CONFLICT, "schedule needs either 'after' or 'every'", self.node.location, hint)
        elif self.every is not None and self.every < _SHORTEST:
            problems.add(Code.DURATION, "two runs need at least a millisecond between them", self.at("every"))
        elif self.given("until") and not self.given("every"):
            problems.add(Code.CONFLICT, "'until' needs 'every'", self.key_at("until"))


class Pause(Kind["int | Template"]):
    """A duration, or an expression that gives one."""

    expected: str = Span.expected

    def read(self, node: Node, problems: Problems) -> int | Template | None:
        """Give microseconds, or a template."""
        if isinstance(node, Scalar) and isinstance(node.value, str) and has_holes(node.text):
            return Template.read(node, problems)
        return Span(positive=False).read(node, problems)

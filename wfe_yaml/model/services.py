"""`services`: what runs beside a step or a workflow while it runs, such as a database for its tests."""

from __future__ import annotations

import re
from typing import ClassVar

from wfe_yaml.errors import Code
from wfe_yaml.expressions.templates import Template
from wfe_yaml.model.containers import CheckedText, image_trouble, pattern_trouble, volume_trouble
from wfe_yaml.model.kinds import Boolean, Integer, ListOf, Span, TextTemplate
from wfe_yaml.model.names import ENVIRONMENT
from wfe_yaml.model.records import Of, Record, key, record
from wfe_yaml.source.problems import Problems

_LAST_PORT = 65_535
_RANGE = r"\d+(?:-\d+)?"
_PORTS = re.compile(
    rf"(?:(?:(?:\[[^\[\]]+\]|[^:\[\]]+):)?(?P<outside>{_RANGE})?:)?(?P<inside>{_RANGE})(?:/(?:tcp|udp|sctp))?"
)


def port_trouble(text: str) -> str | None:
    """Say why a text names no port of a service, if it does not.

    It is `5432`, `15432:5432` or `127.0.0.1:15432:5432`, each with `/udp` if need be; `8000-8010` is a range,
    and nothing (or 0) outside is any free port.
    """
    found = _PORTS.fullmatch(text)
    if found is None:
        return f"{text[:60]!r} is no port: write 5432, 15432:5432 or 127.0.0.1:15432:5432"
    inside = [int(number) for number in found["inside"].split("-")]
    outside = [int(number) for number in (found["outside"] or "0").split("-")]
    wrong = [port for port in inside if not 1 <= port <= _LAST_PORT]
    wrong += [port for port in outside if port > _LAST_PORT]
    return f"there is no port {wrong[0]}: ports go from 1 to {_LAST_PORT}" if wrong else None


@record
class ReadinessModel(Record):
    """When a service is ready: the step does not begin before."""

    title: ClassVar[str] = "readiness"

    run: Template | None = key(TextTemplate(), "A command in the service that ends well once it is ready.")
    port: int | None = key(
        Integer(1, _LAST_PORT), "A port of the service that takes connections once it is ready."
    )
    log: Template | None = key(
        CheckedText("a regular expression", pattern_trouble),
        "A regular expression; a line of its log has it when it is ready.",
    )
    healthy: bool = key(Boolean(), "It is ready when the image's own check of health says so.", default=False)
    timeout: int = key(Span(), "How long it may take; then the step fails.", default=60_000_000)
    interval: int = key(Span(), "The pause between two looks.", default=1_000_000)

    def check(self, problems: Problems) -> None:
        """One way to find out."""
        if sum(self.given(way) for way in ("run", "port", "log", "healthy")) != 1:
            hint = "`run: pg_isready` asks by a command, `port: 5432` by a connection"
            message = "readiness needs one of 'run', 'port', 'log' and 'healthy'"
            problems.add(Code.CONFLICT, message, self.node.location, hint)


@record
class ServiceModel(Record):
    """A service: a container that runs while the step or workflow does."""

    title: ClassVar[str] = "a service"

    image: Template = key(
        CheckedText("an image such as postgres:16", image_trouble),
        "The image of its container.",
        required=True,
    )
    command: list[Template] | None = key(
        ListOf(TextTemplate(), what="a list of texts"), "Its program and arguments instead of the image's."
    )
    ports: list[Template] | None = key(
        ListOf(
            CheckedText("a port such as 5432 or 15432:5432", port_trouble),
            what="a list of ports such as 5432 or 15432:5432",
        ),
        "Its ports that the machine can reach.",
    )
    env: dict[str, Template] | None = key(ENVIRONMENT, "Environment variables of the service.")
    volumes: list[Template] | None = key(
        ListOf(
            CheckedText("a volume such as ./init:/init:ro", volume_trouble),
            what="a list of volumes such as ./init:/init:ro",
        ),
        "Folders, files and named volumes in it; counted from the file.",
    )
    readiness: ReadinessModel | None = key(Of(ReadinessModel), "When it is ready.")

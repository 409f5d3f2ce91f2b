"""`cache`, `sources`, `generates`: when a step need not run again."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import ClassVar

from wfe_yaml.errors import Code
from wfe_yaml.expressions.templates import Template
from wfe_yaml.model.kinds import ListOf, Span, Text, TextTemplate
from wfe_yaml.model.records import Kind, Record, key, record
from wfe_yaml.source.nodes import Node
from wfe_yaml.source.problems import Problems


class Glob(Kind[str]):
    """A pattern of files below the folder of the workflow file."""

    expected = "a pattern of files such as src/**/*.py"

    def read(self, node: Node, problems: Problems) -> str | None:
        """Give the pattern; it must stay below the folder."""
        text = Text().read(node, problems)
        if text is None:
            return None
        path = PurePosixPath(text)
        if not text.strip() or path.is_absolute() or ".." in path.parts or "\0" in text:
            message = f"{text!r} does not stay below the folder of the file"
            problems.add(Code.VALUE, message, node.location, "write a relative path without '..'")
            return None
        return text


GLOBS = ListOf(Glob(), what="a list of patterns of files", least=1)


@record
class CacheModel(Record):
    """Results of a step that are kept for later runs."""

    title: ClassVar[str] = "cache"

    key_: Template | None = key(
        TextTemplate(), "Tells results apart, besides what the step is made of; one each is kept."
    )
    paths: list[str] | None = key(
        GLOBS, "The files and folders that the step makes; they are kept and put back."
    )
    ttl: int | None = key(Span(), "How long a result counts; for ever without it.")

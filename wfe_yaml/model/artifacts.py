"""`artifacts`: files that a step leaves for later steps."""

from __future__ import annotations

from typing import ClassVar

from wfe_yaml.expressions.holes import has_holes
from wfe_yaml.expressions.templates import Template
from wfe_yaml.model.caching import Glob
from wfe_yaml.model.kinds import Span, TextTemplate
from wfe_yaml.model.records import Kind, Record, key, record
from wfe_yaml.source.nodes import Mapping, Node, Scalar
from wfe_yaml.source.problems import Problems


class GlobTemplate(Kind[Template]):
    """A pattern of files below the folder of the workflow file; it may hold expressions."""

    expected: str = Glob.expected

    def read(self, node: Node, problems: Problems) -> Template | None:
        """Give the template; one without expressions must stay below the folder."""
        constant = isinstance(node, Scalar) and not has_holes(node.text)
        if constant and Glob().read(node, problems) is None:
            return None
        return TextTemplate().read(node, problems)


@record
class ArtifactModel(Record):
    """An artifact: files that later steps find, whatever becomes of the originals."""

    title: ClassVar[str] = "an artifact"

    path: Template = key(
        GlobTemplate(),
        "The file, the folder, or a pattern; counted from the folder of the file.",
        required=True,
    )
    keep: int | None = key(
        Span(), "How long it is kept at most; as long as the run without it.", default=None
    )


def path_alone(scalar: Scalar, problems: Problems) -> ArtifactModel | None:
    """Make a record of a path alone: `report: out.html` is short for `report: {path: out.html}`."""
    path = GlobTemplate().read(scalar, problems)
    empty = Mapping(scalar.source, scalar.start, scalar.end, 1)
    return None if path is None else ArtifactModel(node=empty, path=path)

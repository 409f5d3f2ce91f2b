"""What a file says about containers: images and volumes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from wfe_yaml.errors import Code
from wfe_yaml.expressions.templates import Template
from wfe_yaml.model.kinds import TextTemplate
from wfe_yaml.source.nodes import Node
from wfe_yaml.source.problems import Problems, suggest

VOLUME = re.compile(r"(?P<source>[^:\x00]+):(?P<target>/[^:\x00]*)(?::(?P<options>[A-Za-z,]+))?")
"""How a volume is written."""
OURS = PurePosixPath("/.wfe")
"""Where, in a container, the files of wfe are."""
_IMAGE = re.compile(r"[^-\s][^\s\x00]*")
_WORDS = """
ro rw z Z U O copy nocopy bind rbind shared rshared slave rslave private rprivate unbindable runbindable
consistent cached delegated exec noexec dev nodev suid nosuid idmap
"""
_OPTIONS = frozenset(_WORDS.split())
"""What an engine may be told about a volume."""


def image_trouble(text: str) -> str | None:
    """Say why a text names no image, if it does not."""
    fits = _IMAGE.fullmatch(text) is not None
    return None if fits else f"expected an image such as python:3.13, found {text[:60]!r}"


def volume_trouble(text: str) -> str | None:
    """Say why a text is no volume such as `./data:/data:ro`, or `cache:/cache` with a name, if it is none."""
    found = VOLUME.fullmatch(text)
    if found is None:
        return f"expected a volume such as ./data:/data:ro or cache:/cache, found {text[:60]!r}"
    target = target_of(text)
    if target == PurePosixPath("/"):
        return f"a volume stands in a folder of the container, not at /, as in {text[:60]!r}"
    if OURS in (target, *target.parents):
        return f"the folder {OURS} of a container belongs to wfe: choose another one"
    unknown = sorted(set((found["options"] or "ro").split(",")) - _OPTIONS)
    if unknown:
        hint = suggest(unknown[0], sorted(_OPTIONS))
        return f"volumes have no option {unknown[0]!r}: " + (hint or "usual ones are ro, rw, z and Z")
    return None


def pattern_trouble(text: str) -> str | None:
    """Say why a text is no regular expression, if it is none."""
    try:
        re.compile(text)
    except re.error as exc:
        return f"{text[:60]!r} is no regular expression: {exc}"
    return None


def target_of(text: str) -> PurePosixPath:
    """Give where a volume is in the container."""
    parts: list[str] = []
    for part in PurePosixPath(text.split(":")[1]).parts[1:]:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
    return PurePosixPath("/", *parts)


class CheckedText(TextTemplate):
    """A text of a certain form, or an expression that gives one, which is looked at when it is known.

    Args:
        expected: what it is, in words.
        trouble: says why a text is none; None when it is one.
    """

    def __init__(self, expected: str, trouble: Callable[[str], str | None]) -> None:
        self.expected = expected
        self._trouble = trouble

    def read(self, node: Node, problems: Problems) -> Template | None:
        """Give the template."""
        template = super().read(node, problems)
        if template is not None and template.constant:
            trouble = self._trouble(template.scalar.text)
            if trouble is not None:
                problems.add(Code.VALUE, trouble, node.location)
        return template

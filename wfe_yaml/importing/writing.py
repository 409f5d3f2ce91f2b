"""Plain values as YAML that our composer, and any reader of YAML 1.1, takes for the same values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from wfe_yaml.source.scalars import NumberError, resolve

_WIDTH = 1 << 20
"""Lines are not folded: a long expression is easier to read as one."""
_BREAKS = re.compile(r"[\r\x85\u2028\u2029]")


class _Dumper(yaml.SafeDumper):
    """Writes maps in their order, scripts as blocks, and quotes what some reader takes for another type."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write out each value where it stands: nobody reads anchors that a machine has made."""
        del data
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key."""
        del indentless
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style: str | None = None
    if _BREAKS.search(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    elif not _plain(text):
        style = '"' if "'" in text else "'"
    represent: Callable[..., yaml.ScalarNode] = getattr(dumper, "represent_scalar")  # noqa: B009 - it has no types
    return represent("tag:yaml.org,2002:str", text, style=style)


def _plain(text: str) -> bool:
    """Whether our composer takes the text for a text when it is not quoted."""
    try:
        return isinstance(resolve(text), str) and text != "<<"
    except NumberError:
        return False


_Dumper.add_representer(str, _text)


def write_yaml(document: Mapping[str, Any], *, head: str = "") -> str:
    """Write a document.

    Args:
        document: maps, lists, texts, numbers, booleans and null.
        head: lines of a comment above it.
    """
    shown = "".join(char if char.isprintable() or char == "\n" else " " for char in head)
    lines = "".join(f"# {line}".rstrip() + "\n" for line in shown.split("\n") if line)
    text = yaml.dump(
        dict(document),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=False,
    )
    return lines + str(text)

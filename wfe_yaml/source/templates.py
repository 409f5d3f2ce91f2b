"""`extends: name`: mappings that begin as a copy of a template, and what they change in it.

Maps merge, lists and single values replace, null deletes. Every value keeps the place where it was written,
so that an error points at its line, be it in the template or in the step that extends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code
from wfe_yaml.source.nodes import Entry, Mapping, Node, Scalar, Sequence
from wfe_yaml.source.problems import Problems, listing, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTENDS = "extends"
MAX_EXPANDED = 100_000
"""How many values all templates together may stand for."""
MAX_CHAIN = 30
"""How long a chain of templates that extend each other may be."""


@dataclass(frozen=True, slots=True)
class _Size:
    """What a template stands for: how many values, and how long the longest chain of templates is."""

    weight: int
    depth: int


class Reading(Problems):
    """The problems of one document, and the templates that its mappings may extend."""

    def __init__(self) -> None:
        super().__init__()
        self._templates: dict[str, Entry] = {}
        self._whole: dict[str, Mapping | None] = {}
        self._expanded = 0

    def define(self, name: str, entry: Entry) -> None:
        """Add a template.

        Args:
            name: what it is called.
            entry: its key and its value.
        """
        known = self._templates.get(name)
        if known is not None:
            where = known.key.location
            hint = f"the other one is at {where}"
            self.add(Code.DUPLICATE_NAME, f"two templates are named {name!r}", entry.key.location, hint)
        elif not isinstance(entry.value, Mapping):
            message = f"a template is a mapping, not {entry.value.kind}"
            self.add(Code.TYPE, message, entry.value.location)
            self._whole[name] = None
        self._templates.setdefault(name, entry)

    def close(self) -> None:
        """Refuse templates that contain themselves, or stand for too much; all are defined by now."""
        uses = {name: list(_uses(entry.value)) for name, entry in self._templates.items()}
        sizes: dict[str, _Size] = {}
        for name in self._templates:
            self._measure(name, uses, sizes, [])

    def _measure(
        self, name: str, uses: dict[str, list[Scalar]], sizes: dict[str, _Size], path: list[str]
    ) -> _Size:
        """Tell what a template stands for, with all that it extends."""
        if name in sizes:
            return sizes[name]
        entry = self._templates[name]
        chain = [*path, name]
        weight, depth = entry.value.weight, 1
        for use in uses[name]:
            if use.text not in self._templates:
                continue
            if use.text in chain:
                circle = " -> ".join([*chain[chain.index(use.text) :], use.text])
                self.add(Code.INCLUDE, f"the template would contain itself: {circle}", use.location)
                self._whole[use.text] = None
                continue
            inner = _Size(0, MAX_CHAIN)
            if len(chain) <= MAX_CHAIN:
                inner = self._measure(use.text, uses, sizes, chain)
            weight, depth = weight + inner.weight, max(depth, inner.depth + 1)
        self._bound(name, entry, _Size(weight, depth))
        sizes[name] = _Size(min(weight, MAX_EXPANDED + 1), min(depth, MAX_CHAIN + 1))
        return sizes[name]

    def _bound(self, name: str, entry: Entry, size: _Size) -> None:
        if size.weight > MAX_EXPANDED:
            message = f"the template stands for more than {MAX_EXPANDED:,} values"
        elif size.depth > MAX_CHAIN:
            message = f"templates extend each other more than {MAX_CHAIN} deep"
        else:
            return
        self.add(Code.LIMIT, message, entry.key.location)
        self._whole[name] = None

    def resolve(self, node: Mapping) -> Mapping:
        """Give a mapping with what it extends."""
        entry = node.entries.get(EXTENDS)
        if entry is None:
            return node
        templates = [self._template(use) for use in _names(entry.value)]
        found = [template for template in templates if template is not None]
        if not templates:
            message = f"expected the name of a template, or a list of names, found {entry.value.kind}"
            self.add(Code.TYPE, message, entry.value.location)
        if len(found) < len(templates) or not templates:
            # The key stays: what seems to be missing may be in the template that is not there.
            return node
        own = {name: kept for name, kept in node.entries.items() if name != EXTENDS}
        whole = Mapping(node.source, node.start, node.end, 0)
        for template in found:
            whole = merged(whole, template)
        return merged(whole, Mapping(node.source, node.start, node.end, node.weight, own))

    def _template(self, use: Scalar) -> Mapping | None:
        """Give a template with all that it extends itself; None when it is wrong (a problem says why)."""
        name = use.text
        if name not in self._templates:
            hint = suggest(name, self._templates) or (
                f"there are: {listing(self._templates)}"
                if self._templates
                else "define it under `templates:` of the file, or include a file that does"
            )
            self.add(Code.INCLUDE, f"there is no template {name[:60]!r}", use.location, hint)
            return None
        if name not in self._whole:
            value = self._templates[name].value
            self._whole[name] = self.resolve(value) if isinstance(value, Mapping) else None
        whole = self._whole[name]
        if whole is not None:
            self._expanded += whole.weight
            if self._expanded > MAX_EXPANDED:
                message = f"the templates expand to more than {MAX_EXPANDED:,} values"
                self.add(Code.LIMIT, message, use.location)
                return None
        return whole


def merged(base: Mapping, own: Mapping) -> Mapping:
    """Give a mapping on top of another: maps merge, the rest replaces, null deletes."""
    entries = dict(base.entries)
    for name, entry in own.entries.items():
        known = entries.get(name)
        if known is not None and isinstance(entry.value, Scalar) and entry.value.value is None:
            del entries[name]
        elif known is not None and isinstance(known.value, Mapping) and isinstance(entry.value, Mapping):
            entries[name] = Entry(entry.key, merged(known.value, entry.value))
        else:
            entries[name] = entry
    return Mapping(own.source, own.start, own.end, base.weight + own.weight, entries)


def _names(node: Node) -> Iterator[Scalar]:
    """Give the names that `extends` lists."""
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar) and isinstance(item.value, str):
            yield item


def _uses(root: Node) -> Iterator[Scalar]:
    """Find all `extends` inside a node, each shared part once for each place it stands at."""
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, Sequence):
            todo.extend(node.items)
        elif isinstance(node, Mapping):
            for name, entry in node.entries.items():
                if name == EXTENDS:
                    yield from _names(entry.value)
                todo.append(entry.value)

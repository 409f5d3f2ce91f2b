"""`matrix:`: axes of values, and the cells they make."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wfe_yaml.errors import Code
from wfe_yaml.expressions.holes import has_holes
from wfe_yaml.expressions.values import same, to_text
from wfe_yaml.model.kinds import Boolean, Integer
from wfe_yaml.model.names import VARIABLE
from wfe_yaml.model.records import Kind
from wfe_yaml.source.nodes import Entry, Mapping, Node, Scalar, Sequence, plain_value

if TYPE_CHECKING:
    from wfe_yaml.source.problems import Problems

MOST_CELLS = 256
_LONGEST_LABEL = 80
_OPTIONS = ("include", "exclude", "max_parallel", "fail_fast")

Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MatrixModel:
    """A matrix: its cells in order, each with a label such as `py=3.12,os=linux`."""

    cells: dict[str, Cell]
    max_parallel: int | None = None
    fail_fast: bool | None = None

    @property
    def axes(self) -> dict[str, None]:
        """All names that a cell may have."""
        return {name: None for cell in self.cells.values() for name in cell}


class Matrix(Kind[MatrixModel]):
    """A mapping from axes to lists of values, with `include` and `exclude`."""

    expected = "a matrix (a mapping from names to lists of values)"

    def read(self, node: Node, problems: Problems) -> MatrixModel | None:
        """Give the matrix; values are fixed, so that every cell has its name before anything runs."""
        if not isinstance(node, Mapping):
            self.misfit(node, problems)
            return None
        axes: dict[str, list[Any]] = {}
        for name, entry in node.entries.items():
            if name not in _OPTIONS and VARIABLE.accepts(name, entry.key, problems):
                axes[name] = self._values(name, entry, problems)
        cells = [dict(zip(axes, values, strict=True)) for values in _product(axes)]
        cells = self._exclude(cells, node.get("exclude"), axes, problems)
        cells = self._include(cells, node.get("include"), axes, problems)
        limit, fast = node.get("max_parallel"), node.get("fail_fast")
        if not cells:
            # Without a value on some axis, what is wrong with that axis has been said.
            if all(axes.values()):
                problems.add(Code.VALUE, "the matrix has no cell", node.location)
            return None
        if len(cells) > MOST_CELLS:
            message = f"the matrix has {len(cells)} cells, more than {MOST_CELLS}"
            problems.add(Code.LIMIT, message, node.location, "loop over a list with `for_each` instead")
            return None
        return MatrixModel(
            _labelled(cells),
            None if limit is None else Integer(1).read(limit, problems),
            None if fast is None else Boolean().read(fast, problems),
        )

    def _values(self, name: str, entry: Entry, problems: Problems) -> list[Any]:
        node = entry.value
        if not isinstance(node, Sequence):
            hint = None
            if isinstance(node, Scalar) and has_holes(node.text):
                hint = "cells have names, so they are fixed: to loop over a computed list use `for_each`"
            message = f"expected a list of values of {name!r}, found {node.kind}"
            problems.add(Code.TYPE, message, node.location, hint)
            return []
        if not node.items:
            problems.add(Code.VALUE, f"the list of values of {name!r} is empty", node.location)
        return [self._value(item, problems) for item in node.items]

    def _value(self, node: Node, problems: Problems) -> Any:
        for scalar in _scalars(node):
            if has_holes(scalar.text):
                problems.add(Code.FORBIDDEN, "an expression cannot stand here", scalar.location)
        # Versions are texts to everybody who writes 3.10, and `1.10` must not become 1.1.
        if isinstance(node, Scalar) and isinstance(node.value, float):
            return node.text
        return plain_value(node)

    def _entries(self, node: Node | None, what: str, problems: Problems) -> list[tuple[Cell, Mapping]]:
        """Read the items of `include` or `exclude`."""
        if node is None:
            return []
        if not isinstance(node, Sequence):
            message = f"expected a list of cells to {what}, found {node.kind}"
            problems.add(Code.TYPE, message, node.location)
            return []
        found: list[tuple[Cell, Mapping]] = []
        for item in node.items:
            if not isinstance(item, Mapping):
                message = f"expected a cell to {what} (a mapping), found {item.kind}"
                problems.add(Code.TYPE, message, item.location)
                continue
            cell: Cell = {}
            for name, entry in item.entries.items():
                if VARIABLE.accepts(name, entry.key, problems):
                    cell[name] = self._value(entry.value, problems)
            found.append((cell, item))
        return found

    def _exclude(
        self, cells: list[Cell], node: Node | None, axes: dict[str, list[Any]], problems: Problems
    ) -> list[Cell]:
        for wanted, item in self._entries(node, "exclude", problems):
            for name in wanted:
                if name not in axes:
                    where = item.entries[name].key.location
                    problems.add(Code.UNKNOWN_NAME, f"the matrix has no axis {name!r}", where)
            left = [cell for cell in cells if not _agrees(cell, wanted)]
            if len(left) == len(cells) and all(name in axes for name in wanted):
                problems.add(Code.VALUE, "no cell is like this one, so nothing is excluded", item.location)
            cells = left
        return cells

    def _include(
        self, cells: list[Cell], node: Node | None, axes: dict[str, list[Any]], problems: Problems
    ) -> list[Cell]:
        """An entry extends the cells that agree with it in all axes it names, or is a new cell."""
        made: list[Cell] = []
        for extra, _ in self._entries(node, "include", problems):
            on_axes = {name: value for name, value in extra.items() if name in axes}
            alike = [cell for cell in cells if _agrees(cell, on_axes)]
            for cell in alike:
                cell.update(extra)
            if not alike:
                made.append(extra)
        return [*cells, *made]


def _product(axes: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    size = 1
    for values in axes.values():
        size *= len(values)
    if not axes:
        return []
    # A matrix far beyond the bound is not spread out in memory: a part of it is enough to refuse it.
    return list(itertools.islice(itertools.product(*axes.values()), min(size, 16 * MOST_CELLS)))


def _agrees(cell: Cell, wanted: Cell) -> bool:
    return all(name in cell and same(cell[name], value) for name, value in wanted.items())


def _labelled(cells: list[Cell]) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for cell in cells:
        text = ",".join(f"{name}={to_text(value)}" for name, value in cell.items())
        label = "".join("-" if char in "/~" or not char.isprintable() else char for char in text)
        if len(label) > _LONGEST_LABEL:
            digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
            label = f"{label[: _LONGEST_LABEL - 9]}…{digest}"
        number, name = 1, label
        while name in found:
            number += 1
            name = f"{label}#{number}"
        found[name] = cell
    return found


def _scalars(node: Node) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Sequence):
        return [scalar for item in node.items for scalar in _scalars(item)]
    if isinstance(node, Mapping):
        return [scalar for entry in node.entries.values() for scalar in _scalars(entry.value)]
    return []

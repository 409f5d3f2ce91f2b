"""Views of the results of steps: what `steps.NAME` gives, each row decoded when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from wfe_core.steps.selectors import status_slot
from wfe_yaml.expressions.values import Missing, is_mapping
from wfe_yaml.source.problems import listing

if TYPE_CHECKING:
    from wfe_core.steps.context import StepContext
    from wfe_yaml.artifacts import ArtifactStore

STEP_PREFIX = "steps/"
"""The result of the step with key `checks/unit` is the data row `steps/checks/unit`."""
STREAMS = ("stdout", "stderr")
OWN = ("status", "success", "error")
"""What a container tells of itself."""


@dataclass(slots=True)
class Place:
    """A step as others refer to it.

    Attributes:
        name: its name.
        key: its key in the definition: the names of its containers and its own, joined by `/`.
        loops: how many loops are around it; their positions tell its results apart.
        kind: a step with a result, a group of steps, a loop of such groups, the cells of a matrix, or the
            whole workflow (for its hooks).
        children: the steps inside, by name; the cells, by label.
        artifacts: where the artifacts of the step are kept, if it declares any.
        streams: those of `stdout` and `stderr` that some expression asks for.
    """

    name: str
    key: str
    loops: int = 0
    kind: Literal["step", "group", "loop", "cells", "workflow"] = "step"
    children: dict[str, Place] = field(default_factory=dict[str, "Place"])
    artifacts: ArtifactStore | None = None
    streams: set[str] = field(default_factory=set[str])

    def slot(self, indices: tuple[int, ...]) -> str:
        """Give the data row of its result, seen from these positions in loops."""
        return status_slot(STEP_PREFIX + self.key, indices[: self.loops])

    def stream_slot(self, stream: str, indices: tuple[int, ...]) -> str:
        """Give the data row of what it wrote to `stdout` or `stderr`."""
        return status_slot(f"{STEP_PREFIX}{self.key}/~{stream}", indices[: self.loops])


def view_of(place: Place, view: StepContext[Any], indices: tuple[int, ...]) -> Any:
    """Give what `steps.NAME` stands for, at these positions in the loops around it."""
    if place.kind == "step":
        return ResultView(place, view, indices)
    if place.kind == "group":
        return GroupView(place.children, view, indices, place)
    own = _row(place, view, indices)
    if place.kind == "cells":
        return ListView([view_of(cell, view, indices) for cell in place.children.values()], own)
    items = [GroupView(place.children, view, (*indices, at)) for at in range(own.get("items", 0))]
    return ListView(items, own)


_NOT_RUN = {"skipped": "skipped", "cancelled": "stopped"}
"""Statuses of steps that have no outputs, in words."""


def _row(place: Place, view: StepContext[Any], indices: tuple[int, ...]) -> dict[str, Any]:
    slot = place.slot(indices)
    row: dict[str, Any] = view.field(slot) if view.has_field(slot) else {"status": "skipped"}
    return row


def _own(row: Mapping[str, Any], name: str) -> Any:
    if name == "success":
        return row["status"] == "complete"
    details: Mapping[str, Any] = row.get("details") or {}
    return row[name] if name in row else details.get(name)


class ResultView(Mapping[str, Any]):
    """The result of a step."""

    NAMES: ClassVar[tuple[str, ...]] = ("outputs", "status", "success", "exit_code", "error", "duration")

    def __init__(
        self,
        place: Place,
        view: StepContext[Any],
        indices: tuple[int, ...],
        row: Mapping[str, Any] | None = None,
    ) -> None:
        self._place = place
        self._view = view
        self._indices = indices
        self._row = _row(place, view, indices) if row is None else row

    def __getitem__(self, name: str) -> Any:
        """Give an attribute of the result."""
        if name == "outputs":
            return OutputsView(self._place.name, self._row)
        if name == "artifacts" and self._place.artifacts is not None:
            kept: Mapping[str, Any] = _own(self._row, name) or {}
            return ArtifactsView(self._place.name, kept, self._place.artifacts, self._row["status"])
        if name in STREAMS:
            return self._stream(name)
        if name not in self.NAMES:
            raise KeyError(name)
        return _own(self._row, name)

    def _stream(self, name: str) -> Any:
        """Give what the step wrote; it is kept only for expressions that name it plainly."""
        slot = self._place.stream_slot(name, self._indices)
        failed: Mapping[str, Any] = _own(self._row, "streams") or {}
        if name not in failed and not self._view.has_field(slot):
            return Missing(f"nothing is known of the {name} of the step {self._place.name!r}")
        text = failed[name] if name in failed else self._view.field(slot)
        if not isinstance(text, str):
            return Missing(
                f"the step {self._place.name!r} wrote {text:,} bytes to {name}, too much for an expression; "
                "write what others need to $WFE_OUTPUT, or to a file"
            )
        return text

    def __iter__(self) -> Iterator[str]:
        """Give the names of the attributes."""
        return iter(self.NAMES)

    def __len__(self) -> int:
        """Count the attributes."""
        return len(self.NAMES)


class EndedView(ResultView):
    """How what a hook belongs to has ended: the name `step` in that hook."""

    NAMES: ClassVar[tuple[str, ...]] = ("name", *ResultView.NAMES)

    def __getitem__(self, name: str) -> Any:
        """Give an attribute, or a step inside; hooks also know what they belong to."""
        if name == "name":
            return self._place.name
        if name not in self.NAMES and self._place.kind == "group" and name in self._place.children:
            return view_of(self._place.children[name], self._view, self._indices)
        return super().__getitem__(name)


class GroupView(Mapping[str, Any]):
    """The steps of a container (or of an item of a loop) by name, and how the container itself ended."""

    def __init__(
        self,
        places: Mapping[str, Place],
        view: StepContext[Any],
        indices: tuple[int, ...],
        place: Place | None = None,
    ) -> None:
        self._places = places
        self._view = view
        self._indices = indices
        self._place = place

    def __getitem__(self, name: str) -> Any:
        """Give the result of a step, or what the container tells of itself."""
        found = self._places.get(name)
        if found is not None:
            return view_of(found, self._view, self._indices)
        if self._place is None or name not in OWN:
            raise KeyError(name)
        return _own(_row(self._place, self._view, self._indices), name)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a step, or the container tells this."""
        return name in self._places or (self._place is not None and name in OWN)

    def __iter__(self) -> Iterator[str]:
        """Give the names of the steps."""
        return iter(self._places)

    def __len__(self) -> int:
        """Count the steps."""
        return len(self._places)


class ListView(list[Any]):
    """What a loop or matrix gives: a list in order; a name gives the list of what the items have there."""

    def __init__(self, items: list[Any], own: Mapping[str, Any] | None = None) -> None:
        super().__init__(items)
        self._own = own

    def pick(self, name: str) -> Any:
        """Give what the loop tells of itself, or that of each item; null where an item has none."""
        if self._own is not None and name in OWN:
            return _own(self._own, name)
        if not all(is_mapping(item) or isinstance(item, ListView) for item in self):
            return Missing(f"the items are single values: they have no {name!r}")
        picked = [item.pick(name) if isinstance(item, ListView) else item.get(name) for item in self]
        return ListView([None if isinstance(value, Missing) else value for value in picked])


class OutputsView(Mapping[str, Any]):
    """The outputs of a step; says why one is missing."""

    def __init__(self, step: str, row: Mapping[str, Any]) -> None:
        self._step = step
        self._status = row.get("status")
        self._outputs: Mapping[str, Any] = _own(row, "outputs") or {}

    def __getitem__(self, name: str) -> Any:
        """Give an output."""
        return self._outputs[name]

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._outputs)

    def __len__(self) -> int:
        """Count the outputs."""
        return len(self._outputs)

    def why_missing(self, name: str) -> str:
        """Say why an output is not there, and what can be done."""
        remedy = "; '| default(…)' gives a value for that case"
        was = _NOT_RUN.get(self._status or "")
        if was is not None:
            return f"the step {self._step!r} was {was}, so it has no output {name!r}{remedy}"
        have = listing(self._outputs)
        return f"the step {self._step!r} has not set the output {name!r} (it set: {have}){remedy}"


class ArtifactsView(Mapping[str, Any]):
    """The artifacts of a step: the paths of their files, verified when they are asked for."""

    def __init__(self, step: str, kept: Mapping[str, Any], store: ArtifactStore, status: str) -> None:
        self._step = step
        self._kept = kept
        self._store = store
        self._status = status

    def __getitem__(self, name: str) -> str:
        """Give where an artifact lies.

        Raises:
            ArtifactError: it is gone, or not what it was.
        """
        return str(self._store.path_of(self._kept[name]))

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._kept)

    def __len__(self) -> int:
        """Count them."""
        return len(self._kept)

    def why_missing(self, name: str) -> str:
        """Say why an artifact is not there."""
        return f"the step {self._step!r} is {self._status} and has left no artifact {name!r}"


class OutputsOnly(Mapping[str, Any]):
    """The outputs of steps by name, and nothing else of them: `data.steps`."""

    def __init__(self, places: Mapping[str, Place], view: StepContext[Any], indices: tuple[int, ...]) -> None:
        self._places = places
        self._view = view
        self._indices = indices

    def __getitem__(self, name: str) -> Any:
        """Give the outputs of a step, or those of the steps of a container."""
        return self._outputs(self._places[name], self._indices)

    def _outputs(self, place: Place, indices: tuple[int, ...]) -> Any:
        if place.kind == "step":
            return _own(_row(place, self._view, indices), "outputs") or {}
        if place.kind == "group":
            return OutputsOnly(place.children, self._view, indices)
        if place.kind == "cells":
            return ListView([self._outputs(cell, indices) for cell in place.children.values()])
        count = _row(place, self._view, indices).get("items", 0)
        return ListView([OutputsOnly(place.children, self._view, (*indices, at)) for at in range(count)])

    def __iter__(self) -> Iterator[str]:
        """Give the names of the containers, and of the steps that have ended."""
        return (name for name, place in self._places.items() if self._ended(place))

    def __len__(self) -> int:
        """Count the names."""
        return sum(1 for _ in self)

    def _ended(self, place: Place) -> bool:
        return place.kind != "step" or self._view.has_field(place.slot(self._indices))

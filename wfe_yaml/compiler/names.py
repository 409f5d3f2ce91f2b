"""What a step sees from where it stands: the steps that have ended before it, and their shapes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from wfe_yaml.expressions.results import OWN, STREAMS
from wfe_yaml.expressions.shapes import SINGLE, TYPED, UNKNOWN, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wfe_yaml.executors.base import Served
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.expressions.scope import Hooked
    from wfe_yaml.model.inputs import OutputModel
    from wfe_yaml.model.types import ValueType


@dataclass(slots=True)
class Seen:
    """The steps that an expression may refer to, and those it may not, with the reason."""

    places: dict[str, Place] = field(default_factory=dict[str, "Place"])
    shapes: dict[str, Shape] = field(default_factory=dict[str, Shape])
    unreachable: dict[str, str] = field(default_factory=dict[str, str])

    def inside(self) -> Seen:
        """Give a copy for the steps of a container, which see what is outside of it."""
        return Seen(dict(self.places), dict(self.shapes), dict(self.unreachable))

    def add(self, place: Place, shape: Shape, name: str | None = None) -> None:
        """Make a step that has ended visible; an inner name hides an outer one."""
        name = place.name if name is None else name
        self.places[name] = place
        self.shapes[name] = shape
        self.unreachable.pop(name, None)

    def hide(self, name: str, why: str) -> None:
        """Make a step known, but not to be used."""
        self.unreachable[name] = why
        self.places.pop(name, None)
        self.shapes.pop(name, None)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a step stands.

    Attributes:
        prefix: what its key has before its name.
        seen: the steps it sees.
        depth: how many containers it is in, itself counted.
        loops: the names of the `for_each` around it, outermost first.
        counting: the innermost loop is one that counts (`while`, `schedule`), not one over items.
        matrix: the cell of the matrix it is in.
        saga: whether something around it undoes what completed.
        hook: what the hook belongs to that it is in.
        hook_shape: what is known of the result of that.
        cell_of: the name of the step of which the step here is a cell, if it is one.
        held: the cell's failure goes to the hooks around its matrix, which pass it over.
        services: the innermost services around it.
    """

    prefix: str
    seen: Seen
    depth: int = 1
    loops: tuple[str, ...] = ()
    counting: bool = False
    matrix: Mapping[str, Any] | None = None
    saga: bool = False
    hook: Hooked | None = None
    hook_shape: Shape = UNKNOWN
    cell_of: str | None = None
    held: bool = False
    services: Served | None = None

    def below(self, place: Place, seen: Seen, part: str = "") -> Site:
        """Give the site of the steps inside a container, or inside a part of it."""
        prefix = f"{place.key}/{part}/" if part else f"{place.key}/"
        return replace(self, prefix=prefix, seen=seen, depth=self.depth + 1, cell_of=None, held=False)


def around(site: Site) -> dict[str, Shape]:
    """Give the names that the constructs around a site add."""
    found: dict[str, Shape] = {"data": UNKNOWN}
    if site.loops:
        found["item"] = UNKNOWN
        found["items"] = Shape("loop around this step called", dict.fromkeys(site.loops, UNKNOWN))
    if site.loops or site.counting:
        found["index"] = SINGLE
    if site.matrix is not None:
        axes = {name: value_shape(value) for name, value in site.matrix.items()}
        found["matrix"] = Shape("axis of the matrix called", axes)
    if site.hook is not None:
        single = dict.fromkeys(("name", "status", "success", "error", "exit_code", "duration"), SINGLE)
        known = site.hook_shape.keys or {}
        place = site.hook.place
        inside = [name for name in place.children if name not in single] if place.kind == "group" else []
        kept = {key: known[key] for key in ("outputs", "artifacts", *STREAMS, *inside) if key in known}
        found["step"] = Shape("key of what the hook belongs to:", {**single, "outputs": UNKNOWN, **kept})
    return found


def value_shape(value: Any) -> Shape:
    """Give what is known of a value that is there already."""
    return UNKNOWN if isinstance(value, (dict, list)) else SINGLE


def type_shape(kind: ValueType) -> Shape:
    """Give what is known of a value by its declared type."""
    if kind.optional:
        return SINGLE if kind.base in ("string", "int", "number", "bool") else UNKNOWN
    return TYPED.get(kind.base, UNKNOWN)


def declared_shape(name: str, outputs: Mapping[str, OutputModel]) -> Shape:
    """Give what is known of declared outputs of a step."""
    known = {output: type_shape(item.type) for output, item in outputs.items()}
    hint = f"declare it under `outputs:` of the step {name!r}"
    return Shape(f"output of the step {name!r} called", known, hint=hint)


def result_shape(outputs: Shape = UNKNOWN, more: Mapping[str, Shape] | None = None) -> Shape:
    """Give what is known of the result of a step."""
    single = dict.fromkeys(("status", "success", "exit_code", "error", "duration"), SINGLE)
    return Shape("key of a step's result", {"outputs": outputs, **single, **(more or {})})


def kept_shapes(place: Place, artifacts: Iterable[str]) -> dict[str, Shape]:
    """Give what is known of what a step leaves besides outputs: artifacts, and what it wrote."""
    hint = f"declare it under `artifacts:` of the step {place.name!r}"
    known = Shape(f"artifact of the step {place.name!r} called", dict.fromkeys(artifacts, SINGLE), hint=hint)
    streams = {
        stream: Shape("key", {}, type="string", used=partial(place.streams.add, stream)) for stream in STREAMS
    }
    return {"artifacts": known, **streams}


_OWN: dict[str, Shape] = dict.fromkeys(OWN, SINGLE)


def group_shape(children: Mapping[str, Shape]) -> Shape:
    """Give what is known of a container."""
    return Shape("step", {**_OWN, **children})


def list_shape(each: Shape) -> Shape:
    """Give what is known of a loop or a matrix: a list that tells its own status."""
    return Shape("key", _OWN, each=each)

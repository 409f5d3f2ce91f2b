"""What a step sees from where it stands: the steps that have ended before it, and their shapes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wfe_yaml.expressions.scope import Place
from wfe_yaml.expressions.shapes import SINGLE, UNKNOWN, Shape

if TYPE_CHECKING:
    from wfe_yaml.model.steps import StepModel
    from wfe_yaml.model.types import ValueType


@dataclass(slots=True)
class Seen:
    """The steps that an expression may refer to, and those it may not, with the reason."""

    places: dict[str, Place] = field(default_factory=dict[str, Place])
    shapes: dict[str, Shape] = field(default_factory=dict[str, Shape])
    unreachable: dict[str, str] = field(default_factory=dict[str, str])

    def inside(self) -> Seen:
        """Give a copy for the steps of a container, which see what is outside of it."""
        return Seen(dict(self.places), dict(self.shapes), dict(self.unreachable))

    def add(self, place: Place, shape: Shape) -> None:
        """Make a step that has ended visible; an inner name hides an outer one."""
        self.places[place.name] = place
        self.shapes[place.name] = shape
        self.unreachable.pop(place.name, None)

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
    """

    prefix: str
    seen: Seen
    depth: int

    def below(self, place: Place, seen: Seen) -> Site:
        """Give the site of the steps inside a container."""
        return Site(place.key + "/", seen, self.depth + 1)


def type_shape(kind: ValueType) -> Shape:
    """Give what is known of a value by its declared type."""
    return SINGLE if kind.base in ("string", "int", "number", "bool") else UNKNOWN


def result_shape(step: StepModel) -> Shape:
    """Give what is known of the result of a step."""
    outputs = UNKNOWN
    if step.outputs is not None:
        known = {name: type_shape(item.type) for name, item in step.outputs.items()}
        hint = f"declare it under `outputs:` of the step {step.name!r}"
        outputs = Shape(f"output of the step {step.name!r} called", known, hint=hint)
    return Shape(
        "key of a step's result",
        {"outputs": outputs, "status": SINGLE, "exit_code": SINGLE, "error": SINGLE},
    )

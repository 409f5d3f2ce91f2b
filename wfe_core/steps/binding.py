"""How the parameters of a step are filled: decided when the definition is built, done at each attempt.

A parameter is, in this order: the context (annotated `StepContext[...]` or named `ctx`), given by
`.input(...)`, a service (`Inject[T]`), the current `item` (as its annotation says, where there is one) or
`index` inside a loop, a field of the data, its own default. Two explicit answers for one parameter are an
error.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeGuard

from pydantic import BaseModel, TypeAdapter, ValidationError

from wfe_core.errors import DefinitionError, ParameterError, StepError
from wfe_core.serialization import adapter_for, dumps, explain
from wfe_core.steps.fitting import never_fits

if TYPE_CHECKING:
    from wfe_core.serialization import DataCodec
    from wfe_core.steps.context import StepContext
    from wfe_core.steps.selectors import Selector
    from wfe_core.steps.signature import Parameter, Signature

Services = Mapping[type, object]

_NO_SERVICES: Mapping[str, type] = MappingProxyType({})


def take_context(ctx: StepContext[Any], services: Services) -> Any:
    """Fill a parameter with the context."""
    del services
    return ctx


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a body stands, as far as its parameters can tell.

    Args:
        where: names workflow and step in error messages.
        inputs: what `.input(...)` gave.
        codec: the data of the workflow.
        in_loop: whether there is a current item.
        sole_is_context: an only parameter of any name is the context (bodies that are lambdas).
    """

    where: str
    inputs: Mapping[str, Selector] = field(default_factory=dict[str, "Selector"])
    codec: DataCodec[Any]
    in_loop: bool = False
    sole_is_context: bool = False


class Binding:
    """The plan by which the parameters of one step are filled.

    Attributes:
        injects: parameters filled from the host's services, with the type of the service.
    """

    __slots__ = ("_context_only", "_given", "_named", "injects")

    def __init__(
        self,
        given: tuple[Any, ...] = (),
        named: tuple[tuple[str, Any], ...] = (),
        injects: Mapping[str, type] = _NO_SERVICES,
    ) -> None:
        self._given = given
        self._named = named
        self._context_only = given == (take_context,) and not named
        self.injects: Mapping[str, type] = injects

    def arguments(
        self, ctx: StepContext[Any], services: Mapping[type, object]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give the arguments of one attempt.

        Raises:
            ParameterError: a parameter cannot be filled; names the step, the parameter and the remedy.
        """
        if self._context_only:
            return (ctx,), {}
        given = self._given
        return (
            tuple([fill(ctx, services) for fill in given]) if given else (),
            {name: fill(ctx, services) for name, fill in self._named},
        )

    def values(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
        """Give those of the arguments that come from the workflow, in a fixed order: the key of a cache.

        A body that takes the whole context contributes the whole data and the current item.
        """
        values: list[Any] = []
        for fill, value in zip(self._given, args, strict=True):
            values.extend(_values_of(fill, value))
        for name, fill in self._named:
            values.extend(_values_of(fill, kwargs[name]))
        return values


def _values_of(fill: object, value: Any) -> Iterable[Any]:
    if fill is take_context:
        return (value.data, value.item)
    return () if isinstance(fill, _Service) else (value,)


UNBOUND = Binding()
"""What a step has before it is linked into a definition."""


def _take_item(ctx: StepContext[Any], services: Services) -> Any:
    del services
    return ctx.item


@dataclass(frozen=True, slots=True)
class _Item:
    """Filled with the current item, made what the parameter's annotation says."""

    adapter: TypeAdapter[Any]
    shown: str

    def __call__(self, ctx: StepContext[Any], services: Services) -> Any:
        del services
        text = dumps(ctx.item, f"step {ctx.step_key!r}: item")
        try:
            return self.adapter.validate_json(text, by_name=True, by_alias=False)
        except ValidationError as exc:
            raise ParameterError(
                f"step {ctx.step_key!r}: item {ctx.index} of the loop does not fit the parameter "
                f"'item: {self.shown}': {explain(exc)}; mend the items or the annotation"
            ) from exc


def _take_index(ctx: StepContext[Any], services: Services) -> Any:
    del services
    return ctx.index


@dataclass(frozen=True, slots=True)
class _Input:
    """Filled by a selector of `.input(...)`."""

    name: str
    selector: Selector

    def __call__(self, ctx: StepContext[Any], services: Services) -> Any:
        del services
        try:
            return self.selector.evaluate(ctx)
        except StepError:
            raise
        except Exception as exc:
            raise ParameterError(
                f"step {ctx.step_key!r}: the input for parameter {self.name!r} threw "
                f"{type(exc).__name__}: {exc}; mend the function given to .input({self.name}=...)"
            ) from exc


@dataclass(frozen=True, slots=True)
class _Service:
    """Filled from the host's services."""

    name: str
    type: Any

    def __call__(self, ctx: StepContext[Any], services: Services) -> Any:
        try:
            return services[self.type]
        except KeyError:
            shown = type_name(self.type)
            raise ParameterError(
                f"step {ctx.step_key!r}: no service fills the parameter {self.name!r}; "
                f"give the host one with services={{{shown}: ...}}"
            ) from None


@dataclass(frozen=True, slots=True)
class _Field:
    """Filled from the data field of the same name, else by the parameter's default."""

    name: str
    required: bool
    default: Any

    def __call__(self, ctx: StepContext[Any], services: Services) -> Any:
        del services
        if ctx.has_field(self.name):
            return ctx.field(self.name)
        if self.required:
            raise ParameterError(
                f"step {ctx.step_key!r}: nothing fills the parameter {self.name!r}: the data has no field of "
                f"that name now; give it with .input({self.name}=...), give it a default, or start the "
                f"instance with that field"
            )
        return self.default


@dataclass(frozen=True, slots=True)
class _Default:
    """Filled by the parameter's own default (only for parameters that must be given by position)."""

    value: Any

    def __call__(self, ctx: StepContext[Any], services: Services) -> Any:
        del ctx, services
        return self.value


def bind(signature: Signature, place: Place) -> Binding:
    """Decide how each parameter is filled.

    Raises:
        DefinitionError: a parameter cannot be filled, or two sources claim it; all such problems at once.
    """
    problems: list[str] = []
    given: list[Any] = []
    named: list[tuple[str, Any]] = []
    injects: dict[str, type] = {}
    parameters = signature.parameters
    sole = place.sole_is_context and len([p for p in parameters if p.required]) == 1
    contexts = [p.name for p in parameters if p.is_context]
    if len(contexts) > 1:
        problems.append(f"{place.where}: the parameters {', '.join(contexts)} are all the context; keep one")
    problems.extend(_wrong_models(parameters, place))
    leading = True
    for p in parameters:
        as_context = sole and p.required and p.name not in place.inputs
        fill = take_context if as_context else _source(p, place, problems)
        if isinstance(fill, _Service):
            injects[p.name] = fill.type
        leading = leading and (p.positional or fill is take_context)
        if leading:
            given.append(_Default(p.default) if fill is None else fill)
        elif fill is not None:
            named.append((p.name, fill))
    problems.extend(_unknown_inputs(signature, place))
    if signature.open:
        known = {p.name for p in parameters}
        named.extend((name, _Input(name, sel)) for name, sel in place.inputs.items() if name not in known)
    if problems:
        raise DefinitionError(*problems)
    return Binding(tuple(given), tuple(named), MappingProxyType(injects) if injects else _NO_SERVICES)


def _source(p: Parameter, place: Place, problems: list[str]) -> Any:
    """Choose what fills a parameter; None leaves it to its default."""
    name = p.name
    claims = [
        claim
        for claim, holds in (
            ("the context", p.is_context),
            (f".input({name}=...)", name in place.inputs),
            (f"the service {type_name(p.service)}", p.service is not None),
        )
        if holds
    ]
    if len(claims) > 1:
        problems.append(
            f"{place.where}: the parameter {name!r} is claimed by {' and '.join(claims)}; keep one of them"
        )
    if p.is_context:
        return take_context
    if name in place.inputs:
        return _Input(name, place.inputs[name])
    if p.service is not None:
        return _Service(name, p.service)
    fields = place.codec.fields
    is_field = fields is not None and name in fields
    if place.in_loop and name in ("item", "index"):
        if is_field:
            problems.append(
                f"{place.where}: the parameter {name!r} could be the loop's {name} or the data field; "
                f"say which: .input({name}=lambda data, ctx: ctx.{name}) or "
                f".input({name}=lambda data: data.{name})"
            )
        if name == "index":
            return _take_index
        adapter = adapter_for(p.annotation)
        return _take_item if adapter is None else _Item(adapter, type_name(p.annotation))
    if fields is not None and is_field and never_fits(place.codec.hint(name), p.annotation):
        problems.append(
            f"{place.where}: the parameter {name!r} is annotated {type_name(p.annotation)}, but the field "
            f"{name!r} of {place.codec.name} is {type_name(place.codec.hint(name))}; mend one of the two, or "
            f"give .input({name}=...)"
        )
    if fields is None or is_field:
        return _Field(name, p.required, p.default)
    if p.required:
        problems.append(_unfillable(name, place, fields))
    return None


def _wrong_models(parameters: Iterable[Parameter], place: Place) -> Iterable[str]:
    """Find contexts of another model than the workflow's: the step would read fields that are not there."""
    actual = place.codec.data_class
    for p in parameters:
        wanted = p.data_type
        if p.is_context and _is_model(wanted) and not issubclass(actual, wanted):
            name = type_name(wanted)
            yield (
                f"{place.where}: the parameter {p.name!r} is StepContext[{name}], but the workflow's data is "
                f"{place.codec.name}; give the workflow data={name}, or mend the annotation"
            )


def _is_model(kind: Any) -> TypeGuard[type]:
    kinds: tuple[Any, ...] = getattr(kind, "__mro__", ())
    return BaseModel in kinds or (bool(kinds) and dataclasses.is_dataclass(kind))


def _unfillable(name: str, place: Place, fields: frozenset[str]) -> str:
    if name == "self":
        return (
            f"{place.where}: a method needs its object: give .then(thing.method) of an object, "
            f"not .then(Class.method)"
        )
    if name in ("item", "index"):
        return f"{place.where}: {name!r} is filled only inside a loop, and the data has no such field"
    return (
        f"{place.where}: nothing fills the parameter {name!r}: {place.codec.name} has no such field"
        f"{did_you_mean(name, fields)}; give it with .input({name}=...), or give it a default"
    )


def _unknown_inputs(signature: Signature, place: Place) -> list[str]:
    if signature.open:
        return []
    known = [p.name for p in signature.parameters]
    return [
        f"{place.where}: .input({name}=...) fits no parameter{did_you_mean(name, known)}; "
        f"the step takes {', '.join(known) or 'none'}"
        for name in place.inputs
        if name not in known
    ]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give a hint in brackets when a known name is near, else nothing."""
    near = difflib.get_close_matches(name, list(known), 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def type_name(kind: Any) -> str:
    """Name a type as people write it."""
    return kind.__qualname__ if isinstance(kind, type) else str(kind)

"""What a step body asks for: its parameters, with annotations resolved as far as they can be."""

from __future__ import annotations

import functools
import inspect
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, cast

from wfe_core.errors import DefinitionError
from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import InjectMark

_CONTEXT = re.compile(r"^(\w+\.)*StepContext(\[.*\])?$", re.DOTALL)
_INJECT = re.compile(r"\bInject\[")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a step body."""

    name: str
    positional: bool
    """It can only be given by position."""
    required: bool
    default: Any
    is_context: bool
    data_type: Any
    """What `StepContext[...]` is annotated with; Any when it says nothing."""
    service: Any
    """What `Inject[...]` asks for, else None."""
    annotation: Any = Any
    """Its annotation, as far as it can be resolved."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a step body; `open` when it also takes `**kwargs`."""

    parameters: tuple[Parameter, ...]
    open: bool


def read_signature(fn: Callable[..., Any], where: str) -> Signature:
    """Read the parameters of a function, a bound method or a class.

    Raises:
        DefinitionError: there is no signature, or an `Inject[...]` cannot be resolved.
    """
    try:
        raw = inspect.signature(fn)
    except (TypeError, ValueError) as exc:
        raise DefinitionError(
            f"{where}: {fn!r} has no signature that can be read; wrap it in a function"
        ) from exc
    annotations = _annotations(fn, raw)
    found: list[Parameter] = []
    for p in raw.parameters.values():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            continue
        annotation = annotations.get(p.name, Any)
        is_context, data_type = _context_of(annotation)
        found.append(
            Parameter(
                p.name,
                positional=p.kind is p.POSITIONAL_ONLY,
                required=p.default is p.empty,
                default=p.default,
                is_context=is_context or p.name == "ctx",
                data_type=data_type,
                service=_service_of(annotation, f"{where}, parameter {p.name!r}"),
                annotation=annotation,
            )
        )
    return Signature(tuple(found), any(p.kind is p.VAR_KEYWORD for p in raw.parameters.values()))


def _annotations(fn: Callable[..., Any], raw: inspect.Signature) -> dict[str, Any]:
    """Resolve annotations together, or one by one when a name of one of them cannot be found."""
    function = unwrap(fn)
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001 - a name only known to type checkers; the other annotations still count
        return {
            p.name: _resolve(p.annotation, function)
            for p in raw.parameters.values()
            if p.annotation is not p.empty
        }


def _resolve(annotation: Any, function: Any) -> Any:
    if not isinstance(annotation, str):
        return annotation
    holder = types.SimpleNamespace(__annotations__={"it": annotation})
    try:
        hints = typing.get_type_hints(
            holder, getattr(function, "__globals__", {}), _closure(function), include_extras=True
        )
    except Exception:  # noqa: BLE001 - the text itself still tells a context
        return annotation
    return hints["it"]


def _closure(function: Any) -> dict[str, Any]:
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None)
    if code is None or not cells:
        return {}
    names: dict[str, Any] = {}
    for name, cell in zip(code.co_freevars, cells, strict=True):
        try:
            names[name] = cell.cell_contents
        except ValueError:  # the cell is still empty: the name is bound later
            continue
    return names


def unwrap(fn: Any) -> Any:
    """Give the function that holds the annotations: below steps, partials, methods, wrappers and classes."""
    while True:
        if isinstance(fn, functools.partial):
            fn = cast("Any", fn).func
        elif isinstance(fn, types.MethodType):
            fn = fn.__func__
        elif isinstance(fn, type):
            return cast("Any", fn).__init__
        elif hasattr(fn, "__wrapped__"):
            fn = fn.__wrapped__
        elif isinstance(fn, types.FunctionType | types.BuiltinFunctionType) or not callable(fn):
            return fn
        else:
            call = type(fn).__call__
            return call if isinstance(call, types.FunctionType) else fn


def _context_of(annotation: Any) -> tuple[bool, Any]:
    if isinstance(annotation, str):
        return _CONTEXT.match(annotation) is not None, Any
    if typing.get_origin(annotation) is Annotated:
        return _context_of(annotation.__origin__)
    if annotation is StepContext:
        return True, Any
    if typing.get_origin(annotation) is StepContext:
        return True, typing.get_args(annotation)[0]
    return False, Any


def _service_of(annotation: Any, where: str) -> Any:
    if isinstance(annotation, str):
        if _INJECT.search(annotation):
            raise DefinitionError(
                f"{where}: the annotation {annotation!r} cannot be resolved; import its names at run time, "
                f"not under TYPE_CHECKING, and define them outside of functions"
            )
        return None
    if typing.get_origin(annotation) is Annotated and any(
        isinstance(extra, InjectMark) for extra in annotation.__metadata__
    ):
        return annotation.__origin__
    if any(_service_of(part, where) is not None for part in typing.get_args(annotation)):
        raise DefinitionError(f"{where}: Inject[...] must be the whole annotation, with nothing around it")
    return None

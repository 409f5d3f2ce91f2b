"""`StepSpec`: what a step node runs, independent of where it stands in a workflow."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from wfe_core.errors import DefinitionError, StepError
from wfe_core.steps.binding import Binding, Place, bind
from wfe_core.steps.decorator import (
    Step,
    StepBody,
    StepOptions,
    is_body,
    is_body_class,
    is_step,
    options_of,
)
from wfe_core.steps.signature import Parameter, Signature, read_signature, unwrap

if TYPE_CHECKING:
    from wfe_core.policies import RetryPolicy

StepLike = Step[..., Any] | StepBody[Any] | type[StepBody[Any]] | Callable[..., Any]
"""Whatever `.then(...)` takes."""

_LAMBDA = "<lambda>"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    """A body and the options it was marked with; durations in microseconds.

    Attributes:
        name: the default name of steps that run it; None for a lambda, which has none.
        call: what is called with the arguments of an attempt.
        target: what the user gave: a function, a method, a StepBody class or an object of one.
        is_async: whether the call gives an awaitable; otherwise it blocks and belongs in a thread.
        python: a body of the user's own, which is retried by default; False for executors of YAML steps.
    """

    name: str | None
    call: Callable[..., Any]
    target: Any
    is_async: bool
    retry: RetryPolicy | None = None
    timeout: int | None = None
    heartbeat_timeout: int | None = None
    limit: str | None = None
    cache: int | None = None
    python: bool = True

    @classmethod
    def of(cls, target: StepLike, where: str, *, name: str | None = None, python: bool = True) -> StepSpec:
        """Describe what `.then(...)` was given.

        Raises:
            DefinitionError: it cannot be a step; `where` names the place in the message.
        """
        if isinstance(target, types.MethodType) and is_step(target.__func__):
            # `@classmethod` over `@step`, which Python 3.13 binds otherwise than 3.12.
            target = target.__func__.__get__(target.__self__, type(target.__self__))
        options = options_of(target)
        own = name or options.name
        if isinstance(target, type):
            body = _checked_class(target, where)
            return _spec(own or body.__name__, _Instantiate(body), body, True, python, options)
        if is_body(target):
            _check_run(type(target), where)
            return _spec(own or type(target).__name__, target.run, target, True, python, options)
        fn: Callable[..., Any] = target.fn if is_step(target) else cast("Callable[..., Any]", target)
        if not callable(fn):
            raise DefinitionError(
                f"{where}: {target!r} is no step: give a function, a StepBody class or an object of one"
            )
        inner = unwrap(fn)
        if inspect.isasyncgenfunction(inner) or inspect.isgeneratorfunction(inner):
            raise DefinitionError(f"{where}: {_shown(fn)} is a generator; a step returns its result once")
        is_async = inspect.iscoroutinefunction(fn) or inspect.iscoroutinefunction(inner)
        call = fn if is_async else _Blocking(fn)
        return _spec(own or _function_name(fn), call, target, is_async, python, options)

    def signature(self, where: str) -> Signature:
        """Read the parameters to fill.

        Raises:
            DefinitionError: they cannot be read.
        """
        target = self.target
        if is_body(target):
            found = read_signature(target.run, where)
            return Signature((_as_context(found.parameters[0]), *found.parameters[1:]), found.open)
        if is_body_class(target):
            if cast("Any", target).__init__ is object.__init__:
                return Signature((_CONTEXT,), open=False)
            found = read_signature(target, where)
            return Signature((_CONTEXT, *found.parameters), found.open)
        return read_signature(target.fn if is_step(target) else target, where)

    def bind(self, place: Place) -> Binding:
        """Decide how the parameters are filled at this place.

        Raises:
            DefinitionError: one cannot be filled, or two sources claim it.
        """
        return bind(self.signature(place.where), place)

    @property
    def is_lambda(self) -> bool:
        """Whether the body is a lambda, whose one parameter is the context whatever its name."""
        return getattr(self.target, "__name__", "") == _LAMBDA

    def invoke(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run the body once: gives an awaitable when `is_async`, else blocks until the result is there.

        Raises:
            StepError: a plain function gave a coroutine, which nobody would await.
        """
        return self.call(*args, **kwargs)


_CONTEXT = Parameter(
    "ctx", positional=True, required=True, default=None, is_context=True, data_type=Any, service=None
)


def _as_context(p: Parameter) -> Parameter:
    return Parameter(
        p.name,
        positional=True,
        required=True,
        default=None,
        is_context=True,
        data_type=p.data_type,
        service=None,
    )


@dataclass(frozen=True, slots=True)
class _Blocking:
    """A plain function, guarded against giving a coroutine that would silently never run."""

    fn: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = self.fn(*args, **kwargs)
        if isinstance(result, Coroutine):
            result.close()
            raise StepError(
                f"{_shown(self.fn)} is a plain function and returned a coroutine, which nobody awaits; "
                f"write it as `async def` and await inside",
                retryable=False,
            )
        return result


@dataclass(frozen=True, slots=True)
class _Instantiate:
    """A StepBody class: a new object for each attempt."""

    body: type[StepBody[Any]]

    def __call__(self, ctx: Any, /, *args: Any, **kwargs: Any) -> Any:
        return self.body(*args, **kwargs).run(ctx)


def _checked_class(target: type, where: str) -> type[StepBody[Any]]:
    if not is_body_class(target):
        raise DefinitionError(f"{where}: the class {target.__qualname__} is no step: let it extend StepBody")
    if inspect.isabstract(target):
        raise DefinitionError(
            f"{where}: {target.__qualname__} is abstract: give it an `async def run(self, ctx)`"
        )
    _check_run(target, where)
    return target


def _check_run(body: type[StepBody[Any]], where: str) -> None:
    if not inspect.iscoroutinefunction(body.run):
        raise DefinitionError(
            f"{where}: {body.__qualname__}.run must be `async def run(self, ctx)`; for blocking work use a "
            f"plain function as the step, which runs in a thread"
        )


def _spec(
    name: str | None,
    call: Callable[..., Any],
    target: Any,
    is_async: bool,
    python: bool,
    options: StepOptions,
) -> StepSpec:
    return StepSpec(
        name=name,
        call=call,
        target=target,
        is_async=is_async,
        retry=options.retry,
        timeout=options.timeout,
        heartbeat_timeout=options.heartbeat_timeout,
        limit=options.limit,
        cache=options.cache,
        python=python,
    )


def _function_name(fn: Any) -> str | None:
    while isinstance(fn, functools.partial):
        fn = cast("Any", fn).func
    name = getattr(fn, "__name__", None) or type(fn).__name__
    return None if name == _LAMBDA else name


def _shown(fn: Any) -> str:
    return getattr(fn, "__qualname__", None) or repr(fn)

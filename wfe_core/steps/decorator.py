"""Step bodies as users write them: the `@step` mark, `StepBody` classes, `Inject[T]` parameters."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Concatenate, Generic, TypeGuard, cast, overload

from typing_extensions import ParamSpec, TypeVar

from wfe_core.errors import DefinitionError
from wfe_core.policies import Duration, RetryPolicy, micros

if TYPE_CHECKING:
    from wfe_core.steps.context import StepContext

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
S = TypeVar("S")
T = TypeVar("T")
DataT_contra = TypeVar("DataT_contra", contravariant=True, default=Any)


class InjectMark:
    """Tells a parameter that the host's services fill it; `Inject[T]` puts it into the annotation."""

    def __repr__(self) -> str:
        """Read as the alias does."""
        return "Inject"


Inject = Annotated[T, InjectMark()]
"""`gateway: Inject[Gateway]` is filled from `WorkflowHost(services={Gateway: ...})`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOptions:
    """What `@step(...)` says of a body; durations in microseconds."""

    name: str | None = None
    retry: RetryPolicy | None = None
    timeout: int | None = None
    heartbeat_timeout: int | None = None
    limit: str | None = None
    cache: int | None = None


NO_OPTIONS = StepOptions()
"""What an unmarked body has."""


class MarkedFunction:
    """What every `Step` is, without its signature.

    Not being callable, it can stand beside a callable in a union and leave lambdas their types.
    """

    fn: Callable[..., Any]
    options: StepOptions
    __name__: str
    __wrapped__: Callable[..., Any]


class Step(MarkedFunction, Generic[P, R_co]):
    """A function marked as a step. Calling it calls the function, so it can be tested without an engine.

    Being a descriptor it also marks methods: `.then(billing.charge)` runs the method of that object.
    """

    def __init__(self, fn: Callable[P, R_co], options: StepOptions) -> None:
        functools.update_wrapper(self, fn)
        self.fn: Callable[P, R_co] = fn
        self.options = options

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Call the function as it is."""
        return self.fn(*args, **kwargs)

    @overload
    def __get__(self, instance: None, owner: type | None = None, /) -> Step[P, R_co]: ...
    @overload
    def __get__(
        self: Step[Concatenate[S, Q], R], instance: S, owner: type | None = None, /
    ) -> Step[Q, R]: ...
    def __get__(self, instance: object | None, owner: type | None = None, /) -> Step[Any, Any]:
        """Bind a method to its object; on the class it is the step itself."""
        bind = getattr(self.fn, "__get__", None)
        if instance is None or bind is None:
            return cast("Step[Any, Any]", self)
        return Step(bind(instance, owner), self.options)

    def __repr__(self) -> str:
        """Show which function is marked."""
        return f"<step {getattr(self.fn, '__qualname__', self.fn)!s}>"


class StepBody(ABC, Generic[DataT_contra]):
    """A step as a class: subclass it and give the class or an object of it to `.then(...)`.

    A class is instantiated anew for each attempt; the parameters of its constructor are filled like those
    of a function step, from `.input(...)`, `Inject[T]`, the current item and the data. The options of
    `@step(...)` are given with the bases: `class Charge(StepBody, timeout="30s", limit="api")`.
    """

    _options: ClassVar[StepOptions] = NO_OPTIONS

    def __init_subclass__(
        cls,
        *,
        name: str | None = None,
        retry: RetryPolicy | None = None,
        timeout: Duration | None = None,
        heartbeat_timeout: Duration | None = None,
        limit: str | None = None,
        cache: Duration | None = None,
        **others: Any,
    ) -> None:
        """Keep the options; without any, those of the base class stay in force."""
        super().__init_subclass__(**others)
        options = _options(
            f"StepBody {cls.__qualname__}",
            name=name,
            retry=retry,
            timeout=timeout,
            heartbeat_timeout=heartbeat_timeout,
            limit=limit,
            cache=cache,
        )
        if options != NO_OPTIONS:
            cls._options = options

    @abstractmethod
    async def run(self, ctx: StepContext[DataT_contra]) -> object:
        """Do the work; returns what a function step returns."""


class _Mark:
    """What `step(...)` with options gives."""

    def __init__(self, **options: Any) -> None:
        self._given = options

    def __call__(self, fn: Callable[P, R], /) -> Step[P, R]:
        """Mark a function."""
        label = f"@step on {getattr(fn, '__qualname__', fn)!s}"
        if isinstance(fn, type):
            raise DefinitionError(
                f"{label}: a class is no function; let it extend StepBody, with the options after the base: "
                f"class {fn.__name__}(StepBody, timeout=...)"
            )
        if isinstance(fn, Step):
            raise DefinitionError(f"{label}: it is marked already; mark a function once")
        if not callable(fn) and not hasattr(fn, "__get__"):
            raise DefinitionError(f"{label}: only functions and methods can be marked")
        return Step(fn, _options(label, **self._given))


@overload
def step(fn: Callable[P, R], /) -> Step[P, R]: ...
@overload
def step(
    *,
    name: str | None = None,
    retry: RetryPolicy | None = None,
    timeout: Duration | None = None,
    heartbeat_timeout: Duration | None = None,
    limit: str | None = None,
    cache: Duration | None = None,
) -> _Mark: ...
def step(
    fn: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    retry: RetryPolicy | None = None,
    timeout: Duration | None = None,
    heartbeat_timeout: Duration | None = None,
    limit: str | None = None,
    cache: Duration | None = None,
) -> Any:
    """Mark a function or method as a step; bare or with options.

    The function stays callable as it is. `async def` runs on the event loop, `def` in a thread.

    Args:
        fn: the function, when the decorator is used bare.
        name: the step's name in definitions; the function's own by default.
        retry: when and how often a failed attempt is repeated.
        timeout: bounds one attempt, without its sleeps.
        heartbeat_timeout: fails an attempt that does not call `ctx.heartbeat()` for so long.
        limit: name of a limit of the host that this step counts against.
        cache: how long a result is reused for the same arguments.

    Raises:
        DefinitionError: a duration or a name makes no sense.
    """
    mark = _Mark(
        name=name, retry=retry, timeout=timeout, heartbeat_timeout=heartbeat_timeout, limit=limit, cache=cache
    )
    return mark if fn is None else mark(fn)


def options_of(target: object) -> StepOptions:
    """Give what is said of a step, a StepBody class or an object of one."""
    if is_step(target):
        return target.options
    return getattr(target, "_options", NO_OPTIONS) if is_marked(target) else NO_OPTIONS


def is_step(target: object) -> TypeGuard[Step[..., Any]]:
    """Say whether something is a marked function."""
    return isinstance(target, Step)


def is_body(target: object) -> TypeGuard[StepBody[Any]]:
    """Say whether something is an object of a StepBody class."""
    return isinstance(target, StepBody)


def is_body_class(target: object) -> TypeGuard[type[StepBody[Any]]]:
    """Say whether something is a StepBody class."""
    return isinstance(target, type) and issubclass(target, StepBody)


def is_marked(target: object) -> bool:
    """Say whether something is a step for sure: marked by `@step`, a StepBody class, or an object of one."""
    return is_step(target) or is_body(target) or is_body_class(target)


def _options(
    label: str,
    *,
    name: str | None,
    retry: RetryPolicy | None,
    timeout: Duration | None,
    heartbeat_timeout: Duration | None,
    limit: str | None,
    cache: Duration | None,
) -> StepOptions:
    problem = None if name is None else check_name(name)
    if problem is not None:
        raise DefinitionError(f"{label}: {problem}")
    return StepOptions(
        name=name,
        retry=retry,
        timeout=_checked_duration(timeout, f"{label}: timeout"),
        heartbeat_timeout=_checked_duration(heartbeat_timeout, f"{label}: heartbeat_timeout"),
        limit=limit,
        cache=_checked_duration(cache, f"{label}: cache"),
    )


def check_name(name: object) -> str | None:
    """Say what is wrong with a name given to a step or container; None when it is fine."""
    if not isinstance(name, str) or not name.strip():
        return f"the name {name!r} must be a text that is not empty"
    if "/" in name or "~" in name:
        return f"the name {name!r} must not contain '/' or '~', which keys are made of"
    if not name.isprintable():
        return f"the name {name!r} must not contain control characters"
    return None


def _checked_duration(duration: Duration | None, label: str) -> int | None:
    if duration is None:
        return None
    try:
        value = micros(duration)
    except (ValueError, TypeError) as exc:
        raise DefinitionError(f"{label}: {exc}") from exc
    if value == 0:
        raise DefinitionError(f"{label} must be longer than nothing")
    return value

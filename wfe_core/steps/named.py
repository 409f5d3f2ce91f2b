"""Steps that a definition knows only by name: what runs is decided by the host, when they are reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wfe_core.errors import DefinitionError, StepError
from wfe_core.steps.binding import Place, did_you_mean
from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import Inject, StepBody, check_name, is_body_class
from wfe_core.steps.selectors import Constant
from wfe_core.steps.spec import StepSpec


class StepRegistry:
    """Factories of steps by name; a host has one among its services and fills it by `register_step`."""

    def __init__(self) -> None:
        self._factories: dict[str, Callable[[], Any]] = {}

    def register(self, name: str, factory: Callable[[], Any] | type[StepBody[Any]]) -> None:
        """Make a step known; the same name again replaces it.

        Args:
            name: what definitions call it.
            factory: gives, for each attempt, a StepBody object or an `async def` function. A StepBody
                class is made anew for each attempt, its constructor's parameters filled as ever.

        Raises:
            DefinitionError: the name or the factory cannot be used.
        """
        problem = check_name(name)
        if problem is not None:
            raise DefinitionError(f"register_step: {problem}")
        if not callable(factory):
            raise DefinitionError(
                f"register_step({name!r}): {factory!r} is no factory; give a function that makes the step"
            )
        self._factories[name] = factory

    def make(self, name: str) -> Any:
        """Make the step for one attempt.

        Raises:
            StepError: no step of that name is known on this host.
        """
        factory = self._factories.get(name)
        if factory is None:
            raise StepError(
                f"step {name!r} is not registered on this host{did_you_mean(name, self._factories)}; "
                f"call host.register_step({name!r}, factory)",
                retryable=False,
            )
        return factory if is_body_class(factory) else factory()


@dataclass(frozen=True, slots=True)
class NamedStep:
    """The body of `.then("name")`: asks the registry, fills the parameters of what it gets, runs it."""

    name: str

    async def __call__(self, ctx: StepContext[Any], steps: Inject[StepRegistry], /, **inputs: Any) -> Any:
        """Run the registered step; its parameters are filled like those of any other."""
        where = f"registered step {self.name!r}"
        try:
            spec = StepSpec.of(steps.make(self.name), where, name=self.name)
            given = {name: Constant(value) for name, value in inputs.items()}
            in_loop = ctx.index is not None
            binding = spec.bind(Place(where=where, inputs=given, codec=ctx.codec, in_loop=in_loop))
        except DefinitionError as exc:
            raise StepError(str(exc), retryable=False) from exc
        if not spec.is_async or binding.injects:
            raise StepError(
                f"{where} must be a StepBody or an `async def`, and get its services from its factory",
                retryable=False,
            )
        return await spec.invoke(*binding.arguments(ctx, {}))

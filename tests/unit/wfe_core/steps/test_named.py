"""Steps that a definition knows only by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfe_core.errors import DefinitionError, StepError
from wfe_core.serialization import codec_for
from wfe_core.steps.binding import Place
from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import Inject, StepBody
from wfe_core.steps.named import NamedStep, StepRegistry
from wfe_core.steps.selectors import Constant
from wfe_core.steps.spec import StepSpec

MakeContext = Callable[..., StepContext[Any]]


async def run(registry: StepRegistry, ctx: StepContext[Any], **inputs: Any) -> Any:
    """Run the step `charge` as a host does."""
    spec = StepSpec.of(NamedStep("charge"), "here", name="charge")
    given = {name: Constant(value) for name, value in inputs.items()}
    binding = spec.bind(Place(where="here", codec=codec_for(dict), inputs=given))
    assert list(binding.injects.values()) == [StepRegistry]
    return await spec.invoke(*binding.arguments(ctx, {StepRegistry: registry}))


async def test_the_registered_factory_makes_the_step(context: MakeContext) -> None:
    """Each attempt runs what the factory gives, its parameters filled like those of any step."""

    class Charge(StepBody[Any]):
        def __init__(self, rate: float) -> None:
            self.rate = rate

        async def run(self, ctx: StepContext[Any]) -> float:
            return float(ctx.data["amount"] * self.rate)

    async def function(amount: float, rate: float) -> float:
        return amount * rate

    registry = StepRegistry()
    registry.register("charge", lambda: Charge(2.0))
    assert await run(registry, context({"amount": 3})) == 6.0
    registry.register("charge", lambda: function)
    assert await run(registry, context({"amount": 3}), rate=4) == 12
    registry.register("charge", Charge)
    assert await run(registry, context({"amount": 3}), rate=5) == 15.0


async def test_an_unregistered_step_fails_with_the_remedy(context: MakeContext) -> None:
    """The error names the step and the call that is missing; trying again cannot help."""
    registry = StepRegistry()
    registry.register("change", lambda: None)
    with pytest.raises(
        StepError, match=r"'charge' is not registered.*'change'.*register_step\('charge'"
    ) as caught:
        await run(registry, context())
    assert not caught.value.retryable


async def test_a_factory_must_make_an_async_step(context: MakeContext) -> None:
    """What a factory gives runs on the loop and gets its services from the factory."""

    def plain() -> None: ...

    async def injected(registry: Inject[StepRegistry]) -> None: ...

    registry = StepRegistry()
    wrong: list[Any] = [plain, injected, 3]
    for made in wrong:
        registry.register("charge", [made].copy().pop)
        with pytest.raises(StepError, match="registered step 'charge'"):
            await run(registry, context())


def test_senseless_registrations_are_refused() -> None:
    """Names are names of steps, factories can be called."""
    registry = StepRegistry()
    with pytest.raises(DefinitionError, match="must not contain"):
        registry.register("a/b", lambda: None)
    with pytest.raises(DefinitionError, match="is no factory"):
        registry.register("a", 3)  # type: ignore[arg-type]

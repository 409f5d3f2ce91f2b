"""Starting one and many (API, decision 26): what is wrong is named, and nothing is started."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from wfe_core import DefinitionNotRegisteredError, OutputError, WorkflowBuilder
from wfe_host import StartRequest
from wfe_host.testing.engine import WfeEngine


class Order(BaseModel):
    """The data of these workflows."""

    id: str


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            ("order", {"id": "a"}),
            r"item 1 of start_many is a tuple: \('order', .*give StartRequest\(definition=.*",
        ),
        (
            {"definition": "order", "data": {}},
            r"item 1 .* is a dict: .*StartRequest\(definition=..., data=...\)",
        ),
        ({"definition": "order", "priority": 1}, r"StartRequest\(definition=..., priority=...\)"),
        ("order", r"item 1 of start_many is a str: 'order'; give StartRequest"),
        (None, r"item 1 of start_many is a NoneType"),
        (["x" * 500], r"item 1 of start_many is a list: \['x{78}…; give"),
    ],
)
async def test_a_wrong_item_is_named(wfe: WfeEngine, rec: Any, wrong: Any, message: str) -> None:
    """Its index, what it is, and what it should be; the items before it are not started."""
    flow = WorkflowBuilder("order", data=Order).then(rec.step("a")).build()
    wfe.register(flow)
    with pytest.raises(TypeError, match=message):
        await wfe.host.start_many([StartRequest(definition="order", data={"id": "a"}), wrong])
    assert await wfe.host.instances() == []


@pytest.mark.parametrize("wrong", ["order", {"definition": "order"}, StartRequest(definition="order"), 5])
async def test_what_is_no_series_is_refused(wfe: WfeEngine, rec: Any, wrong: Any) -> None:
    """One request alone, a text or a mapping is not taken for many."""
    with pytest.raises(
        TypeError, match=r"start_many takes a list of StartRequest\(definition=..., data=...\)"
    ):
        await wfe.host.start_many(wrong)


async def test_an_error_says_which_of_many_it_is(wfe: WfeEngine, rec: Any) -> None:
    """Data that does not fit, or an unknown definition: the note names the item, nothing is started."""
    flow = WorkflowBuilder("order", data=Order).then(rec.step("a")).build()
    wfe.register(flow)
    good = StartRequest(definition="order", data={"id": "a"})
    with pytest.raises(OutputError, match=r"the start data does not fit Order: .*id") as caught:
        await wfe.host.start_many([good, good, StartRequest(definition="order", data={"ident": "a"})])
    assert caught.value.__notes__ == ["item 2 of start_many; nothing was started"]
    with pytest.raises(DefinitionNotRegisteredError, match="ordr") as unknown:
        await wfe.host.start_many([StartRequest(definition="ordr"), good])
    assert unknown.value.__notes__ == ["item 0 of start_many; nothing was started"]
    with pytest.raises(OutputError) as alone:
        await wfe.host.start("order", {})
    assert not hasattr(alone.value, "__notes__")
    assert await wfe.host.instances() == []


async def test_many_are_given_from_any_series(wfe: WfeEngine, rec: Any) -> None:
    """A generator will do; the handles come in its order."""
    flow = WorkflowBuilder("order", data=Order).then(rec.step("a")).build()
    wfe.register(flow)
    handles = await wfe.host.start_many(
        StartRequest(definition=flow, data={"id": str(n)}, instance_id=f"o-{n}") for n in range(5)
    )
    assert [handle.id for handle in handles] == [f"o-{n}" for n in range(5)]
    assert await wfe.host.start_many([]) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"priority": "high"}, "priority='high' must be a whole number"),
        ({"priority": True}, "priority=True must be a whole number"),
        ({"reference": 5}, "reference must be a text, not an int: 5"),
        ({"tags": ["a"]}, r"tags=\['a'\] must map texts to texts"),
        ({"tags": {"a": 1}}, r"tags=\{'a': 1\} must map texts to texts"),
    ],
)
async def test_options_of_the_wrong_type_are_named(
    wfe: WfeEngine, rec: Any, options: dict[str, Any], message: str
) -> None:
    """They are refused before anything is written, the same on every store."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    with pytest.raises(TypeError, match=message):
        await wfe.start(flow, {}, **options)
    assert rec.log == []


async def test_only_a_built_definition_can_be_started(wfe: WfeEngine, rec: Any) -> None:
    """A builder, or a version that contradicts the definition, is answered with what to do."""
    builder = WorkflowBuilder("flow").then(rec.step("a"))
    wrong: Any = builder
    with pytest.raises(TypeError, match=r"a workflow definition is needed, not a .*call \.build\(\) on it"):
        await wfe.host.start(wrong, {})
    wrong = 5
    with pytest.raises(TypeError, match="not an int: 5; build one with WorkflowBuilder"):
        await wfe.host.start(wrong, {})
    flow = builder.build()
    wfe.register(flow)
    with pytest.raises(ValueError, match=r"version=2 contradicts the definition, which is version 1"):
        await wfe.host.start(flow, {}, version=2)

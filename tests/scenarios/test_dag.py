"""Graphs of named nodes (rules 6: dag; decision 39: needs on a skipped node)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import DefinitionError, WorkflowBuilder
from wfe_host.testing.engine import WfeEngine


async def test_a_node_starts_when_all_it_needs_have_completed(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, dag."""
    flow = (
        WorkflowBuilder("flow")
        .dag(
            lambda g: (
                g.add("d", rec.step("d"), needs=["b", "c"])
                .add("b", rec.gate("b"), needs=["a"])
                .add("c", rec.gate("c"), needs=["a"])
                .add("a", rec.step("a"))
                .add("free", rec.step("free"))
            )
        )
        .then(rec.step("end"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert sorted(rec.log) == ["a", "b", "c", "free"]
    rec.open("b")
    await wfe.settle()
    assert "d" not in rec.log
    rec.open("c")
    await wfe.result(handle)
    assert rec.log[-2:] == ["d", "end"]


async def test_a_graph_survives_a_crash(wfe: WfeEngine, rec: Any) -> None:
    """Promises 1 and 2: what was done is not run again, what is needed still starts."""
    flow = (
        WorkflowBuilder("flow")
        .dag(
            lambda g: (
                g.add("a", rec.step("a"))
                .add("b", lambda x: x.then(rec.step("b1")).then(rec.gate("b2")), needs=["a"])
                .add("c", rec.step("c"), needs=["b"])
            )
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.restart()
    rec.open("b2")
    await wfe.result(handle)
    assert rec.log == ["a", "b1", "b2", "b2", "c"]


async def test_a_need_is_satisfied_by_a_skipped_node(wfe: WfeEngine, rec: Any) -> None:
    """Decision 39: `needs` on a skipped node is satisfied."""
    flow = (
        WorkflowBuilder("flow")
        .dag(
            lambda g: g.add("a", lambda b: b.then(rec.step("a")).only_if(lambda d: False)).add(
                "b", rec.step("b"), needs=["a"]
            )
        )
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["b"]


async def test_max_parallel_bounds_a_graph(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: a bound on the open nodes."""
    flow = (
        WorkflowBuilder("flow")
        .dag(lambda g: [g.add(n, rec.gate(n)) for n in ("a", "b", "c")], max_parallel=2)
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert rec.log == ["a", "b"]
    for name in ("a", "b", "c"):
        rec.open(name)
    await wfe.result(handle)


def test_cycles_and_unknown_names_are_build_errors(rec: Any) -> None:
    """Rules 6, dag: both are named when the definition is built."""
    with pytest.raises(DefinitionError, match="in a circle: 'a' needs 'b' needs 'a'"):
        WorkflowBuilder("flow").dag(
            lambda g: g.add("a", rec.step("a"), needs=["b"]).add("b", rec.step("b"), needs=["a"])
        ).build()
    with pytest.raises(DefinitionError, match=r"needs 'fetsh', which is no node.*did you mean 'fetch'"):
        WorkflowBuilder("flow").dag(
            lambda g: g.add("fetch", rec.step("a")).add("b", rec.step("b"), needs=["fetsh"])
        ).build()

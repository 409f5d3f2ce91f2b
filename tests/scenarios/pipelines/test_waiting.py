"""Steps that wait: events, approvals, delays, other workflows, the background."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core.errors import InvalidCommandError, WorkflowFailedError
from wfe_yaml import YamlError


async def test_an_event_gives_its_data_as_outputs(book: Any) -> None:
    """Language, wait_for: it waits for the event with its key; the data are typed outputs."""
    handle = await book.start(
        """
        - {name: paid, wait_for: {event: payment, key: $<< inputs.order >>}, outputs: {amount: int}}
        - {name: tell, run: say $<< steps.paid.outputs.amount + 1 >>}
        """,
        "inputs: {order: string}",
        order="o-1",
    )
    await book.wfe.host.publish_event("payment", "o-2", {"amount": 9})
    await book.wfe.settle()
    assert book.log == []
    await book.wfe.host.publish_event("payment", "o-1", {"amount": 5})
    await book.wfe.result(handle)
    assert book.log == ["6"]


async def test_event_data_that_do_not_fit_fail_the_step(book: Any) -> None:
    """Language, outputs: declared outputs of an event are checked."""
    handle = await book.start("- {name: paid, wait_for: payment, outputs: {amount: {type: int, max: 3}}}")
    await book.wfe.host.publish_event("payment", "", {"amount": 5})
    with pytest.raises(WorkflowFailedError, match=r"output 'amount'.*at most 3"):
        await book.wfe.result(handle)


async def test_a_wait_ends_at_its_timeout(book: Any) -> None:
    """Language, wait_for: after `timeout` the step fails; `continue_on_error` goes on."""
    steps = """
        - {name: paid, wait_for: {event: payment, timeout: 2h}, continue_on_error: true}
        - {name: tell, run: say $<< steps.paid.status >>}
    """
    await book.run(steps)
    assert book.log == ["failed"]


async def test_an_approval_gives_who_and_why(book: Any) -> None:
    """Language, approval: `by` and `comment` are outputs."""
    handle = await book.start("""
        - {name: ok, approval: {prompt: Ship $<< run.id >>?}}
        - {name: tell, run: say $<< steps.ok.outputs.by >> $<< steps.ok.outputs.comment >>}
    """)
    await book.wfe.host.approve(handle.id, "ok", by="ann", comment="fine")
    await book.wfe.result(handle)
    assert book.log == ["ann fine"]


async def test_a_rejection_fails_the_step(book: Any) -> None:
    """Language, approval: a rejection fails the step."""
    handle = await book.start("- {name: ok, approval: Ship it?}")
    await book.wfe.host.reject(handle.id, "ok", by="bob", comment="no")
    with pytest.raises(WorkflowFailedError, match="rejected by bob: no"):
        await book.wfe.result(handle)


async def test_a_delay_takes_its_time(book: Any) -> None:
    """Language, delay: durable; an expression may give the duration."""
    start = book.wfe.clock.now()
    steps = "- {name: a, delay: 1h}\n- {name: b, delay: $<< inputs.d >>}"
    await book.run(steps, "inputs: {d: string}", d="30m")
    assert book.wfe.clock.now() - start == 90 * 60 * 1_000_000
    run = await book.fails(steps, "inputs: {d: any}", d=30)
    assert "such as 10s, not a number" in run.error.message


FAMILY = """
workflows:
  - id: main
    inputs: {n: int}
    outputs: {r: $<< steps.sub.outputs.r >>}
    steps:
      - {name: sub, workflow: other, with: {x: $<< inputs.n >>, label: 1.10}}
  - id: other
    inputs: {x: {type: int, max: 5}, label: string, y: {type: int, default: 7}}
    outputs: {r: "$<< inputs.label >> $<< inputs.x + inputs.y >>"}
    steps:
      - {name: a, run: say $<< inputs.x >>}
"""


async def test_another_workflow_takes_inputs_and_gives_outputs(book: Any) -> None:
    """Language, workflow: inputs are passed and typed, defaults hold, its outputs are the step's."""
    data = await book.run(FAMILY, n=3)
    assert data["outputs"] == {"r": "1.10 10"}
    assert book.log == ["3"]


async def test_inputs_of_another_workflow_are_checked_when_it_starts(book: Any) -> None:
    """Language, workflow: a value that does not fit fails the step, and nothing of the other runs."""
    run = await book.fails(FAMILY, n=9)
    assert "must be at most 5" in run.error.message
    assert book.log == []


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{name: sub, workflow: othr}", "no workflow 'othr'"),
        ("{name: sub, workflow: other, with: {x: 1, label: a, z: 1}}", "no input 'z'"),
        ("{name: sub, workflow: other, with: {x: 1}}", "'label' of the workflow 'other' is missing"),
        ("{name: sub, workflow: other, with: {x: 9, label: a}}", "must be at most 5"),
        ("{name: sub, workflow: main, with: {n: 1}}", "in a circle: 'main' runs 'main'"),
    ],
)
async def test_what_is_wrong_with_a_call_is_told_before_anything_runs(
    book: Any, step: str, message: str
) -> None:
    """Language, workflow: names, missing and constant inputs and circles are checked in the file."""
    text = FAMILY.replace("{name: sub, workflow: other, with: {x: $<< inputs.n >>, label: 1.10}}", step)
    with pytest.raises(YamlError, match=message):
        book.load(text)


async def test_a_branch_in_the_background_runs_again_and_again(book: Any) -> None:
    """Decision 24: a repeated branch runs beside the main line, and ends with it."""
    handle = await book.start("""
        - {name: beat, schedule: {every: 10m}, steps: [{name: a, run: say beat $<< index >>}]}
        - {name: wait, delay: 25m}
        - {name: once, schedule: {after: 5m}, steps: [{name: a, run: say once}]}
    """)
    await book.wfe.result(handle)
    assert book.log == ["beat 0", "beat 1", "beat 2", "once"]


async def test_a_wait_survives_a_crash(book: Any) -> None:
    """Promise 4: an event that comes while no host lives is not lost."""
    handle = await book.start(
        "- {name: go, wait_for: start}\n- {name: a, run: say $<< steps.go.outputs.value >>}"
    )
    await book.wfe.kill()
    await book.wfe.add_host()
    await book.wfe.host.publish_event("start", "", 5)
    await book.wfe.result(handle)
    assert book.log == ["5"]


async def test_items_that_wait_at_the_same_step_are_approved_one_by_one(book: Any) -> None:
    """Language, approval in a loop: each item has a place of its own; one that is meant by all is refused."""
    handle = await book.start("""
        - name: out
          for_each: [a, b]
          steps:
            - name: in
              for_each: [x, y]
              fail_fast: false
              steps:
                - {name: ask, approval: "$<< items.out >>$<< item >>?", continue_on_error: true}
                - {name: do, run: "say $<< items.out >>$<< item >> $<< steps.ask.status >>"}
    """)
    reasons = (await book.wfe.host.explain(handle.id)).reasons
    assert sorted((each.place, each.text.rpartition(" ")[2]) for each in reasons) == [
        ("out[0]/in[0]/ask", "ax?"), ("out[0]/in[1]/ask", "ay?"),
        ("out[1]/in[0]/ask", "bx?"), ("out[1]/in[1]/ask", "by?"),
    ]  # fmt: skip
    for step in ("out/in/ask", "ask"):
        with pytest.raises(
            InvalidCommandError, match=r"it is waiting at several steps .*out\[0\]/in\[0\]/ask"
        ):
            await book.wfe.host.approve(handle.id, step)
    with pytest.raises(
        InvalidCommandError, match=r"cannot reject .*not waiting at step 'out\[2\]/in\[0\]/ask'"
    ):
        await book.wfe.host.reject(handle.id, "out[2]/in[0]/ask")
    await book.wfe.host.approve(handle.id, "out[1]/in[0]/ask")
    await book.wfe.settle()
    await book.wfe.host.reject(handle.id, "out[0]/in[1]/ask")
    await book.wfe.settle()
    await book.wfe.kill()
    await book.wfe.add_host()
    await book.wfe.host.approve(handle.id, "out[0]/in[0]/ask")
    await book.wfe.settle()
    await book.wfe.host.approve(handle.id, "ask")
    await book.wfe.result(handle)
    assert book.log == ["bx complete", "ay failed", "ax complete", "by complete"]

"""Containers of the language: if, dag, saga, compensate (decision 39)."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(("value", "log"), [(True, ["yes"]), (False, ["no"])])
async def test_if_runs_one_of_its_branches(book: Any, value: bool, log: list[str]) -> None:
    """Language, if: `then` when it holds, else `else`; the other one's steps are skipped."""
    steps = """
        - name: choose
          if: $<< inputs.v >>
          then: [{name: a, run: "say yes\\nout x=1"}]
          else: [{name: b, run: say no}]
    """
    status = await book.outputs("$<< steps.choose.a.status >>", steps, "inputs: {v: bool}", v=value)
    assert book.log == log
    assert status == ("complete" if value else "skipped")


DAG = """
    - name: all
      dag:
        - {name: last, needs: [left, right], run: say $<< steps.first.outputs.v >> last}
        - {name: left, needs: [first], run: say left}
        - {name: right, needs: [first], when: false, run: say right}
        - {name: first, run: out v=1}
"""


async def test_a_dag_runs_each_step_after_what_it_needs(book: Any) -> None:
    """Decision 39: `needs` on a skipped step is satisfied; a step sees all that ran before it."""
    await book.run(DAG)
    assert book.log == ["left", "1 last"]


async def test_steps_of_a_dag_run_side_by_side(book: Any) -> None:
    """Language, dag: what does not need each other runs at the same time."""
    handle = await book.start("""
        - name: all
          dag:
            - {name: a, run: "say a\\ngate a"}
            - {name: b, run: "say b\\ngate b"}
            - {name: c, needs: [b], run: say c}
    """)
    assert sorted(book.log) == ["a", "b"]
    book.open("b")
    await book.wfe.settle()
    assert book.log[2:] == ["c"]
    book.open("a")
    await book.wfe.result(handle)


SAGA = """
    - name: trip
      saga:
        - {name: car, run: "say car\\nout id=7", compensate: {run: say no car $<< steps.car.outputs.id >>}}
        - name: rooms
          for_each: [a, b]
          max_parallel: 1
          steps: [{name: room, run: say $<< item >>, compensate: {run: say no $<< item >>}}]
        - {name: flight, run: fail 3}
"""


async def test_a_saga_undoes_what_completed_in_reverse(book: Any) -> None:
    """Language, saga: compensations see the item and the result of their step; then the run fails."""
    run = await book.fails(SAGA)
    assert book.log == ["car", "a", "b", "no b", "no a", "no car 7"]
    assert run.error.message == "exit code 3"


async def test_a_saga_may_go_on_after_it_was_undone(book: Any) -> None:
    """Decision 19: `on_error: continue` goes on after the undoing."""
    await book.run(SAGA.rstrip() + "\n      on_error: continue\n    - {name: end, run: say end}")
    assert book.log[-2:] == ["no car 7", "end"]


async def test_a_saga_can_be_tried_again(book: Any) -> None:
    """Decision 19: `retry` on a saga runs it again after it was undone."""
    await book.run("""
        - name: trip
          retry: {max_attempts: 2, interval: 1s}
          saga:
            - {name: car, run: say car, compensate: {run: say no car}}
            - {name: flight, run: fail 1 1}
    """)
    assert book.log == ["car", "no car", "car"]


async def test_a_compensation_outside_a_saga_makes_a_saga_of_one(book: Any) -> None:
    """Decision 19: a step with `compensate` that fails itself is undone, also outside a saga."""
    await book.fails("""
        - name: two
          steps: [{name: a, run: say a}, {name: b, run: "say b\\nfail"}]
          compensate: {run: say undone}
    """)
    assert book.log == ["a", "b", "undone"]


async def test_a_compensation_may_have_several_steps(book: Any) -> None:
    """Language, compensate: a list of steps runs in order."""
    await book.fails("""
        - name: trip
          saga:
            - name: car
              run: out id=1
              compensate: [{name: x, run: say x}, {name: y, run: say y $<< steps.car.outputs.id >>}]
            - {name: flight, run: fail}
    """)
    assert book.log == ["x", "y 1"]


async def test_undoing_goes_on_after_a_crash(book: Any) -> None:
    """Promise 6: what was undone is not undone again, what was not is, in order."""
    handle = await book.start("""
        - name: trip
          saga:
            - {name: a, run: say a, compensate: {run: say no a}}
            - {name: b, run: say b, compensate: {run: "say no b\\ngate undo"}}
            - {name: c, run: say c, compensate: {run: say no c}}
            - {name: d, run: fail}
    """)
    assert book.log == ["a", "b", "c", "no c", "no b"]
    await book.wfe.restart()
    book.open("undo")
    await book.wfe.ended(handle)
    assert book.log == ["a", "b", "c", "no c", "no b", "no b", "no a"]


async def test_continue_on_error_is_no_failure_of_a_saga(book: Any) -> None:
    """Language: a failure that the step says to ignore undoes nothing."""
    await book.run("""
        - name: trip
          saga:
            - {name: a, run: say a, compensate: {run: say no a}}
            - {name: b, run: fail, continue_on_error: true}
    """)
    assert book.log == ["a"]


async def test_error_behavior_is_another_spelling(book: Any) -> None:
    """Decision 41: `retry` tries again, `terminate` fails, `compensate` undoes, `suspend` waits."""
    await book.run('- {name: a, run: "say a\\nfail 1 2", error_behavior: {type: retry, max_retries: 2}}')
    assert book.log == ["a", "a", "a"]
    handle = await book.start("- {name: a, run: fail, error_behavior: {type: suspend}}")
    assert (await book.wfe.ended(handle)).status == "suspended"
    run = await book.fails("""
        - name: s
          saga:
            - {name: a, run: say a2, compensate: {run: say undone}}
            - {name: b, run: fail, error_behavior: {type: terminate}}
    """)
    assert run.status == "failed"
    assert book.log[3:] == ["a2"]


async def test_a_workflow_can_go_on_after_failures(book: Any) -> None:
    """Decision 39: `on_error: continue` is `continue_on_error` of every step that does not say otherwise."""
    await book.run(
        "- {name: a, run: fail}\n- {name: b, run: say $<< steps.a.status >>}", "on_error: continue"
    )
    assert book.log == ["failed"]
    await book.fails("- {name: a, run: fail, continue_on_error: false}", "on_error: continue")


async def test_the_workflow_bounds_its_containers(book: Any) -> None:
    """Decision 39: `max_parallel` of the workflow is that of the containers that do not say otherwise."""
    handle = await book.start(
        '- {name: p, parallel: [{name: a, run: "say a\\ngate a"}, {name: b, run: say b}]}', "max_parallel: 1"
    )
    assert book.log == ["a"]
    book.open("a")
    await book.wfe.result(handle)
    assert book.log == ["a", "b"]


async def test_containers_tell_how_they_ended(book: Any) -> None:
    """Decision 39: a container has its own status, and its children by path."""
    steps = """
        - {name: p, parallel: [{name: a, run: say a}, {name: b, when: false, run: say b}]}
        - {name: q, when: false, steps: [{name: a, run: say a}]}
    """
    found = await book.outputs(
        "$<< [steps.p.status, steps.p.success, steps.p.b.status, steps.q.status, steps.q.a.status] >>", steps
    )
    assert found == ["complete", True, "skipped", "skipped", "skipped"]


async def test_a_crash_takes_no_attempt_away(book: Any) -> None:
    """Decision 9: an attempt that its host took down is no failure, also of a step that may fail."""
    handle = await book.start("""
        - name: a
          run: "say a\\ngate g\\nfail 1 1"
          retry: {max_attempts: 2, interval: 1s}
          continue_on_error: true
        - {name: b, run: say $<< steps.a.status >>}
    """)
    await book.wfe.restart()
    book.open("g")
    await book.wfe.ended(handle)
    assert book.log == ["a", "a", "a", "complete"]


async def test_a_variable_may_add_to_that_of_the_process(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Language, env: in its own value a variable is that of the process, also through another one."""
    monkeypatch.setenv("A", "a")
    monkeypatch.setenv("B", "b")
    monkeypatch.setenv("C", "c")
    head = "env: {A: '$<< env.A >>+', B: '$<< env.C >>', C: '$<< env.B >>!'}"
    await book.run("- {name: a, run: env}", head)
    assert book.log == ["A=a+ B=b! C=c!"]


FAST = """
    - name: all
      fail_fast: false
      {how}
"""
WAYS = {
    "parallel": """parallel:
        - {name: a, run: fail 3}
        - {name: b, run: "gate b\\nsay b"}
        - {name: c, run: fail 4}""",
    "dag": """dag:
        - {name: a, run: fail 3}
        - {name: never, needs: [a], run: say never}
        - {name: b, run: "gate b\\nsay b"}
        - {name: c, run: fail 4}""",
    "for_each": """for_each: [fail 3, "gate b\\nsay b", fail 4]
      steps: [{name: one, run: $<< item >>}]""",
    "matrix": """matrix: {x: [fail 3, "gate b\\nsay b", fail 4]}
      run: $<< matrix.x >>""",
}


@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
async def test_a_failure_can_wait_for_what_runs_beside_it(book: Any, how: str) -> None:
    """Language, `fail_fast: false`: siblings end, then all failures are told (decision 39)."""
    handle = await book.start(FAST.format(how=how))
    assert (await book.wfe.host.get(handle.id)).status == "runnable"
    book.open("b")
    found = await book.wfe.ended(handle)
    assert (book.log, book.cancelled, found.status) == (["b"], [], "failed")
    assert "exit code 3" in found.error.message
    assert "exit code 4" in found.error.message


async def test_a_container_that_waited_may_fail_without_stopping_the_run(book: Any) -> None:
    """Language, `continue_on_error` on a container: the run goes on after all its branches have ended."""
    status = await book.outputs(
        "$<< steps.all.status >>: $<< steps.all.a.status >>, $<< steps.all.b.outputs.x >>",
        """
        - name: all
          continue_on_error: true
          fail_fast: false
          parallel: [{name: a, run: fail 3}, {name: b, run: out x=1}]
        """,
    )
    assert status == "failed: failed, 1"

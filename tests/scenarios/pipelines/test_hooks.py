"""Hooks of the language, in the order of Concourse."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import PATIENCE
from wfe_yaml import YamlError

ALL = """
      on_success: {run: say success $<< step.status >> $<< step.outputs.v >>}
      on_failure: {run: say failure $<< step.status >> $<< step.exit_code >> $<< step.error >>}
      on_abort: {run: say abort $<< step.status >>}
      ensure: {run: say ensure $<< step.name >> $<< step.status >>}
"""


async def test_hooks_of_a_step_that_completes(book: Any) -> None:
    """Language, hooks: `on_success`, then `ensure`; both know how the step ended and its outputs."""
    await book.run(
        f"    - name: a\n      run: out v=7{ALL}    - {{name: b, run: say $<< steps.a.outputs.v >>}}"
    )
    assert book.log == ["success complete 7", "ensure a complete", "7"]


async def test_hooks_of_a_step_that_fails_run_once_after_all_attempts(book: Any) -> None:
    """Language, hooks: they run once, after the retries; `on_failure` does not turn failure into success."""
    run = await book.fails(
        f"    - name: a\n      retry: 3\n      run: |\n        say try\n        fail 42{ALL}"
    )
    assert book.log == ["try", "try", "try", "failure failed 42 exit code 42", "ensure a failed"]
    assert run.error.message == "exit code 42"


async def test_hooks_of_a_cancelled_run(book: Any) -> None:
    """Decision 36: `wfe cancel` runs `on_abort` and `ensure`; what follows does not begin."""
    handle = await book.start(f"    - name: a\n      run: gate a{ALL}    - {{name: b, run: say b}}")
    await book.wfe.host.cancel(handle.id)
    await book.wfe.ended(handle)
    assert book.log == ["abort cancelled", "ensure a cancelled"]
    assert (await book.wfe.host.get(handle.id)).status == "cancelled"


async def test_a_skipped_step_runs_no_hook(book: Any) -> None:
    """Language, when: a skipped step is `skipped` and runs no hook."""
    steps = f"    - name: a\n      when: false\n      run: say a{ALL}"
    assert await book.outputs("$<< steps.a.status >>", steps) == "skipped"
    assert book.log == []


async def test_hooks_wrap_the_matrix(book: Any) -> None:
    """Language, hooks: they are outside of the matrix: once for all cells, not once for each."""
    await book.run(
        "- {name: a, matrix: {v: [1, 2]}, run: say $<< matrix.v >>, "
        "ensure: {run: say ensure $<< step.status >>}}"
    )
    assert sorted(book.log[:2]) == ["1", "2"]
    assert book.log[2:] == ["ensure complete"]


async def test_a_failing_ensure_fails_the_step(book: Any) -> None:
    """Language, hooks: a failing `ensure` fails the step."""
    run = await book.fails("- {name: a, run: say a, ensure: {run: fail 3}}\n- {name: b, run: say b}")
    assert book.log == ["a"]
    assert run.error.message == "exit code 3"


async def test_hooks_of_containers_know_which_way_they_ended(book: Any) -> None:
    """Language, hooks: containers have them too; what still runs in one is stopped first."""
    handle = await book.start("""
        - name: both
          parallel:
            - {name: a, run: gate a}
            - {name: b, run: "gate b\\nfail 2"}
          on_failure: [{name: one, run: say $<< step.error >>}, {name: two, run: say $<< steps.one.status >>}]
    """)
    book.open("b")
    await book.wfe.ended(handle)
    assert book.cancelled == ["a"]
    assert book.log == ["exit code 2", "complete"]


async def test_hooks_of_a_container_see_the_steps_inside(book: Any) -> None:
    """Language, hooks: `step.NAME` is a step inside, also in a cell; one that did not run is `skipped`."""
    await book.fails(
        """    - name: box
      matrix: {v: [1, 2]}
      steps:
        - name: cell
          steps:
            - {name: first, run: out v=$<< matrix.v >>}
            - {name: second, run: fail $<< matrix.v >>}
            - {name: third, run: out v=3}
          on_failure:
            run: say $<< step.first.outputs.v >> $<< step.second.exit_code >> $<< step.third.status >>
      fail_fast: false
"""
    )
    assert sorted(book.log) == ["1 1 skipped", "2 2 skipped"]


async def test_hooks_of_a_workflow(book: Any) -> None:
    """Language: workflows have hooks; they leave the keys of the steps as they are."""
    head = """
        on_failure: {run: say failed $<< step.error >> in $<< steps.a.status >>}
        on_success: {run: say fine}
        ensure: {run: say ensure $<< step.name == workflow.id >>}
        outputs: {x: 1}
    """
    await book.run("- {name: a, run: say a}\n- {name: b, run: say b}", head)
    assert book.log == ["a", "b", "fine", "ensure true"]
    compiled = book.load("- {name: a, run: say a}\n- {name: b, run: say b}", head)
    assert {"a", "b"} <= set(compiled.definition.steps)
    book.log.clear()
    await book.fails("- {name: a, run: say a}\n- {name: b, run: fail 2}", head)
    assert book.log == ["a", "failed exit code 2 in complete", "ensure true"]


async def test_what_failed_may_be_passed_over_after_its_hooks(book: Any) -> None:
    """Language: with `continue_on_error` the failure hooks run, then the run goes on."""
    await book.run("""
        - {name: a, run: fail 5, continue_on_error: true, on_failure: {run: say $<< step.exit_code >>}}
        - {name: b, run: say $<< steps.a.status >>}
    """)
    assert book.log == ["5", "failed"]


async def test_the_failure_of_a_container_may_be_passed_over(book: Any) -> None:
    """Language, continue_on_error: for a container, whatever fails inside ends it, and the run goes on."""
    await book.run("""
        - name: all
          continue_on_error: true
          steps: [{name: a, run: fail}, {name: b, run: say b}]
        - {name: c, run: say $<< steps.all.status >> $<< steps.all.success >> $<< steps.all.b.status >>}
    """)
    assert book.log == ["failed false skipped"]


async def test_hooks_go_on_after_a_crash(book: Any) -> None:
    """A crash in a hook repeats neither the step nor the hooks that ended."""
    handle = await book.start("""
        - name: a
          run: "say a\\nfail 9"
          on_failure: [{name: one, run: say one}, {name: two, run: "say two $<< step.exit_code >>\\ngate g"}]
          ensure: {run: say ensure}
    """)
    assert book.log == ["a", "one", "two 9"]
    await book.wfe.restart()
    book.open("g")
    await book.wfe.ended(handle)
    assert book.log == ["a", "one", "two 9", "two 9", "ensure"]


async def test_retry_runs_the_hooks_at_the_new_end(book: Any) -> None:
    """Decision 18: `retry` of a failed run runs the failed step again, and its hooks at the new end."""
    handle = await book.start(
        f"    - name: a\n      run: |\n        out v=1\n        fail 1 1{ALL}    - {{name: b, run: say b}}"
    )
    await book.wfe.ended(handle)
    assert book.log == ["failure failed 1 exit code 1", "ensure a failed"]
    await book.wfe.host.retry(handle.id)
    await book.wfe.result(handle)
    assert book.log[2:] == ["success complete 1", "ensure a complete", "b"]


async def test_hooks_in_a_loop_know_their_item(book: Any) -> None:
    """Language, hooks: inside a loop they see the item, and the outputs of their own item's step."""
    await book.run("""
        - name: all
          for_each: [a, b]
          max_parallel: 1
          steps:
            - {name: one, run: out v=$<< item >>, on_success: {run: say $<< item >> $<< step.outputs.v >>}}
    """)
    assert book.log == ["a a", "b b"]


async def test_failing_cells_that_are_passed_over_still_run_the_hooks_around_them(book: Any) -> None:
    """Language: hooks wrap the matrix, so `on_failure` sees a failed cell; no cell stops another."""
    await book.run("""
        - name: m
          matrix: {v: [1, 2, 3]}
          max_parallel: 1
          continue_on_error: true
          run: "say $<< matrix.v >>\\n$<< 'fail 4' if matrix.v == 2 else 'say fine' >>"
          on_failure: {run: say failed $<< step.status >>}
          on_success: {run: say never}
          ensure: {run: say ensure}
        - {name: after, run: "say $<< steps.m[1].exit_code >> $<< steps.m[2].status >>"}
    """)
    assert book.log == ["1", "fine", "2", "3", "fine", "failed failed", "ensure", "4 complete"]


SEEN = """
      on_success: {run: "say success $<< step.success >> $<< step.duration >= 0 >> $<< step.stdout >>"}
      on_failure: {run: "say failure $<< step.success >> $<< step.duration >= 0 >> $<< step.stdout >>"}
      ensure: {run: "say $<< step.artifacts.report >>"}
"""


@pytest.mark.parametrize(
    ("last", "told"), [("say x", "success true true"), ("fail 3 1", "failure false true")]
)
async def test_hooks_see_all_of_what_a_step_left(
    book: Any, tmp_path: Path, monkeypatch: Any, last: str, told: str
) -> None:
    """Language, hooks: `step` has the duration, the streams and the artifacts, of a step that failed, too."""
    monkeypatch.chdir(tmp_path)
    book.root = tmp_path
    first = f"    - name: a\n      run: |\n        print line\n        write r.txt why\n        {last}"
    more = f"\n      artifacts: {{report: r.txt}}\n      continue_on_error: true{SEEN}"
    then = '    - {name: b, run: "say $<< steps.a.stdout >> $<< steps.a.duration >= 0 >>"}'
    # Files are read in threads, of which the clock knows nothing: no time may pass meanwhile.
    await (await book.start(first + more + then)).result(PATIENCE)
    *said, end, after = book.log[last == "say x" :]
    assert said == [f"{told} line"]
    assert await asyncio.to_thread(Path(end).read_text) == "why"
    assert after == "line true"


async def test_what_a_failed_step_wrote_is_bounded(book: Any) -> None:
    """Language, hooks: much output is not stored with an error; asking for it is an error with a remedy."""
    run = await book.fails(
        "- {name: a, run: \"flood 200000\\nfail 3\", on_failure: {run: 'say $<< step.stdout >>'}}"
    )
    assert run.error.message.startswith("exit code 3; its on_failure hook failed too")
    assert "wrote 200,001 bytes to stdout, too much for an expression" in run.error.message


def test_what_a_container_does_not_have_is_refused(book: Any) -> None:
    """Language, hooks: only steps that run something have artifacts."""
    with pytest.raises(YamlError, match="no key of what the hook belongs to: 'artifacts'"):
        book.load("- {name: a, steps: [{name: b, run: say x}], ensure: {run: 'say $<< step.artifacts.r >>'}}")

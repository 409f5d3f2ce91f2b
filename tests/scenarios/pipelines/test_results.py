"""What is known of steps that have ended: results of failures, stdout, artifacts, inputs of a step."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from wfe_yaml import YamlError


async def test_a_failure_is_told_with_its_exit_code_and_outputs(book: Any) -> None:
    """Language, results: with hooks, too, a step that may fail tells how it did."""
    found = await book.outputs(
        "$<< [steps.a.status, steps.a.exit_code, steps.a.outputs.x, steps.a.error, steps.a.success] >>",
        """
        - name: a
          run: "out x=1\\nfail 7"
          continue_on_error: true
          ensure: {run: say $<< step.exit_code >>}
        """,
    )
    assert found == ["failed", 7, "1", "exit code 7", False]
    assert book.log == ["7"]


async def test_hooks_of_the_workflow_see_what_failed(book: Any) -> None:
    """Language, hooks: in a hook of the workflow every step, and every container, tells how it ended."""
    await book.fails(
        """
        - {name: fine, run: out x=1}
        - name: group
          for_each: [1, 2]
          max_parallel: 1
          steps:
            - name: if
              if: $<< item == 2 >>
              then: [{name: bad, run: fail 3}]
        - {name: later, run: say never}
        """,
        "on_failure: {run: 'say $<< steps.fine.status >> $<< steps.group.status >> "
        "$<< steps.group[1].if.status >> $<< steps.group[1].if.bad.exit_code >> $<< steps.later.status >>'}",
    )
    assert book.log == ["complete failed failed 3 skipped"]


async def test_a_retried_step_tells_of_its_last_end_only(book: Any) -> None:
    """Rules 7.4: what failed before a retry of the run is forgotten when it succeeds."""
    handle = await book.start(
        """
        - name: all
          parallel:
            - {name: a, run: "out x=1\\nfail 3 1"}
            - {name: b, run: out y=1}
        - name: end
          run: say $<< steps.all.status >> $<< steps.all.a.status >> $<< steps.all.a.exit_code >>
        """
    )
    await book.wfe.ended(handle)
    await book.wfe.host.retry(handle.id)
    await book.wfe.result(handle)
    assert book.log == ["complete complete 0"]


async def test_an_undone_saga_says_so(book: Any) -> None:
    """Language, saga: with `on_error: continue` what follows can tell that it was undone."""
    await book.run("""
        - name: trip
          on_error: continue
          saga: [{name: car, run: out x=1}, {name: bad, run: fail 3}]
        - name: end
          run: "say $<< steps.trip.status >>: $<< steps.trip.error >>, $<< steps.trip.bad.exit_code >>"
    """)
    assert book.log == ["compensated: exit code 3, 3"]


async def test_stdout_can_be_asked_for(book: Any) -> None:
    """Language, results: `steps.NAME.stdout` is what it wrote, in loops what each wrote."""
    found = await book.run(
        """
        - {name: one, run: "print a\\nprint b"}
        - {name: none, run: say nothing}
        - name: each
          for_each: [x, y]
          steps: [{name: p, run: print $<< item >>}]
        """,
        "outputs: {a: $<< steps.one.stdout >>, b: '[$<< steps.none.stdout >>]', "
        "c: $<< steps.each.p.stdout >>}",
    )
    assert found["outputs"] == {"a": "a\nb", "b": "[]", "c": ["x", "y"]}
    assert not [key for key in found if key.endswith("stderr")]


async def test_stdout_that_nobody_asks_for_is_not_kept(book: Any) -> None:
    """Specification 4: streams are logs, and are not poured into the data."""
    found = await book.run("- {name: one, run: print secret plans}")
    assert "secret plans" not in str(found)


async def test_too_much_stdout_is_an_error_where_it_is_used(book: Any) -> None:
    """Specification 4: at most 1 MiB, or a clear error with a remedy; the step itself has succeeded."""
    instance = await book.fails("""
        - {name: much, run: flood 1048576}
        - {name: use, run: "say $<< steps.much.stdout >>"}
    """)
    assert "too much for an expression" in instance.error.message
    assert instance.error.step_key == "use"


async def test_an_artifact_is_found_by_later_steps(book: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """Language, artifacts: later steps find the file by its name, as it was when the step ended."""
    monkeypatch.chdir(tmp_path)
    book.root = tmp_path
    found = await book.outputs(
        "$<< steps.make.artifacts.report >>",
        """
        - {name: make, run: write r.txt first, artifacts: {report: r.txt}}
        - {name: change, run: write r.txt second}
        """,
    )
    assert await asyncio.to_thread(Path(found).read_text) == "first"


async def test_a_failed_step_leaves_the_artifacts_there_are(
    book: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    """Language, artifacts: reports of a failure are kept; what was not made yet is no second failure."""
    monkeypatch.chdir(tmp_path)
    book.root = tmp_path
    instance = await book.fails(
        '- {name: make, run: "write r.txt why\\nfail 3", artifacts: {report: r.txt, rest: none.txt}}',
        "on_failure: {run: 'say $<< steps.make.artifacts.report >>'}",
    )
    assert instance.error.message == "exit code 3"
    assert await asyncio.to_thread(Path(book.log[0]).read_text) == "why"


async def test_an_artifact_that_was_not_made_fails_the_step(
    book: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    """Language, artifacts: a step that ends well has made them all."""
    monkeypatch.chdir(tmp_path)
    book.root = tmp_path
    instance = await book.fails("- {name: make, run: say nothing, artifacts: {report: r.txt}}")
    assert "there is no file 'r.txt'" in instance.error.message


async def test_a_step_can_have_inputs_of_its_own(book: Any) -> None:
    """Language, inputs of a step: its expressions find them beside those of the workflow, and keep types."""
    await book.run(
        """
        - name: a
          inputs: {n: $<< inputs.n + 1 >>, list: [1, $<< inputs.who >>]}
          run: say $<< inputs.n + 1 >> $<< inputs.who >> $<< inputs.list >>
        - {name: b, run: say $<< inputs.n >>}
        """,
        "inputs: {n: int, who: string}",
        n=1,
        who="you",
    )
    assert book.log == ['3 you [1,"you"]', "1"]


async def test_a_template_is_filled_by_inputs(book: Any) -> None:
    """Language, extends: a template takes what its copies give under `inputs`."""
    await book.run(
        """
        workflow:
          id: t
          steps:
            - {name: a, extends: hail, inputs: {who: Ada}}
            - {name: b, extends: hail}
        templates:
          hail: {inputs: {who: nobody}, run: say hello $<< inputs.who >>}
    """.replace("\n        ", "\n").strip()
    )
    assert book.log == ["hello Ada", "hello nobody"]


def test_unknown_names_are_told_when_the_file_is_read(book: Any) -> None:
    """Language, names: an artifact or an input of a step that nobody declares is an error with a place."""
    with pytest.raises(YamlError) as caught:
        book.load("""
            - {name: a, run: say x, artifacts: {report: r.txt}, inputs: {x: 1}}
            - {name: b, run: say $<< steps.a.artifacts.rapport >> $<< inputs.x >>}
        """)
    told = [problem.message for problem in caught.value.problems]
    assert told == ["there is no artifact of the step 'a' called 'rapport'", "there is no input 'x'"]


async def test_hooks_of_a_workflow_have_names_of_their_own(book: Any) -> None:
    """Language, hooks: those of a workflow of one step are not those of the step, even of the same name."""
    compiled = book.load(
        """
        workflow:
          id: slow
          ensure: {name: clean, run: say workflow}
          steps: [{name: slow, run: say slow, ensure: {name: clean, run: say step}}]
    """.replace("\n        ", "\n").strip()
    )
    keys = [key for key, node in compiled.definition.steps.items() if node.kind == "step"]
    assert keys == ["slow", "slow~guard/~ensure/clean", "slow~~guard/~ensure/clean"]
    book.wfe.register(*compiled.definitions)
    await book.wfe.result(await book.wfe.start(compiled.definition, compiled.start_data({}, root="/")))
    assert book.log == ["slow", "step", "workflow"]


async def test_hooks_of_a_workflow_run_when_its_only_step_is_skipped(book: Any) -> None:
    """Language, hooks: a skipped step runs no hook of its own; the workflow has ended well all the same."""
    await book.run(
        "- {name: a, when: false, run: say a, ensure: {run: say own}}", "ensure: {run: say workflow}"
    )
    assert book.log == ["workflow"]


async def test_a_step_that_was_stopped_is_not_taken_for_skipped(book: Any) -> None:
    """Language, steps.NAME.status: `cancelled` for what a failure beside it, or a timeout, has stopped."""
    handle = await book.start("""
        - name: all
          continue_on_error: true
          parallel:
            - {name: slow, run: gate never}
            - {name: ask, approval: sure?}
            - {name: bad, run: "gate go\\nfail 3"}
            - {name: late, when: false, run: say never}
        - name: short
          timeout: 1m
          continue_on_error: true
          steps: [{name: a, run: gate never}, {name: b, run: say never}]
        - name: tell
          run: "say $<< steps.all.slow.status >> $<< steps.all.slow.success >> $<< steps.all.ask.status >>\\n
            say $<< steps.all.bad.status >> $<< steps.all.late.status >> $<< steps.all.status >>\\n
            say $<< steps.short.a.status >> $<< steps.short.b.status >> $<< steps.short.status >>"
    """)
    book.open("go")
    await book.wfe.result(handle)
    assert book.log == [
        "cancelled false cancelled", "failed skipped failed", "cancelled skipped failed",
    ]  # fmt: skip

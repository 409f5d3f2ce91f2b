"""Constructs inside constructs, as files have them: what each sees, and in which order things happen."""

from __future__ import annotations

from typing import Any


async def test_a_matrix_in_a_loop_in_a_saga_is_undone_cell_by_cell(book: Any) -> None:
    """Language, compensate: a cell undoes what it did, with its item, its cell and its own outputs."""
    await book.fails("""
        - name: trip
          saga:
            - name: each
              for_each: [a, b]
              max_parallel: 1
              steps:
                - name: cell
                  matrix: {v: [1, 2]}
                  max_parallel: 1
                  run: out id=$<< item >>$<< matrix.v >>
                  compensate: {run: say undo $<< steps.cell.outputs.id >> $<< item >>$<< matrix.v >>}
            - {name: bad, run: fail 3}
    """)
    assert book.log == ["undo b2 b2", "undo b1 b1", "undo a2 a2", "undo a1 a1"]


async def test_a_repetition_ends_by_what_its_body_has_done(book: Any) -> None:
    """Language, schedule: `until` sees the outputs of the run before, and how many there have been."""
    await book.run("""
        - name: tick
          schedule: {every: 1m, until: $<< index == 9 or steps.t.outputs.x | default(0) == 2 >>}
          steps: [{name: t, run: "say $<< index >>\\nout x=$<< index >>", outputs: {x: int}}]
    """)
    assert book.log == ["0", "1", "2"]


HOOKS = """
    on_failure: {run: say failed $<< step.error >>}
    on_abort: {run: say aborted}
    ensure: {run: say ensured}
"""
SLOW = """
    - name: s
      saga:
        - {name: a, run: say a, compensate: {run: say undo}}
        - {name: b, run: gate never, ensure: {run: say inner}}
"""


async def test_the_timeout_of_a_workflow_is_a_failure_for_its_hooks(book: Any) -> None:
    """Language, hooks of a workflow: its timeout runs `on_failure`, after what is inside has ended."""
    instance = await book.fails(SLOW, f"{HOOKS}    timeout: 1m\n")
    assert instance.error.type == "StepTimeoutError"
    assert [each.partition(" took")[0] for each in book.log] == [
        "a", "inner", "undo", f"failed workflow '{instance.definition_id}'", "ensured",
    ]  # fmt: skip


async def test_the_timeout_of_a_workflow_runs_on_failure_alone(book: Any) -> None:
    """Language, hooks of a workflow: `on_failure` needs no other hook beside it; a crash changes nothing."""
    handle = await book.start(
        SLOW, "timeout: 1m\non_failure: [{name: w, delay: 1h}, {name: f, run: say failed}]"
    )
    await book.wfe.advance("2m")
    await book.wfe.restart()
    assert str((await book.wfe.ended(handle)).status) == "failed"
    assert book.log == ["a", "inner", "undo", "failed"]


async def test_a_cancelled_workflow_is_aborted_not_failed(book: Any) -> None:
    """Language, hooks of a workflow: a cancel runs `on_abort`."""
    handle = await book.start(SLOW, HOOKS)
    await book.wfe.host.cancel(handle.id)
    await book.wfe.ended(handle)
    assert book.log == ["a", "inner", "undo", "aborted", "ensured"]


async def test_a_failure_in_the_background_runs_the_hooks_of_the_workflow(book: Any) -> None:
    """Language, schedule: what fails in the background fails the run, for its hooks too."""
    await book.fails(
        """
        - {name: later, schedule: {after: 1m}, steps: [{name: l, run: fail 6}]}
        - {name: main, run: gate never}
        """,
        HOOKS,
    )
    assert book.log == ["failed exit code 6", "ensured"]


async def test_a_hook_of_a_saga_knows_that_it_was_undone(book: Any) -> None:
    """Language, hooks: with `on_error: continue` the body ended well, as `compensated`."""
    handle = await book.start("""
        - name: trip
          on_error: continue
          saga:
            - {name: p, run: say p, compensate: [{name: u1, run: say u1}, {name: u2, run: say u2}]}
            - name: par
              parallel:
                - {name: q, run: say q, compensate: {run: say undo q}}
                - {name: r, steps: [{name: r1, wait_for: go}, {name: r2, run: fail 1}]}
              compensate: {run: say undo par}
          ensure: {run: say ensure $<< step.status >>}
        - {name: end, run: say $<< steps.trip.status >> $<< steps.trip.par.r.r2.exit_code >>}
    """)
    await book.wfe.host.publish_event("go")
    await book.wfe.result(handle)
    assert book.log == ["p", "q", "undo q", "undo par", "u1", "u2", "ensure compensated", "compensated 1"]


async def test_hooks_may_hold_any_construct(book: Any) -> None:
    """Language, hooks: loops, matrices, conditions and hooks inside a hook see `step` of the innermost."""
    await book.run("""
        - name: a
          run: fail 1
          continue_on_error: true
          on_failure:
            - name: p
              max_parallel: 1
              parallel:
                - {name: x, run: say x, when: $<< step.exit_code == 1 >>}
                - {name: y, run: say y, when: $<< step.exit_code == 2 >>}
            - {name: m, matrix: {v: [1, 2]}, max_parallel: 1, run: say m$<< matrix.v >> $<< step.name >>}
            - name: f
              for_each: [7]
              steps:
                - name: q
                  run: say $<< item >> $<< steps.p.x.status >> $<< steps.p.y.status >>
                  ensure: {run: say inner $<< step.name >> $<< step.status >>}
    """)
    assert book.log == ["x", "m1 a", "m2 a", "7 complete skipped", "inner q complete"]


async def test_each_iteration_of_a_while_stands_alone(book: Any) -> None:
    """Language, while: conditions, sagas and hooks inside see the iteration they are in."""
    await book.run("""
        - name: l
          while: $<< index < 2 >>
          steps:
            - {name: d, delay: 1m}
            - name: i
              if: $<< index == 1 >>
              then: [{name: y, run: say yes $<< index >>, ensure: {run: say e $<< index >>}}]
              else: [{name: n, run: say no $<< index >>}]
            - name: s
              on_error: continue
              saga:
                - {name: q, run: say q, compensate: {run: say undo $<< index >>}}
                - {name: r, when: $<< index == 1 >>, run: fail 1}
        - {name: z, run: say $<< steps.l.s.status >> $<< steps.l.i.y.status >>}
    """)
    assert book.log == ["no 0", "q", "yes 1", "e 1", "q", "undo 1", "compensated complete"]


async def test_conditions_and_matrices_in_a_dag(book: Any) -> None:
    """Language, dag: a skipped node satisfies `needs`, a matrix is one node whose cells are a list."""
    await book.run("""
        - name: g
          dag:
            - {name: a, if: false, then: [{name: x, run: say x}]}
            - {name: b, needs: [a], when: $<< steps.a.x.status == 'complete' >>, run: say b}
            - {name: c, needs: [b], when: {field: steps.b.status, equals: skipped}, run: say c}
            - {name: d, needs: [c], matrix: {v: [1, 2]}, max_parallel: 1, run: say d$<< matrix.v >>}
            - {name: e, needs: [d], run: say $<< steps.d | length >> $<< steps.d.success >>}
    """)
    assert book.log == ["c", "d1", "d2", "2 true"]


FAMILY = """
workflows:
  - id: main
    ensure: {run: say main}
    outputs: {all: $<< steps.each.call.outputs.k >>}
    steps:
      - name: each
        for_each: [1, 2]
        max_parallel: 1
        steps:
          - name: call
            workflow: sub
            with: {n: $<< item >>, deep: {list: [$<< index >>]}}
            ensure: {run: say $<< step.status >> $<< step.outputs.k >>}
  - id: sub
    inputs: {n: int, deep: map<any>}
    outputs: {k: "$<< inputs.n * 10 + inputs.deep.list[0] >>"}
    ensure: {run: say sub $<< inputs.n >>}
    steps: [{name: t, workflow: leaf, with: {}}]
  - id: leaf
    steps: [{name: z, run: say leaf}]
"""


async def test_sub_workflows_of_sub_workflows_with_hooks(book: Any) -> None:
    """Language, workflow: inputs keep their types, hooks of the child run before those of its step."""
    found = await book.run(FAMILY)
    assert found["outputs"] == {"all": [10, 21]}
    assert book.log == [
        "leaf", "sub 1", "complete 10", "leaf", "sub 2", "complete 21", "main",
    ]  # fmt: skip

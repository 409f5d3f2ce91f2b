"""Loops of the language: for_each, while, matrix (decision 39)."""

from __future__ import annotations

import json
from typing import Any


async def test_for_each_gives_each_item_and_its_index(book: Any) -> None:
    """Language, for_each: `item` and `index` are known inside; the items are a list of the file."""
    await book.run("""
        - name: all
          for_each: [a, b, c]
          max_parallel: 1
          steps:
            - {name: one, run: say $<< index >> $<< item >>}
            - {name: two, run: 'say after $<< item >>'}
    """)
    assert book.log == ["0 a", "after a", "1 b", "after b", "2 c", "after c"]


async def test_for_each_takes_a_computed_list(book: Any) -> None:
    """Language, for_each: an expression may give the list; texts in it are items, never expressions."""
    await book.run(
        "- {name: all, for_each: $<< inputs.targets >>, max_parallel: 1, "
        "steps: [{name: one, run: say $<< item >>}]}",
        "inputs: {targets: list<string>}",
        targets=["x", "$<< inputs.targets >>"],
    )
    assert book.log == ["x", "$<< inputs.targets >>"]


async def test_what_is_no_list_cannot_be_looped_over(book: Any) -> None:
    """Language, for_each: a text or a mapping is an error with its place, not a loop over characters."""
    run = await book.fails(
        "- {name: all, for_each: $<< inputs.v >>, steps: [{name: one, run: say x}]}",
        "inputs: {v: any}",
        v="abc",
    )
    assert "for_each takes a list, not a text" in run.error.message
    assert book.log == []


async def test_steps_of_an_item_see_the_results_of_their_own_item(book: Any) -> None:
    """Decision 39: inside a loop `steps.NAME` is that of the same item, whatever runs beside it."""
    await book.run("""
        - name: all
          for_each: [1, 2, 3]
          steps:
            - {name: square, run: 'out n=$<< item * item >>', outputs: {n: int}}
            - {name: tell, run: say $<< item >> $<< steps.square.outputs.n + 1 >>}
    """)
    assert sorted(book.log) == ["1 2", "2 5", "3 10"]


async def test_a_loop_gives_a_list_in_order(book: Any) -> None:
    """Decision 39: from outside a loop is a list in the order of the items; a name gives the list of all."""
    steps = """
        - name: all
          for_each: [c, a, b]
          steps: [{name: one, run: 'out v=$<< item >>$<< index >>'}]
    """
    assert await book.outputs("$<< steps.all.one.outputs.v >>", steps) == ["c0", "a1", "b2"]
    assert await book.outputs("$<< steps.all[1].one.outputs.v >>", steps) == "a1"
    assert await book.outputs("$<< steps.all.one.status | unique >>", steps) == ["complete"]
    assert await book.outputs("$<< [steps.all | length, steps.all.status] >>", steps) == [3, "complete"]


async def test_loops_in_loops_keep_their_items_apart(book: Any) -> None:
    """Language: `item` is the innermost, `items.NAME` that of an outer loop; results do not mix."""
    steps = """
        - name: outer
          for_each: [a, b]
          steps:
            - name: inner
              for_each: [1, 2]
              steps: [{name: leaf, run: 'out v=$<< items.outer >>$<< item >>$<< index >>'}]
            - {name: join, run: 'out all=$<< steps.inner.leaf.outputs.v | join(",") >>'}
    """
    assert await book.outputs("$<< steps.outer.join.outputs.all >>", steps) == ["a10,a21", "b10,b21"]
    assert await book.outputs("$<< steps.outer.inner.leaf.outputs.v >>", steps) == [
        ["a10", "a21"],
        ["b10", "b21"],
    ]


async def test_a_skipped_loop_is_an_empty_list(book: Any) -> None:
    """Language, when: a skipped container is `skipped`, and there is nothing in it."""
    steps = "- {name: all, when: false, for_each: [1], steps: [{name: one, run: say x}]}"
    assert await book.outputs("$<< [steps.all.status, steps.all | length] >>", steps) == ["skipped", 0]
    assert book.log == []


async def test_while_runs_as_long_as_its_condition_holds(book: Any) -> None:
    """Language, while: looked at before each run; it sees what the run before has left."""
    steps = """
        - name: poll
          while: $<< (steps.poll.look.outputs.n | default(0)) < 3 >>
          steps: [{name: look, run: 'out n=$<< index + 1 >>', outputs: {n: int}}]
    """
    steps = steps.replace("steps.poll.look", "steps.look")
    assert await book.outputs("$<< steps.poll.look.outputs.n >>", steps) == 3


async def test_a_step_skipped_in_a_later_iteration_has_no_old_result(book: Any) -> None:
    """Language, when: in a `while` a skipped step is skipped, whatever it did in the iteration before."""
    steps = """
        - name: poll
          while: $<< (steps.count.outputs.n | default(0)) < 2 >>
          steps:
            - {name: first, when: $<< index == 0 >>, run: say first}
            - {name: count, run: 'out n=$<< index + 1 >>', outputs: {n: int}}
            - {name: tell, run: say $<< steps.first.status >>}
    """
    await book.run(steps)
    assert book.log == ["first", "complete", "skipped"]


async def test_a_while_ends_at_its_bound(book: Any) -> None:
    """Language, while: `max_iterations` fails the loop instead of going on for ever."""
    run = await book.fails("- {name: poll, while: true, max_iterations: 2, steps: [{name: a, run: say a}]}")
    assert book.log == ["a", "a"]
    assert "max_iterations" in run.error.message


MATRIX = """
    - name: build
      matrix:
        py: ["3.11", 3.12]
        os: [linux, mac]
        exclude: [{py: "3.11", os: mac}]
        include: [{py: "3.13", os: linux, extra: 1}, {os: mac, slow: true}]
      run: |
        say $<< matrix.py >> $<< matrix.os >> $<< matrix.slow >>
        out id=$<< matrix.py >>-$<< matrix.os >>
"""


async def test_every_cell_of_a_matrix_is_a_step_of_its_own(book: Any) -> None:
    """Language, matrix: named by its values, with `include` and `exclude`; versions stay as written."""
    compiled = book.load(MATRIX)
    assert [key for key in compiled.definition.steps if "/" in key] == [
        "build/build[py=3.11,os=linux]",
        "build/build[py=3.12,os=linux]",
        "build/build[py=3.12,os=mac,slow=true]",
        "build/build[py=3.13,os=linux,extra=1]",
    ]
    ids = await book.outputs("$<< steps.build.outputs.id >>", MATRIX)
    assert ids == ["3.11-linux", "3.12-linux", "3.12-mac", "3.13-linux"]
    assert sorted(book.log) == ["3.11 linux", "3.12 linux", "3.12 mac true", "3.13 linux"]


async def test_a_matrix_can_wrap_a_container(book: Any) -> None:
    """Language, matrix: whatever the step is runs once a cell, and sees its own cell only."""
    steps = """
        - name: all
          matrix: {v: [1, 2], max_parallel: 1}
          steps:
            - {name: a, run: 'out x=$<< matrix.v >>'}
            - {name: b, run: say $<< steps.a.outputs.x >> of $<< matrix.v >>}
    """
    assert await book.outputs("$<< steps.all.a.outputs.x >>", steps) == ["1", "2"]
    assert book.log == ["1 of 1", "2 of 2"]


async def test_cells_that_ended_do_not_run_again(book: Any) -> None:
    """After a crash only the cells that had not ended run again."""
    handle = await book.start("""
        - name: build
          matrix: {v: [1, 2, 3]}
          run: |
            say $<< matrix.v >>
            gate $<< 'open' if matrix.v != 2 else 'two' >>
    """)
    book.open("open")
    await book.wfe.settle()
    assert sorted(book.log) == ["1", "2", "3"]
    await book.wfe.restart()
    book.open("two")
    await book.wfe.result(handle)
    assert sorted(book.log) == ["1", "2", "2", "3"]


async def test_items_that_ended_do_not_run_again(book: Any) -> None:
    """After a crash only the items that had not ended run again, each with its item."""
    handle = await book.start("""
        - name: all
          for_each: [a, b, c]
          steps:
            - {name: one, run: say $<< item >>}
            - {name: two, run: 'gate $<< item >>'}
    """)
    book.open("a")
    await book.wfe.settle()
    await book.wfe.restart()
    book.open("b")
    book.open("c")
    await book.wfe.result(handle)
    assert sorted(book.log) == ["a", "b", "c"]


async def test_outputs_are_held_against_their_bounds(book: Any) -> None:
    """Language, types: `enum`, `pattern`, `min` and `max` of an output are checked when it is set."""
    run = await book.fails("- {name: a, run: out v=9, outputs: {v: {type: int, max: 3}}}")
    assert run.error.message == "output 'v': it must be at most 3, not 9"
    run = await book.fails("- {name: a, run: out v=b, outputs: {v: {type: string, enum: [a]}}}")
    assert "'b' is none of a" in run.error.message
    assert await book.outputs("$<< steps.a.duration >= 0 >>", "- {name: a, run: say x}") is True


async def test_data_holds_inputs_and_outputs_only(book: Any) -> None:
    """Decision 39: `data` is the inputs, the outputs of steps, the item and the cell; no environment."""
    steps = """
        - {name: a, run: out v=1}
        - name: all
          for_each: [x]
          steps: [{name: b, run: 'out d=$<< data | tojson >>'}]
    """

    found = json.loads(await book.outputs("$<< steps.all[0].b.outputs.d >>", steps, "inputs: {i: int}", i=5))
    assert found == {"inputs": {"i": 5}, "steps": {"a": {"v": "1"}}, "item": "x", "matrix": None}


async def test_a_structured_condition(book: Any) -> None:
    """Language, when: groups and comparisons, with fields as in expressions."""
    steps = """
        - name: a
          when:
            all:
              - {field: inputs.n, gte: 3, lt: 10}
              - any: [{field: inputs.ref, equals: main}, {field: inputs.ref, contains: release}]
            none: [{field: inputs.ref, is_null: true}]
            one_of: [$<< inputs.n == 4 >>, $<< inputs.n == 5 >>]
            not: {field: inputs.ref, not_equals: $<< inputs.ref >>}
          run: say $<< inputs.n >> $<< inputs.ref >>
    """
    head = "inputs: {n: int, ref: string?}"
    for n, ref in [(4, "main"), (5, "a release"), (6, "main"), (11, "main"), (4, "other")]:
        await book.run(steps, head, n=n, ref=ref)
    assert book.log == ["4 main", "5 a release"]

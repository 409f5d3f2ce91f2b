"""An edited file is a new revision, never a conflict (decision 15), for programs that embed workflows too."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import DefinitionConflictError, WorkflowBuilder
from wfe_yaml import load_workflow_from_str, register_workflow

FILE = """
workflow:
  id: flow
  steps:
    - {name: wait, wait_for: go}
    - {name: end, run: say %s}
"""


async def test_registering_an_edited_file_is_no_conflict(book: Any) -> None:
    """Decision 15: instances go on with the text they were started from; new ones get the new text."""
    first, second = load_workflow_from_str(FILE % "first"), load_workflow_from_str(FILE % "second")
    host = book.wfe.host
    host.register(*first.definitions)
    old = await host.start("flow", first.start_data())
    host.register(*second.definitions)
    new = await host.start("flow", second.start_data())
    assert old.id != new.id
    await book.wfe.settle()
    await host.publish_event("go")
    for handle in (old, new):
        await book.wfe.result(handle)
    assert sorted(book.log) == ["first", "second"]


async def test_a_built_workflow_of_the_same_id_is_a_conflict(book: Any) -> None:
    """Decision 14: what is identified by its structure, or mixed with that, still conflicts."""
    built = WorkflowBuilder("flow").then(lambda ctx: None).name("a").build()
    book.wfe.host.register(*load_workflow_from_str(FILE % "x").definitions)
    with pytest.raises(DefinitionConflictError):
        book.wfe.host.register(built)


async def test_after_a_restart_earlier_revisions_are_read_from_the_store(book: Any) -> None:
    """Decision 15: the stored text is used, whatever became of the file since."""
    first, second = load_workflow_from_str(FILE % "first"), load_workflow_from_str(FILE % "second")
    assert await register_workflow(book.wfe.host, first) == {}
    old = await book.wfe.host.start("flow", first.start_data())
    await book.wfe.settle()
    await book.wfe.kill()
    host = await book.wfe.add_host()
    assert await register_workflow(host, second) == {}
    new = await host.start("flow", second.start_data())
    await book.wfe.settle()
    await host.publish_event("go")
    for handle in (old, new):
        await book.wfe.result(handle)
    assert sorted(book.log) == ["first", "second"]


async def test_an_instance_whose_text_is_lost_is_named(book: Any) -> None:
    """Decision 15: what was never stored cannot go on, which is said with a remedy, by `explain` too."""
    first, second = load_workflow_from_str(FILE % "first"), load_workflow_from_str(FILE % "second")
    book.wfe.host.register(*first.definitions)
    old = await book.wfe.host.start("flow", first.start_data())
    await book.wfe.settle()
    await book.wfe.kill()
    host = await book.wfe.add_host()
    blocked = await register_workflow(host, second)
    assert list(blocked) == [old.id]
    assert "load that text again and register it" in blocked[old.id]
    assert "registered here with another text than the instance has" in str(await host.explain(old.id))
    host.register(*first.definitions)
    await host.publish_event("go")
    await book.wfe.result(old)
    assert book.log == ["first"]

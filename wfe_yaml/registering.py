"""`register_workflow`: makes workflow files known to a host, for runs that outlive their files.

Workflows of files are identified by their text: an edited file is another revision under the same id, which
new instances get, while those of before go on with the text they were started from (decision 15). For that
the texts are stored, and read again when the program starts anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_core.errors import StorageCorruptError
from wfe_core.models import WorkflowStatus
from wfe_yaml.errors import YamlError
from wfe_yaml.loader import load_closure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wfe_core.models import WorkflowInstance
    from wfe_host import WorkflowHost
    from wfe_yaml.loader import CompiledWorkflow

_UNFINISHED = (WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED, WorkflowStatus.FAILED)
_PAGE = 500


async def register_workflow(host: WorkflowHost, *workflows: CompiledWorkflow) -> dict[str, str]:
    """Register workflows of files on a running host, with earlier revisions that instances still need.

    Args:
        host: a host that has been started.
        workflows: what `load_workflow` gave.

    Returns:
        The instances that cannot go on here, by id, each with the reason: their text was never stored, or
        this version of wfe does not accept it any more. All others go on, with the text they began with.
    """
    blocked: dict[str, str] = {}
    for compiled in workflows:
        known = {definition.fingerprint for definition in compiled.definitions}
        for definition in compiled.definitions:
            async for instance in _unfinished(host, definition.id):
                if instance.fingerprint in known:
                    continue
                reason = await _register_stored(host, compiled, instance)
                if reason is None:
                    known.add(instance.fingerprint)
                else:
                    blocked[instance.id] = reason
        await keep_definitions(host, compiled)
        # The last that is registered under an id is what new instances get.
        host.register(*compiled.definitions)
    return blocked


async def keep_definitions(host: WorkflowHost, compiled: CompiledWorkflow) -> None:
    """Store the texts of a workflow file, so that its runs outlive it."""
    for definition in compiled.definitions:
        await host.providers.store.put_definition(
            definition.fingerprint, definition.id, definition.version, compiled.source.to_json()
        )


async def _unfinished(host: WorkflowHost, definition_id: str) -> AsyncIterator[WorkflowInstance]:
    cursor: str | None = None
    while True:
        page = await host.instances(
            status=list(_UNFINISHED), definition=definition_id, limit=_PAGE, cursor=cursor
        )
        for instance in page:
            yield instance
        cursor = page.cursor
        if cursor is None:
            return


async def _register_stored(
    host: WorkflowHost, compiled: CompiledWorkflow, instance: WorkflowInstance
) -> str | None:
    """Register the text that an instance was started from; gives the reason when that cannot be done."""
    stored = await host.providers.store.get_definition(instance.fingerprint)
    if stored is None:
        return (
            f"it was started from another text of the workflow {instance.definition_id!r}, which was not "
            "stored: load that text again and register it, or cancel the instance"
        )
    try:
        earlier = load_closure(stored, workflow=instance.definition_id, tools=compiled.tools)
    except (YamlError, StorageCorruptError) as exc:
        return f"the text that it was started from cannot be used any more: {exc}"
    host.register(*earlier.definitions)
    return None

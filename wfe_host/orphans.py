"""Terminating instances that this host cannot run: under a lease, from what the store alone knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_core.engine.orphaned import terminate_orphan
from wfe_core.ports import Claim
from wfe_host.telling import tell
from wfe_host.waiters import Ended

if TYPE_CHECKING:
    from wfe_core.ports import Checkpoint, InstanceRecord
    from wfe_host.runtime import Runtime


async def terminate_orphans(runtime: Runtime, instance_id: str) -> None:
    """End an instance that was told to terminate, and its children, if this host cannot run them.

    What another host holds that lives is left to that one. A host that takes the instance first ends it, too:
    the command is in its inbox.
    """
    wanted: list[str] = [instance_id]
    while wanted and not runtime.adrift:
        records = await runtime.store.instances(wanted)
        wanted = []
        for record in records.values():
            ended = await _terminate(runtime, record) if _is_foreign(runtime, record) else None
            if ended is not None:
                wanted += [m.instance_id for m in ended.messages if m.kind == "terminate"]


def _is_foreign(runtime: Runtime, record: InstanceRecord) -> bool:
    """Whether this host cannot run an instance: unknown is its definition, or it could not go on with it."""
    if record.id in runtime.actors:
        return False
    if record.id in runtime.refused:
        return True
    registry = runtime.registry
    if runtime.config.adopt_changed_definitions:
        return (record.definition_id, record.version) not in registry.identities()
    return registry.by_fingerprint(record.fingerprint) is None


async def _terminate(runtime: Runtime, record: InstanceRecord) -> Checkpoint | None:
    """Take one instance and end it; None if it belongs to somebody who lives, or has ended."""
    dead = frozenset[str]()
    if record.owner == runtime.session_id:
        dead = frozenset({runtime.session_id})  # taken here once, but with nobody who could go on with it
    elif record.owner is not None and runtime.poller is not None:
        dead = await runtime.poller.dead({record.owner})
    claim = Claim(ids=(record.id,), dead=dead)
    now = runtime.clock.now()
    found = await runtime.store.claim(claim, session=runtime.session_id, limit=1, now=now)
    if not found:
        return None
    checkpoint = terminate_orphan(found[0], now)
    [outcome] = await runtime.store.commit([checkpoint], now=now)
    if outcome.status != "committed":
        return None
    runtime.refused.pop(record.id, None)
    runtime.broadcast.publish(found[0].instance, checkpoint.happened)
    tell(found[0].instance, checkpoint.happened)
    runtime.waiters.tell(record.id, Ended(found[0].instance, found[0].data))
    runtime.wake({message.instance_id: "?" for message in checkpoint.messages})
    return checkpoint

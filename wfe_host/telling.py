"""What a host's log says of instances: failures of steps, and how instances ended, once that is durable.

The logger is `wfe.workflows`. A step that is tried again or failed for good is a WARNING, an instance that
failed or is suspended by a failure an ERROR with the traceback of the step; all else is DEBUG. Each record
carries `wfe_instance`, `wfe_definition` and, for steps, `wfe_step` and `wfe_attempt`, as lines of steps do.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from wfe_core.engine.failing import read_error
from wfe_core.errors import ProviderError
from wfe_core.models import LifecycleKind
from wfe_core.ports import InstanceQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.ports import InstanceRecord
    from wfe_host.runtime import Runtime

logger: logging.Logger = logging.getLogger("wfe.workflows")

_LOOKED_AT = 200
"""Open instances of a definition that are looked at when it is registered: the newest."""
_SECOND = 1e6


def tell(record: InstanceRecord, entries: Iterable[Sequence[Any]]) -> None:
    """Log what happened to an instance, from the lifecycle entries of a commit."""
    for kind, at, step_key, _, attempt, detail in entries:
        level = _LEVELS.get(kind)
        if level is None:
            continue
        if kind == LifecycleKind.WORKFLOW_SUSPENDED and detail and "type" in detail:
            level = logging.ERROR
        if logger.isEnabledFor(level):
            extra: dict[str, Any] = {"wfe_instance": record.id, "wfe_definition": record.definition_id}
            if step_key is not None:
                extra |= {"wfe_step": step_key, "wfe_attempt": attempt}
            text = _text(record, kind, at, step_key, attempt, detail or {})
            logger.log(level, "%s (%s) %s", record.id, record.definition_id, text, extra=extra)


async def warn_of_outdated(runtime: Runtime, definitions: Iterable[WorkflowDefinition[Any]]) -> None:
    """Warn of open instances that nobody here can run, because their workflow has changed since.

    Workflow files are left out: what is stored with their instances is registered as it is needed.
    """
    config = runtime.config
    if config.adopt_changed_definitions or config.role == "client" or config.claim_roots is not None:
        return
    for name in sorted({each.id for each in definitions if not each.by_text}):
        query = InstanceQuery(
            statuses=frozenset({"runnable", "suspended"}), definition_id=name, limit=_LOOKED_AT
        )
        try:
            page = await runtime.store.find(query)
        except ProviderError:
            return  # whoever has to know of a store that does not answer is told elsewhere
        counts: dict[int, int] = {}
        for record in page.instances:
            if runtime.registry.by_fingerprint(record.fingerprint) is None:
                counts[record.version] = counts.get(record.version, 0) + 1
        for version, count in sorted(counts.items()):
            known = runtime.registry.find(name, version) is not None
            logger.warning(
                "%s of workflow %r version %d will not go on here: %s",
                f"{count} open instance{'s' if count > 1 else ''}",
                name,
                version,
                "this host has that version with another structure; raise the version of the new one and "
                "register the old one, too"
                if known
                else "this host does not have that version; register it, too",
                extra={"wfe_definition": name},
            )


def _text(
    record: InstanceRecord, kind: str, at: int, step: str | None, attempt: int | None, detail: dict[str, Any]
) -> str:
    error = f"{detail['type']}: {detail['message']}" if "type" in detail else ""
    if kind == LifecycleKind.STEP_RETRYING:
        wait = max(detail["due"] - at, 0) / _SECOND
        return f"tries step {step!r} again in {wait:.3g} s, attempt {attempt} failed: {error}"
    if kind == LifecycleKind.STEP_FAILED:
        return f"has a step {step!r} that failed for good: {error}"
    word = kind.removeprefix("workflow.")
    if kind == LifecycleKind.WORKFLOW_FAILED or error:
        return f"is {word}{_because(record)}"
    return f"is {word}"


def _because(record: InstanceRecord) -> str:
    error = read_error(record.error)
    if error is None:
        return ""
    where = f" at step {error.step_key!r}" if error.step_key else ""
    trace = f"\n{error.traceback.rstrip()}" if error.traceback else ""
    return f"{where}: {error.type}: {error.message}{trace}"


_LEVELS: dict[str, int] = {
    LifecycleKind.STEP_RETRYING: logging.WARNING,
    LifecycleKind.STEP_FAILED: logging.WARNING,
    LifecycleKind.WORKFLOW_FAILED: logging.ERROR,
    LifecycleKind.WORKFLOW_STARTED: logging.DEBUG,
    LifecycleKind.WORKFLOW_COMPLETED: logging.DEBUG,
    LifecycleKind.WORKFLOW_SUSPENDED: logging.DEBUG,
    LifecycleKind.WORKFLOW_RESUMED: logging.DEBUG,
    LifecycleKind.WORKFLOW_RETRIED: logging.DEBUG,
    LifecycleKind.WORKFLOW_CANCELLED: logging.DEBUG,
    LifecycleKind.WORKFLOW_TERMINATED: logging.DEBUG,
}
"""What is told of the kinds of lifecycle entries, and how loudly; the others are left to subscribers."""

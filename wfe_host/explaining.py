"""`explain`: why an instance is where it is, and what would move it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from wfe_core.clock import to_datetime
from wfe_core.engine.failing import read_error
from wfe_core.engine.guarding import running_hook
from wfe_core.engine.waiting import approval_of
from wfe_core.models import PointerStatus, WorkflowStatus
from wfe_core.serialization import loads

if TYPE_CHECKING:
    from datetime import datetime

    from wfe_core.definition.nodes import GuardNode
    from wfe_core.ports import InstanceRecord, PointerRecord
    from wfe_host.runtime import Runtime


_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing an instance waits for."""

    what: str
    """`running`, `event`, `approval`, `timer`, `retry`, `activity`, `child`, `slot`, `definition`, `lease`,
    `suspended`, `failed`, `ended`, `refused`, `thread`."""
    text: str
    """What it is, for a person."""
    remedy: str
    """What would move it."""
    step_key: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    place: str | None = None
    """For an approval: the step with the items of the loops it is in, as `ship[2]/ask`."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer of `host.explain`."""

    instance_id: str
    status: WorkflowStatus
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        """One line for the instance and one for each reason."""
        lines = [f"{self.instance_id} is {self.status}"]
        for reason in self.reasons:
            where = reason.place or reason.step_key
            at = f"{where}: " if where else ""
            lines.append(f"  {at}{reason.text} -> {reason.remedy}")
        return "\n".join(lines)


async def explain(runtime: Runtime, record: InstanceRecord) -> Explanation:
    """Explain an instance from its row and its open pointers."""
    status = WorkflowStatus(record.status)
    reasons = [*_of_instance(runtime, record, status), *await _of_lease(runtime, record, status)]
    after = 0
    while not status.terminal:
        page = await runtime.store.pointers(record.id, after=after, limit=_PAGE)
        for pointer in page:
            reasons += _of_pointer(runtime, record, pointer)
        if len(page) < _PAGE:
            break
        after = page[-1].id
    return Explanation(record.id, status, tuple(reasons))


def _of_instance(runtime: Runtime, record: InstanceRecord, status: WorkflowStatus) -> list[Reason]:
    ended = None if record.ended is None else to_datetime(record.ended)
    error = read_error(record.error)
    if status is WorkflowStatus.FAILED:
        key = None if error is None else error.step_key
        return [Reason("failed", f"failed: {error}", "mend the cause, then retry it", key, ended)]
    if status.terminal:
        return [Reason("ended", f"ended {status}", "nothing: it is over", None, ended)]
    reasons: list[Reason] = []
    if status is WorkflowStatus.SUSPENDED:
        why = f" after {error}" if error else ""
        reasons.append(Reason("suspended", f"suspended{why}", "resume it"))
    registry = runtime.registry
    if record.id in runtime.refused:
        remedy = "mend the cause and restart the host, or terminate it"
        reasons.append(Reason("refused", runtime.refused[record.id], remedy))
    if registry.by_fingerprint(record.fingerprint) is None:
        known = registry.find(record.definition_id, record.version)
        name = f"{record.definition_id!r} version {record.version}"
        if known is None:
            text, remedy = f"workflow {name} is not registered on this host", "register it on a running host"
        else:
            what = "text" if known.by_text else "structure"
            text = f"workflow {name} is registered here with another {what} than the instance has"
            remedy = f"register the old {what}, or set HostConfig(adopt_changed_definitions=True)"
        remedy += ", or terminate it"
        if not (known is not None and runtime.config.adopt_changed_definitions):
            reasons.append(Reason("definition", text, remedy))
    return reasons


async def _of_lease(runtime: Runtime, record: InstanceRecord, status: WorkflowStatus) -> list[Reason]:
    """Who holds the instance, when that is another host, and whether it lives."""
    if status.terminal or record.owner in (None, runtime.session_id) or runtime.poller is None:
        return []
    if await runtime.poller.dead({record.owner}):
        text = f"was held by host session {record.owner}, which is dead"
        return [Reason("lease", text, "a running host that knows its definition takes it over")]
    return [Reason("lease", f"held by host session {record.owner}", "that host runs it")]


def _of_pointer(runtime: Runtime, record: InstanceRecord, p: PointerRecord) -> list[Reason]:
    definition = runtime.registry.by_fingerprint(record.fingerprint) or runtime.registry.find(
        record.definition_id, record.version
    )
    node = None if definition is None else definition.steps.get(p.step)
    hook = running_hook(p) if node is not None and node.kind == "guard" else None
    if hook is not None:
        since = None if p.due is None else to_datetime(p.due - cast("GuardNode", node).ensure_timeout)
        until = None if p.due is None else to_datetime(p.due)
        return [Reason("running", f"runs its {hook} hook", "the hook ends", p.step, since, until)]
    if (node is not None and node.container and p.status == PointerStatus.RUNNING) or not p.live:
        return []
    since = to_datetime(p.started or p.created)
    until = None if p.due is None else to_datetime(p.due)
    state: dict[str, Any] = {} if p.state is None else loads(p.state)
    return [_reason(runtime, record, p, state, since, until)]


def _reason(  # noqa: PLR0911 - one sentence for each kind of waiting
    runtime: Runtime,
    record: InstanceRecord,
    p: PointerRecord,
    state: dict[str, Any],
    since: datetime,
    until: datetime | None,
) -> Reason:
    error = read_error(p.error)
    if (record.id, p.id) in runtime.lingering:
        text = "the thread of an attempt that was given up still runs"
        return Reason("thread", text, "it ends, or abandon_after passes", p.step, since)
    if p.status == PointerStatus.SLEEPING and error is not None:
        text = f"attempt {p.attempt} failed ({error}); the next one comes at {until}"
        return Reason("retry", text, "the timer", p.step, since, until)
    if "blocked" in state:
        return Reason("definition", state["blocked"], "register it", p.step, since, until)
    if p.status == PointerStatus.SLEEPING:
        return Reason("timer", f"sleeps until {until}", "the timer", p.step, since, until)
    if "prompt" in state:
        wanted = approval_of(record.id, p)
        return Reason(
            "approval",
            f"waits for an approval: {state['prompt']}",
            "approve or reject it",
            p.step,
            since,
            until,
            None if wanted is None else wanted[0],
        )
    if "wait" in state:
        name, key, _ = state["wait"]
        return Reason(
            "event", f"waits for event {name!r} with key {key!r}", "publish that event", p.step, since, until
        )
    if "activity" in state:
        return Reason(
            "activity",
            "waits for an outside worker",
            "a worker claims and completes it",
            p.step,
            since,
            until,
        )
    if "child" in state:
        return Reason(
            "child", f"waits for sub-workflow {state['child']!r}", "that instance ends", p.step, since, until
        )
    if p.status == PointerStatus.PENDING:
        return Reason("slot", "ready to run", "a free slot, a host that takes it, or a resume", p.step, since)
    if p.status == PointerStatus.FAILED and record.status == WorkflowStatus.RUNNABLE:
        text = f"failed: {error}; that is held back while others run beside it"
        return Reason("failed", text, "they end; then it can be retried", p.step, since)
    if p.status == PointerStatus.FAILED:
        return Reason("failed", f"failed: {error}", "retry or resume the instance", p.step, since)
    if p.status == PointerStatus.COMPENSATING and "leaving" in state:
        text = f"is undone when sub-workflow {state['leaving'][0]!r} has undone itself"
        return Reason("child", text, "that instance ends", p.step, since)
    if p.status == PointerStatus.COMPENSATING:
        return Reason("running", "is being undone", "its compensation ends", p.step, since)
    return Reason("running", f"attempt {p.attempt} runs", "it ends", p.step, since)

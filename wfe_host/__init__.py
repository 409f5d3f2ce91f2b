"""The runtime of wfe: `WorkflowHost` starts instances, drives them, and takes over those of dead hosts."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wfe_core.models import SettledStep
    from wfe_host.arbitration import change_locks
    from wfe_host.commands import ActivityLease
    from wfe_host.config import HostConfig
    from wfe_host.explaining import Explanation, Reason
    from wfe_host.handle import WorkflowHandle
    from wfe_host.host import WorkflowHost
    from wfe_host.queries import InstancePage
    from wfe_host.starting import StartRequest
    from wfe_host.sync import SyncWorkflowHost

_HOME = {
    "ActivityLease": "wfe_host.commands",
    "Explanation": "wfe_host.explaining",
    "HostConfig": "wfe_host.config",
    "InstancePage": "wfe_host.queries",
    "Reason": "wfe_host.explaining",
    "SettledStep": "wfe_core.models",
    "StartRequest": "wfe_host.starting",
    "SyncWorkflowHost": "wfe_host.sync",
    "WorkflowHandle": "wfe_host.handle",
    "WorkflowHost": "wfe_host.host",
    "change_locks": "wfe_host.arbitration",
}
"""The module of each public name: imported when first asked for, so that `wfe --help` stays fast."""

__all__ = [
    "ActivityLease",
    "Explanation",
    "HostConfig",
    "InstancePage",
    "Reason",
    "SettledStep",
    "StartRequest",
    "SyncWorkflowHost",
    "WorkflowHandle",
    "WorkflowHost",
    "change_locks",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name from where it lives, once."""
        home = _HOME.get(name)
        if home is None:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value = getattr(import_module(home), name)
        globals()[name] = value
        return value

"""Ports: what the engine asks of stores, locks, queues, search and hubs (hexagonal architecture).

Each docstring is the contract; `wfe_core.testing.conformance` tests it.
"""

from wfe_core.ports.changes import Change, ChangeFeed, Content
from wfe_core.ports.lifecycle import LifecycleHub
from wfe_core.ports.locks import LockProvider, SessionState
from wfe_core.ports.persistence import (
    ActivityClaim,
    ActivityStore,
    CacheStore,
    DefinitionStore,
    EventStore,
    InstanceReader,
    LogStore,
    PersistenceProvider,
    WorkflowStore,
)
from wfe_core.ports.providers import Capabilities, Providers
from wfe_core.ports.queues import QueueProvider
from wfe_core.ports.records import (
    APPROVAL_EVENT,
    CHUNK,
    COMMITTED,
    ActivityItem,
    Checkpoint,
    Claim,
    CommitOutcome,
    EventRecord,
    Head,
    Hint,
    InboxMessage,
    InstanceQuery,
    InstanceRecord,
    ItemChunk,
    LoadedInstance,
    LogChunk,
    Message,
    OutboxRow,
    Outlook,
    Page,
    PointerRecord,
    SchemaInfo,
    SessionInfo,
    Subscription,
)
from wfe_core.ports.search import SearchProvider

__all__ = [
    "APPROVAL_EVENT",
    "CHUNK",
    "COMMITTED",
    "ActivityClaim",
    "ActivityItem",
    "ActivityStore",
    "CacheStore",
    "Capabilities",
    "Change",
    "ChangeFeed",
    "Checkpoint",
    "Claim",
    "CommitOutcome",
    "Content",
    "DefinitionStore",
    "EventRecord",
    "EventStore",
    "Head",
    "Hint",
    "InboxMessage",
    "InstanceQuery",
    "InstanceReader",
    "InstanceRecord",
    "ItemChunk",
    "LifecycleHub",
    "LoadedInstance",
    "LockProvider",
    "LogChunk",
    "LogStore",
    "Message",
    "OutboxRow",
    "Outlook",
    "Page",
    "PersistenceProvider",
    "PointerRecord",
    "Providers",
    "QueueProvider",
    "SchemaInfo",
    "SearchProvider",
    "SessionInfo",
    "SessionState",
    "Subscription",
    "WorkflowStore",
]

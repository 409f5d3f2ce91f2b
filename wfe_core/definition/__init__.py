"""Definitions: the tree of nodes, its links, its fingerprint, its drawings."""

from wfe_core.definition.definition import WorkflowDefinition

__all__ = ["WorkflowDefinition"]

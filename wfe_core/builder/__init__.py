"""The builder: definitions written as chains of calls."""

from wfe_core.builder.branch import Branch
from wfe_core.builder.dag import Dag
from wfe_core.builder.workflow import WorkflowBuilder

__all__ = ["Branch", "Dag", "WorkflowBuilder"]

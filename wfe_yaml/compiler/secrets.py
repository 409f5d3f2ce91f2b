"""The secrets of a workflow: those it declares, and no others, reach its steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code
from wfe_yaml.secrets import SHORTEST_MASKED, available_secrets

if TYPE_CHECKING:
    from wfe_yaml.executors.base import Tools
    from wfe_yaml.model.document import WorkflowModel
    from wfe_yaml.source.problems import Problems


def with_secrets(model: WorkflowModel, tools: Tools, problems: Problems) -> Tools:
    """Give the tools with exactly the secrets that a workflow declares; warn of those that are not masked."""
    given = available_secrets(model.secrets, tools)
    for name in given:
        if len(given[name]) < SHORTEST_MASKED:
            message = f"the secret {name!r} has fewer than {SHORTEST_MASKED} characters, so it is not masked"
            problems.add(Code.SHORT_SECRET, message, model.at("secrets"), "use a longer one")
    return replace(tools, secrets=given)

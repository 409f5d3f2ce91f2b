"""wfe_yaml: the YAML language, its executors and the `wfe` command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wfe_yaml.errors import YamlError
    from wfe_yaml.executors.executor import Executor
    from wfe_yaml.loader import CompiledWorkflow, load_workflow, load_workflow_from_str
    from wfe_yaml.registering import register_workflow
    from wfe_yaml.schema import json_schema

__all__ = [
    "CompiledWorkflow",
    "Executor",
    "YamlError",
    "json_schema",
    "load_workflow",
    "load_workflow_from_str",
    "register_workflow",
]


def __getattr__(name: str) -> Any:
    """Import on first use: the command must show its help before the compiler is loaded.

    Nor does the supervisor of a run need more of this package than its own modules.
    """
    if name == "YamlError":
        from wfe_yaml import errors  # noqa: PLC0415

        return errors.YamlError
    if name == "Executor":
        from wfe_yaml.executors import executor  # noqa: PLC0415

        return executor.Executor
    if name == "json_schema":
        from wfe_yaml import schema  # noqa: PLC0415

        return schema.json_schema
    if name == "register_workflow":
        from wfe_yaml import registering  # noqa: PLC0415

        return registering.register_workflow
    if name in __all__:
        from wfe_yaml import loader  # noqa: PLC0415

        return getattr(loader, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)

"""Loading workflow files: `load_workflow`, `load_workflow_from_str`, and what a stored run is loaded from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_yaml.compiler.closure import Closure, SourceFile
from wfe_yaml.compiler.workflow import compile_workflows
from wfe_yaml.errors import Code, Problem, YamlError
from wfe_yaml.executors.base import Tools
from wfe_yaml.executors.local import LocalProcesses
from wfe_yaml.model.document import read_document
from wfe_yaml.model.inputs import checked_inputs
from wfe_yaml.source.composer import Composer
from wfe_yaml.source.problems import Problems, listing, suggest
from wfe_yaml.source.text import SourceText, read_source

if TYPE_CHECKING:
    from os import PathLike

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_yaml.model.document import WorkflowModel
    from wfe_yaml.model.inputs import InputModel


@dataclass(frozen=True, slots=True)
class CompiledWorkflow:
    """A workflow file, checked and compiled.

    Attributes:
        definition: the entry: the first workflow of the file, or the one that was asked for.
        definitions: all workflows of the file.
        source: the texts it was made from.
        models: what the file says, by the id of the workflow.
        warnings: what is doubtful, but stops nothing.
    """

    definition: WorkflowDefinition[dict[str, Any]]
    definitions: tuple[WorkflowDefinition[dict[str, Any]], ...]
    source: Closure
    models: Mapping[str, WorkflowModel]
    warnings: tuple[Problem, ...] = ()

    @property
    def inputs(self) -> Mapping[str, InputModel]:
        """The declared inputs of the entry."""
        return self.models[self.definition.id].inputs

    def start_data(
        self, inputs: Mapping[str, Any] | None = None, *, root: str | PathLike[str] = "."
    ) -> dict[str, Any]:
        """Check the inputs of a run and give the data it starts with.

        Args:
            inputs: values by name.
            root: the folder from which relative paths in the file count.

        Raises:
            YamlError: an input is unknown, missing or does not fit; names all of them.
        """
        values = checked_inputs(self.inputs, inputs or {})
        return {"inputs": values, "run": {"root": str(Path(root).absolute()), "file": self.source.main.name}}

    def read_inputs(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Turn inputs given as text (`-i name=text`) into values of their types.

        Raises:
            YamlError: an input is unknown, or its text is no value of its type.
        """
        problems = Problems()
        values: dict[str, Any] = {}
        for name, text in texts.items():
            model = self.inputs.get(name)
            try:
                values[name] = text if model is None else model.type.from_text(text)
            except ValueError as exc:
                problems.add(Code.INPUT, f"input {name!r}: {exc}", None)
        problems.raise_any()
        return values


def local_tools(realm: str = "", *, allow: frozenset[str] | None = None) -> Tools:
    """Give what executors work with by default: child processes and the environment of this process.

    Args:
        realm: names the store.
        allow: the types of steps that may run here; None for all.
    """
    return Tools(processes=LocalProcesses(), environ=dict(os.environ), realm=realm, allow=allow)


def load_workflow(
    path: str | PathLike[str],
    *,
    variables: Mapping[str, Any] | None = None,
    workflow: str | None = None,
    tools: Tools | None = None,
) -> CompiledWorkflow:
    """Load a workflow file.

    Args:
        path: the file.
        variables: reserved for `vars.NAME`, which this version does not have.
        workflow: the id of the entry, when the file has several; the first by default.
        tools: what executors work with; this process's environment and child processes by default.

    Raises:
        YamlError: everything that is wrong with it, with places and hints.
    """
    del variables
    return _load(read_source(path), workflow, tools)


def load_workflow_from_str(
    text: str,
    *,
    name: str = "<text>",
    variables: Mapping[str, Any] | None = None,
    workflow: str | None = None,
    tools: Tools | None = None,
) -> CompiledWorkflow:
    """Load a workflow from text; `name` stands for the file in messages. See `load_workflow`.

    Raises:
        YamlError: everything that is wrong with it, with places and hints.
    """
    del variables
    return _load(SourceText(name, text), workflow, tools)


def load_closure(stored: str, *, workflow: str, tools: Tools | None = None) -> CompiledWorkflow:
    """Load what a run was started from, whatever became of the file since.

    Raises:
        StorageCorruptError: it is no stored workflow, or of a newer version of wfe.
        YamlError: this version of wfe does not accept the text any more.
    """
    main = Closure.from_json(stored).main
    return load_workflow_from_str(main.text, name=main.name, workflow=workflow, tools=tools)


def _load(source: SourceText, workflow: str | None, tools: Tools | None) -> CompiledWorkflow:
    problems = Problems()
    node = Composer(source, problems).compose()
    # Problems of the composer (a key twice, a wrong tag) and of the model are told together.
    document = read_document(node, problems) if node is not None else None
    closure = Closure((SourceFile(source.name, source.text),))
    tools = tools or local_tools()
    models = document.all() if document is not None else []
    definitions = compile_workflows(models, closure, tools, problems)
    problems.raise_any()
    found = {each.id: each for each in definitions if each is not None}
    if not found:
        raise YamlError(Problem(Code.SYNTAX, f"{source.name}: the file has no workflow"))
    wanted = next(iter(found)) if workflow is None else workflow
    if wanted not in found:
        hint = suggest(wanted, found) or f"there are: {listing(found)}"
        raise YamlError(Problem(Code.VALUE, f"{source.name} has no workflow {wanted!r}", None, hint))
    return CompiledWorkflow(
        found[wanted],
        tuple(found.values()),
        closure,
        {model.id: model for model in models},
        problems.warnings(),
    )

"""Loading workflow files: `load_workflow`, `load_workflow_from_str`, and what a stored run is loaded from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_yaml.artifacts import ArtifactStore
from wfe_yaml.compiler.closure import Closure, SourceFile
from wfe_yaml.compiler.variables import variable_values
from wfe_yaml.compiler.workflow import compile_workflows
from wfe_yaml.errors import Code, Problem, YamlError
from wfe_yaml.executors.base import Tools
from wfe_yaml.executors.masking import revealed
from wfe_yaml.executors.supervised import SupervisedProcesses
from wfe_yaml.model.document import read_document
from wfe_yaml.model.inputs import checked_inputs
from wfe_yaml.secrets import available_secrets
from wfe_yaml.source.includes import FolderLibrary, Includes, TextLibrary
from wfe_yaml.source.problems import Problems, listing, suggest
from wfe_yaml.source.templates import Reading
from wfe_yaml.source.text import SourceText, read_source

if TYPE_CHECKING:
    from os import PathLike

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_yaml.executors.base import StepType
    from wfe_yaml.model.document import WorkflowModel
    from wfe_yaml.model.inputs import InputModel
    from wfe_yaml.source.includes import Library


@dataclass(frozen=True, slots=True)
class CompiledWorkflow:
    """A workflow file, checked and compiled.

    Attributes:
        definition: the entry: the first workflow of the file, or the one that was asked for.
        definitions: all workflows of the file.
        source: the texts it was made from.
        models: what the file says, by the id of the workflow.
        tools: what its steps work with.
        warnings: what is doubtful, but stops nothing.
        missing_secrets: secrets of the entry without a value; a run needs them, a check of the file does not.
    """

    definition: WorkflowDefinition[dict[str, Any]]
    definitions: tuple[WorkflowDefinition[dict[str, Any]], ...]
    source: Closure
    models: Mapping[str, WorkflowModel]
    tools: Tools
    warnings: tuple[Problem, ...] = ()
    missing_secrets: tuple[str, ...] = ()

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
            YamlError: an input is unknown, missing, does not fit, or contains a secret; names all of them.
        """
        # Of several workflows in a file the first is meant if none is named: who forgot that is reminded.
        values = checked_inputs(
            self.inputs, inputs or {}, self.definition.id if len(self.models) > 1 else None
        )
        self.keep_secrets("input", Code.INPUT, inputs or {})
        return {"inputs": values, "run": {"root": str(Path(root).absolute()), "file": self.source.main.name}}

    def keep_secrets(self, what: str, code: Code, given: Mapping[str, Any]) -> None:
        """Check that what a caller gives contains no secret, because it is stored as it is.

        Raises:
            YamlError: names what does.
        """
        names = dict.fromkeys(name for model in self.models.values() for name in model.secrets)
        secrets = available_secrets(names, self.tools)
        problems = Problems()
        for name, value in given.items():
            secret = revealed(json.dumps(value, ensure_ascii=False, default=str), secrets)
            if secret is not None:
                message = f"the {what} {name!r} contains the secret {secret!r}, and it would be stored"
                problems.add(code, message, None, f"use secrets.{secret} in the step that needs it")
        problems.raise_any()

    def require_secrets(self) -> None:
        """Check that every secret of the entry has a value.

        Raises:
            YamlError: names those that have none.
        """
        problems = Problems()
        for name in self.missing_secrets:
            hint = f"set the environment variable {name}, or name a file with  --secret-file"
            problems.add(Code.SECRET, f"the secret {name!r} is missing", None, hint)
        problems.raise_any()

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


def local_tools(
    realm: str = "",
    *,
    home: Path | None = None,
    ttl: float | None = None,
    allow: frozenset[str] | None = None,
    environ: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    types: Mapping[str, type[StepType]] | None = None,
    artifacts: Path | None = None,
) -> Tools:
    """Give what executors work with by default: this machine's processes and this process's environment.

    Args:
        realm: names the store.
        home: where the processes of runs keep their output and results, so that they outlive this process;
            None lets them end with it.
        ttl: where other machines can take over the runs of this one: seconds without a sign of life from this
            process after which its steps are killed.
        allow: the types of steps that may run here; None for all.
        environ: instead of the environment of this process.
        secrets: values of secrets, which go before the environment.
        types: types of steps of your own, by the word after `type:`, which need no entry point.
        artifacts: where the files are kept that steps leave for others; `.wfe/artifacts` by default.
    """
    return Tools(
        processes=SupervisedProcesses(realm, home=home, ttl=ttl),
        environ=dict(os.environ if environ is None else environ),
        allow=allow,
        secrets=dict(secrets or {}),
        types=dict(types or {}),
        artifacts=ArtifactStore(artifacts or Path(".wfe", "artifacts")),
    )


def load_workflow(
    path: str | PathLike[str],
    *,
    variables: Mapping[str, Any] | None = None,
    workflow: str | None = None,
    tools: Tools | None = None,
) -> CompiledWorkflow:
    """Load a workflow file and the files it includes.

    Args:
        path: the file.
        variables: values for `vars.NAME`, which go before those that the file gives.
        workflow: the id of the entry, when the file has several; the first by default.
        tools: what executors work with; this process's environment and child processes by default.

    Raises:
        YamlError: everything that is wrong with it, with places and hints.
    """
    source, library = read_source(path), FolderLibrary(Path(path).parent)
    return _load_with(source, library, variables or {}, workflow, tools)


def load_workflow_from_str(
    text: str,
    *,
    name: str = "<text>",
    files: Mapping[str, str] | None = None,
    variables: Mapping[str, Any] | None = None,
    workflow: str | None = None,
    tools: Tools | None = None,
) -> CompiledWorkflow:
    """Load a workflow from text.

    Args:
        text: the text of the workflow file.
        name: stands for the file in messages.
        files: the texts of the files it includes, by their paths; without it they are read from disk, beside
            `name` (the current folder when that is no path).
        variables: see `load_workflow`, as for the rest.
        workflow: the id of the entry.
        tools: what executors work with.

    Raises:
        YamlError: everything that is wrong with it, with places and hints.
    """
    library = TextLibrary(files) if files is not None else FolderLibrary(Path(name).parent)
    return _load_with(SourceText(name, text), library, variables or {}, workflow, tools)


def load_closure(stored: str, *, workflow: str, tools: Tools | None = None) -> CompiledWorkflow:
    """Load what a run was started from, whatever became of the files since.

    Raises:
        StorageCorruptError: it is no stored workflow, or of a newer version of wfe.
        YamlError: this version of wfe does not accept the text any more.
    """
    closure = Closure.from_json(stored)
    source, library = SourceText(closure.main.name, closure.main.text), TextLibrary(closure.included())
    return _load(source, library, closure.variables, workflow, tools)


def changed_files(closure: Closure, main: str | PathLike[str]) -> dict[str, str]:
    """Name the files that are no longer what a closure was made from, and say what became of each.

    Args:
        closure: what was stored with a run.
        main: where the main file lies now.
    """
    changed: dict[str, str] = {}
    for file in closure.files:
        path = Path(main).parent / file.path if file.path else Path(main)
        try:
            if read_source(path).text != file.text:
                changed[file.name] = "has changed"
        except YamlError:
            changed[file.name] = "cannot be read any more" if path.exists() else "is gone"
    return changed


def _load_with(
    source: SourceText,
    library: Library,
    variables: Mapping[str, Any],
    workflow: str | None,
    tools: Tools | None,
) -> CompiledWorkflow:
    """Load with variables that a caller gives: they are stored with the run, so they must hold no secret."""
    compiled = _load(source, library, variables, workflow, tools)
    compiled.keep_secrets("variable", Code.VARIABLE, variables)
    return compiled


def _load(
    source: SourceText,
    library: Library,
    variables: Mapping[str, Any],
    workflow: str | None,
    tools: Tools | None,
) -> CompiledWorkflow:
    # Problems of the composer (a key twice, a wrong tag) and of the model are told together.
    reading = Reading()
    files = Includes(source, library, reading).gather()
    document = read_document([file.root for file in files if file.root is not None], reading)
    texts = [file.source for file in files]
    values = variable_values(document.variables, variables, texts, reading)
    closure = Closure(
        tuple(SourceFile(file.source.name, file.source.text, file.path) for file in files), values
    )
    tools = tools or local_tools()
    compiled = compile_workflows(document.workflows, closure, tools, reading)
    reading.raise_any()
    found = {each.id: each for each in compiled.definitions}
    if not found:
        raise YamlError(Problem(Code.SYNTAX, f"{source.name}: the file has no workflow"))
    wanted = next(iter(found)) if workflow is None else workflow
    if wanted not in found:
        hint = suggest(wanted, found) or f"there are: {listing(found)}"
        raise YamlError(Problem(Code.VALUE, f"{source.name} has no workflow {wanted!r}", None, hint))
    models = {model.id: model for model in document.workflows}
    needed = dict.fromkeys(name for id in compiled.reached(wanted) for name in models[id].secrets)
    given = available_secrets(needed, tools)
    return CompiledWorkflow(
        found[wanted],
        tuple(found.values()),
        closure,
        models,
        tools,
        reading.warnings(),
        tuple(name for name in needed if name not in given),
    )

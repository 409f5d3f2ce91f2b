"""The inputs of a run: from a file, and from `-i name=value`."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from wfe_yaml.cli.exits import CommandError
from wfe_yaml.diagnostics import render
from wfe_yaml.errors import Code, Problem, YamlError
from wfe_yaml.loader import load_workflow
from wfe_yaml.source.composer import compose
from wfe_yaml.source.nodes import Mapping, plain_value
from wfe_yaml.source.text import read_source

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence
    from os import PathLike
    from pathlib import Path

    from wfe_yaml.executors.base import Tools
    from wfe_yaml.loader import CompiledWorkflow


def given_inputs(compiled: CompiledWorkflow, pairs: Sequence[str], file: Path | None) -> dict[str, Any]:
    """Gather the inputs; those of the command line win over those of the file.

    Raises:
        CommandError: an option is not of the form name=value.
        YamlError: the file is wrong, or a text is no value of its input's type.
    """
    values = _from_file(compiled, file) if file is not None else {}
    return values | compiled.read_inputs(_pairs("-i", pairs))


def given_variables(pairs: Sequence[str]) -> dict[str, str]:
    """Read what `--var` was given.

    Raises:
        CommandError: an option is not of the form name=value.
    """
    return _pairs("--var", pairs)


def _pairs(option: str, pairs: Sequence[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise CommandError(f"{option} takes NAME=VALUE, not {pair!r}")
        texts[name] = text
    return texts


def read_env_file(file: Path) -> dict[str, str]:
    """Read NAME=VALUE lines; blank lines and lines that begin with # say nothing, quotes are taken off.

    Raises:
        CommandError: the file cannot be read, or a line is of another form.
    """
    try:
        text = file.read_text("utf-8")
    except OSError as exc:
        raise CommandError(f"--env-file {file} cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise CommandError(f"--env-file {file} cannot be read: it is not UTF-8") from exc
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip().removeprefix("export ")
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals or not _NAME.fullmatch(name):
            # The line itself is not repeated: it may hold a secret.
            raise CommandError(f"--env-file {file}:{number}: expected NAME=VALUE")
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        values[name] = value[1:-1] if quoted else value
    return values


def _from_file(compiled: CompiledWorkflow, file: Path) -> dict[str, Any]:
    if file.is_dir():
        raise CommandError(f"--inputs-file {file} is a directory", hint="name a YAML or JSON file")
    node = compose(read_source(file))
    if not isinstance(node, Mapping):
        message = f"a file of inputs is a mapping from names to values, not {node.kind}"
        raise YamlError(Problem(Code.TYPE, message, node.location))
    values: dict[str, Any] = {}
    for name, entry in node.entries.items():
        model = compiled.inputs.get(name)
        values[name] = plain_value(entry.value) if model is None else model.type.from_node(entry.value)
    return values


def load_file(
    file: str | PathLike[str],
    *,
    variables: MappingABC[str, Any] | None,
    workflow: str | None,
    tools: Tools | None = None,
) -> CompiledWorkflow:
    """Load a workflow file, and say what is doubtful about it.

    Raises:
        YamlError: the file is wrong.
    """
    compiled = load_workflow(file, variables=variables, workflow=workflow, tools=tools)
    if compiled.warnings:
        print(render(compiled.warnings), file=sys.stderr)
    return compiled

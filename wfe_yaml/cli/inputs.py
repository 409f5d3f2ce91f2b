"""The inputs of a run: from a file, and from `-i name=value`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_yaml.cli.exits import CommandError
from wfe_yaml.errors import Code, Problem, YamlError
from wfe_yaml.source.composer import compose
from wfe_yaml.source.nodes import Mapping, plain_value
from wfe_yaml.source.text import read_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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


def _from_file(compiled: CompiledWorkflow, file: Path) -> dict[str, Any]:
    node = compose(read_source(file))
    if not isinstance(node, Mapping):
        message = f"a file of inputs is a mapping from names to values, not {node.kind}"
        raise YamlError(Problem(Code.TYPE, message, node.location))
    values: dict[str, Any] = {}
    for name, entry in node.entries.items():
        model = compiled.inputs.get(name)
        values[name] = plain_value(entry.value) if model is None else model.type.from_node(entry.value)
    return values

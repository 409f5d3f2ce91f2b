"""`settle`: a draft becomes a workflow file that the compiler accepts, or what it refuses is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wfe_yaml.errors import Code, Problem, Severity, YamlError
from wfe_yaml.expressions.values import is_list, is_mapping
from wfe_yaml.importing.writing import write_yaml
from wfe_yaml.loader import load_workflow_from_str
from wfe_yaml.source import nodes
from wfe_yaml.source.composer import compose
from wfe_yaml.source.problems import Problems
from wfe_yaml.source.text import SourceText

_MOST_ROUNDS = 8
_RESULT = "<the result>"


@dataclass(slots=True)
class Draft:
    """A document, and which part of the other file each of its steps comes from.

    Attributes:
        document: plain values; steps are dicts of their own.
        problems: what has no counterpart.
        origins: for steps, by `id(step)`: the key by which `settle` asks to leave it out.
    """

    document: dict[str, Any]
    problems: Problems
    origins: dict[int, str] = field(default_factory=dict[int, str])


@dataclass(frozen=True, slots=True)
class Imported:
    """What an importer gives.

    Attributes:
        text: the workflow file.
        left_out: what has no counterpart, at its places in the other file.
    """

    text: str
    left_out: tuple[Problem, ...]


Build = Callable[[Mapping[str, str]], Draft]
"""Makes a draft without the steps that are named, each with the reason, which it must tell."""


def settle(build: Build, *, head: str = "") -> Imported:
    """Build a draft that the compiler accepts.

    Args:
        build: makes it.
        head: a comment above it.

    Raises:
        YamlError: nothing is left of it, or the compiler refuses what no step can be blamed for.
    """
    refused: dict[str, str] = {}
    for _ in range(_MOST_ROUNDS):
        draft = build(refused)
        draft.problems.raise_any()
        text = write_yaml(draft.document, head=head)
        try:
            load_workflow_from_str(text, name=_RESULT, files={})
        except YamlError as exc:
            blamed = _blamed(exc, text, draft)
            if not blamed.keys() - refused.keys():
                raise YamlError(*map(_elsewhere, exc.problems)) from exc
            refused = {**blamed, **refused}
        else:
            return Imported(text, draft.problems.listed())
    raise YamlError(Problem(Code.LIMIT, "so much of it cannot be expressed that nothing useful is left"))


def _elsewhere(problem: Problem) -> Problem:
    """Tell what the compiler says of the result to somebody who has not seen it."""
    return Problem(problem.code, f"what it becomes is refused: {problem.message}", None, problem.hint)


def _blamed(exc: YamlError, text: str, draft: Draft) -> dict[str, str]:
    """Name the steps in which the compiler found something, with what it says."""
    begins = list(_begins(draft.document, compose(SourceText(_RESULT, text)), draft.origins))
    found: dict[str, str] = {}
    for problem in exc.problems:
        if problem.severity is not Severity.ERROR or problem.location is None:
            continue
        # A step within another stands at its end, so the one that began last is the one that holds the place.
        before = [begin for begin in begins if begin[0] <= problem.location.start]
        if before:
            found.setdefault(max(before)[1], problem.message)
    return found


def _begins(value: Any, node: nodes.Node, origins: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Give where the steps of a draft begin in its text."""
    if id(value) in origins:
        yield node.start, origins[id(value)]
    if is_mapping(value) and isinstance(node, nodes.Mapping):
        for word, each in value.items():
            yield from _begins(each, node.entries[word].value, origins)
    elif is_list(value) and isinstance(node, nodes.Sequence):
        for each, item in zip(value, node.items, strict=True):
            yield from _begins(each, item, origins)

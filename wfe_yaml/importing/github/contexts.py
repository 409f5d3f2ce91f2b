"""What names in expressions of GitHub Actions stand for: `github`, `env`, `steps`, `needs` and the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wfe_yaml.importing.github.expressions import UntranslatableError, part, quoted, translate
from wfe_yaml.importing.names import Names, literal

_RUN = {
    "run_id": "run.id",
    "run_attempt": "run.attempt",
    "run_number": "run.attempt",
    "workflow": "workflow.id",
    "workspace": '"."',
    "server_url": '"https://github.com"',
    "api_url": '"https://api.github.com"',
}
"""Parts of `github` that are known of any run."""
_ASKED = frozenset(
    ("sha", "ref", "ref_name", "ref_type", "head_ref", "base_ref", "repository", "repository_owner", "actor"),
) | {"event_name", "triggering_actor"}
"""Parts of `github` that a run can be given."""
_RUNNER = {"os": '"Linux"', "arch": '"X64"', "name": '"wfe"', "environment": '"self-hosted"'}
_WHOLE = len(("steps.NAME", "outputs"))
_OUTCOMES = ("outcome", "conclusion")


@dataclass(slots=True)
class Needed:
    """What a workflow must be given because expressions name it.

    Attributes:
        inputs: inputs of the workflow.
        secrets: names of secrets.
        variables: constants of the file.
        declared: inputs that the file itself declares, by how it calls them, and what they are called here.
    """

    inputs: dict[str, Any] = field(default_factory=dict[str, Any])
    secrets: dict[str, None] = field(default_factory=dict[str, None])
    variables: dict[str, str] = field(default_factory=dict[str, str])
    declared: dict[str, str] = field(default_factory=dict[str, str])
    taken: Names = field(default_factory=Names)


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A job as others see it.

    Attributes:
        name: what its container is called.
        outputs: the expressions of its outputs, seen from beside it; None for one that has no counterpart.
        skippable: it may be skipped.
    """

    name: str
    outputs: Mapping[str, str | None]
    skippable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the names in an expression stand for, at a place.

    Attributes:
        needed: gathers what a run must be given.
        env: variables of the workflow, the job and the step, as expressions of ours; None for one without a
            counterpart.
        shared: those of them that the workflow has, which expressions can name.
        jobs: the jobs that this one needs.
        steps: the steps of this job before this one, by their ids, and what they are called.
        soft: those of them that may fail.
        prefix: the way to these steps.
        matrix: the axes of the job's matrix.
        words: those of them that are one word in each cell.
        status: an expression for how the job has gone so far.
    """

    needed: Needed
    env: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    shared: frozenset[str] = frozenset()
    jobs: Mapping[str, JobSeen] = field(default_factory=dict[str, JobSeen])
    steps: Mapping[str, str] = field(default_factory=dict[str, str])
    soft: frozenset[str] = frozenset()
    prefix: str = "steps"
    matrix: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    status: str = '"success"'

    def __call__(self, names: tuple[str, ...]) -> str:
        """Give the expression for a name with its parts.

        Raises:
            UntranslatableError: there is no counterpart.
        """
        first, rest = names[0].casefold(), names[1:]
        room = _ROOMS.get(first)
        if room is None or not rest:
            raise UntranslatableError(f"{'.'.join(names)!r} has no counterpart")
        return room(self, rest)

    def within(self, env: Mapping[str, str | None]) -> Scope:
        """Give the scope with more variables, which hide those of the same name."""
        return replace(self, env={**self.env, **env}, shared=self.shared - env.keys())

    def none(self, *names: str) -> UntranslatableError:
        """Say that a name has no counterpart."""
        return UntranslatableError(f"{'.'.join(names)!r} has no counterpart")


def _github(scope: Scope, names: tuple[str, ...]) -> str:
    word = names[0].casefold()
    if word == "event" and names[1:2] == ("inputs",) and len(names) > 2:  # noqa: PLR2004
        # Over there these are texts, whatever their types; `inputs` has the values.
        return f'({_inputs(scope, names[2:])} ~ "")'
    if word == "token":
        return _secrets(scope, ("GITHUB_TOKEN",))
    if len(names) == 1 and word in _RUN:
        return _RUN[word]
    if len(names) > 1 or word not in _ASKED:
        raise scope.none("github", *names)
    name = f"github_{word}"
    scope.needed.inputs.setdefault(name, {"type": "string", "description": f"What `github.{word}` was."})
    return f"inputs.{name}"


def _inputs(scope: Scope, names: tuple[str, ...]) -> str:
    name = scope.needed.declared.get(names[0])
    if name is None:
        raise scope.none("inputs", *names)
    return f"inputs.{name}" + "".join(part(each) for each in names[1:])


def _secrets(scope: Scope, names: tuple[str, ...]) -> str:
    name, *more = names
    if more or not name.replace("_", "a").isalnum() or name[0].isdigit():
        raise scope.none("secrets", *names)
    scope.needed.secrets[name] = None
    return f"secrets.{name}"


def _vars(scope: Scope, names: tuple[str, ...]) -> str:
    name, *more = names
    if more:
        raise scope.none("vars", *names)
    scope.needed.variables[name] = ""
    return f"vars{part(name)}"


def _env(scope: Scope, names: tuple[str, ...]) -> str:
    name, *more = names
    code = scope.env.get(name, quoted(""))
    if more or code is None:
        raise scope.none("env", *names)
    return f"env{part(name)}" if name in scope.shared else code


def _steps(scope: Scope, names: tuple[str, ...]) -> str:
    name = scope.steps.get(names[0])
    if name is None:
        raise UntranslatableError(f"there is no step {names[0]!r} before this one")
    way = f"{scope.prefix}.{name}"
    if names[1:2] == ("outputs",):
        code = f"{way}.outputs" + "".join(part(each) for each in names[2:])
        # What a step has not set, or one that was skipped, is empty over there.
        return f'({code} | default(""))' if len(names) > _WHOLE else code
    if names[1:] and names[1] in _OUTCOMES and len(names) == 2:  # noqa: PLR2004
        return _outcome(way, soft=names[1] == "conclusion" and names[0] in scope.soft)
    raise scope.none("steps", *names)


def _job(scope: Scope, names: tuple[str, ...]) -> str:
    if names != ("status",):
        raise scope.none("job", *names)
    return scope.status


def _needs(scope: Scope, names: tuple[str, ...]) -> str:
    job = scope.jobs.get(names[0])
    if job is None:
        raise UntranslatableError(f"there is no job {names[0]!r} that this one needs")
    if names[1:] == ("result",):
        return _outcome(f"steps.{job.name}")
    if names[1:2] == ("outputs",) and len(names) == 3:  # noqa: PLR2004
        code = job.outputs.get(names[2])
        if code is not None:
            return code
    raise scope.none("needs", *names)


def _matrix(scope: Scope, names: tuple[str, ...]) -> str:
    if names[0] not in scope.matrix:
        # Where another cell has it and this one has not, it is empty over there.
        raise scope.none("matrix", *names)
    return "matrix" + "".join(part(each) for each in names)


def _runner(scope: Scope, names: tuple[str, ...]) -> str:
    name, *more = names
    if more or name not in _RUNNER:
        raise scope.none("runner", *names)
    return _RUNNER[name]


_ROOMS = {
    "github": _github,
    "inputs": _inputs,
    "secrets": _secrets,
    "vars": _vars,
    "env": _env,
    "job": _job,
    "steps": _steps,
    "needs": _needs,
    "matrix": _matrix,
    "runner": _runner,
}


def _outcome(way: str, *, soft: bool = False) -> str:
    """Give the word of GitHub for how a step or a job has ended; a soft one does not count as failed."""
    failed = f'("skipped" if {way}.status == "skipped" else "{"success" if soft else "failure"}")'
    if soft:
        return failed
    return f'("success" if {way}.success else {failed})'


def holes(text: str) -> list[tuple[int, int, str]]:
    """Find the expressions in a text: where each begins and ends, and what stands in it.

    Raises:
        UntranslatableError: one has no end.
    """
    found: list[tuple[int, int, str]] = []
    at = text.find("${{")
    while at >= 0:
        end, inside = at + 3, False
        while end < len(text) and (inside or not text.startswith("}}", end)):
            inside ^= text[end] == "'"
            end += 1
        if end >= len(text):
            raise UntranslatableError("an expression has no '}}'")
        found.append((at, end + 2, text[at + 3 : end]))
        at = text.find("${{", end + 2)
    return found


def pieces(text: str, scope: Scope) -> list[tuple[str, str]]:
    """Translate a text with expressions to what stands before each, and the expression; the last has none.

    Raises:
        UntranslatableError: one has no counterpart.
    """
    found: list[tuple[str, str]] = []
    at = 0
    for begin, end, inside in holes(text):
        parsed = translate(inside, scope)
        if parsed.status:
            raise UntranslatableError(f"{parsed.status[0]}() has no counterpart there")
        found.append((text[at:begin], parsed.code))
        at = end
    return [*found, (text[at:], "")]


def joined_pieces(found: list[tuple[str, str]]) -> str:
    """Write pieces as a text with expressions of ours."""
    return "".join(literal(before) + (f"$<< {code} >>" if code else "") for before, code in found)


def ours(text: str, scope: Scope) -> str:
    """Translate a text with expressions to one with expressions of ours.

    Raises:
        UntranslatableError: one has no counterpart.
    """
    return joined_pieces(pieces(text, scope))


def chain(text: str, scope: Scope) -> str:
    """Translate a text with expressions to one expression.

    Raises:
        UntranslatableError: one has no counterpart.
    """
    found = pieces(text, scope)
    if len(found) == 2 and not found[0][0] and not found[1][0]:  # noqa: PLR2004
        return found[0][1]
    links = [link for before, code in found for link in (quoted(before), f"({code})")]
    return " ~ ".join(link for link in links if link not in (quoted(""), "()")) or quoted("")

"""Jobs of GitHub Actions: each becomes a container of steps in a `dag`."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from wfe_yaml.importing.github.contexts import JobSeen, Scope, chain, ours
from wfe_yaml.importing.github.expressions import UntranslatableError
from wfe_yaml.importing.github.steps import Around, StepMaker, conditions, texts, variables, written
from wfe_yaml.importing.names import Names, remark
from wfe_yaml.importing.reading import Looker, duration, entries, joined, plain
from wfe_yaml.source.nodes import Mapping, Node, Scalar, Sequence, plain_value

_KEYS = (
    *("name", "needs", "if", "runs-on", "env", "defaults", "steps", "outputs", "strategy", "timeout-minutes"),
    *("continue-on-error", "container", "services"),
)
_HERE = ("ubuntu", "linux", "self-hosted", "x64", "x86")
_STRATEGY = ("matrix", "fail-fast", "max-parallel")
_CONTAINER = ("image", "env", "volumes")
_SERVICE = ("image", "env", "ports", "options")
_WORK = "/workspace"
"""Where a container finds the folder of the file."""
_HEALTH = "--health-cmd"


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A job as it is written.

    Attributes:
        key: how other jobs call it.
        name: what its container is called here.
        needs: the jobs that come before it.
    """

    key: str
    name: str
    node: Mapping
    needs: tuple[str, ...]


@dataclass(slots=True)
class MadeJob:
    """A container of ours; its steps by the keys by which they can be left out."""

    container: dict[str, Any]
    steps: dict[str, dict[str, Any]]
    seen: JobSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all jobs of a workflow have in common.

    Attributes:
        scope: what names stand for in all of them.
        env: variables that each step gets.
        shell: the shell of steps that name none.
        working_dir: likewise.
        refused: steps that the compiler refused, and why.
    """

    scope: Scope
    env: MappingABC[str, str]
    shell: str | None
    working_dir: str | None
    refused: MappingABC[str, str]


@dataclass(slots=True)
class JobMaker:
    """Makes the container of a job.

    Attributes:
        job: the job.
        shared: what it has in common with others.
        jobs: those that it needs, as it sees them.
        looker: where is noted what has no counterpart.
    """

    job: Job
    shared: Shared
    jobs: MappingABC[str, JobSeen]
    looker: Looker
    _called: dict[str, str] = field(default_factory=dict[str, str])
    _soft: set[str] = field(default_factory=set[str])
    _steps: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def make(self) -> MadeJob | None:
        """Give the container; None when the job is left out."""
        job, look = self.job, self.looker
        uses = job.node.get("uses")
        if uses is not None:
            hint = "import that workflow as well, and call it with  workflow: ID"
            look.leave("a job that uses another workflow is left out", uses.location, hint)
            return None
        look.others(job.node, _KEYS, f"the job {job.key!r}")
        self._runs_on()
        container: dict[str, Any] = {"name": job.name}
        title = look.text(job.node.get("name"))
        if title or job.name != job.key:
            container["description"] = remark(title or job.key)
        matrix = self._strategy(container)
        if matrix is None:
            return None
        outer = replace(self.shared.scope, jobs=self.jobs)
        when = self._condition(outer)
        if when is not None:
            container["when"] = when
        scope = replace(outer, matrix=frozenset(matrix), words=self._words(matrix))
        self._limits(container)
        own, codes = variables(job.node.get("env"), scope, look)
        env = {**self.shared.env, **own}
        scope = scope.within(codes)
        services = self._services(scope)
        if services:
            container["services"] = services
        inside = self._container(scope)
        if inside is None and job.node.get("container") is not None:
            return None
        self._make_steps(container, scope, env, inside)
        if not container.get("steps"):
            look.leave(f"the job {job.key!r} has no steps left, so it is left out", job.node.location)
            return None
        seen = JobSeen(job.name, self._outputs(scope, matrix), skippable="when" in container)
        return MadeJob(container, self._steps, seen)

    # ------------------------------------------------------------ steps

    def _make_steps(
        self, container: dict[str, Any], scope: Scope, env: dict[str, str], inside: dict[str, Any] | None
    ) -> None:
        """Put the steps, and the hooks that some of them become, into the container."""
        job, look, names = self.job, self.looker, Names()
        around = self._around(scope, env, inside)
        kept: list[dict[str, Any]] = []
        hooks: dict[str, list[dict[str, Any]]] = {}
        late = False
        given = look.items(look.needed(job.node, "steps", f"the job {job.key!r}"), "a list of steps")
        for number, item in enumerate(given, 1):
            node = look.mapping(item, "a step (a mapping)")
            if node is None:
                continue
            key = f"{job.key}/{number}"
            if key in self.shared.refused:
                look.leave(f"the step is left out: {self.shared.refused[key]}", node.location)
                continue
            id_, title = look.text(node.get("id")), look.text(node.get("name"))
            name = names.word(id_ or title or "", f"step_{number}")
            seen = replace(scope, steps=dict(self._called), soft=frozenset(self._soft))
            made = StepMaker(node, name, replace(around, scope=seen), look).make()
            if made is None:
                continue
            self._steps[key] = made.step
            if made.hook is not None:
                hooks.setdefault(made.hook, []).append(made.step)
                continue
            if hooks and not late:
                late = True
                message = "this step, and those after it, come before the steps of hooks above it"
                look.leave(message, node.location, "hooks run when all else in the job has ended")
            kept.append(made.step)
            if id_:
                self._called[id_] = name
            if id_ and "continue_on_error" in made.step:
                self._soft.add(id_)
        written_hooks = {hook: _side_by_side(steps) for hook, steps in hooks.items()}
        if hooks and kept and "matrix" in container:
            # The hooks of a step with a matrix run once, after all cells; those of a job run in each.
            container["steps"] = [{"name": "cell", "steps": kept, **written_hooks}]
        else:
            container["steps"] = kept
            container.update(written_hooks)

    def _around(self, scope: Scope, env: dict[str, str], inside: dict[str, Any] | None) -> Around:
        """Give what the steps have in common; in a container the shell is sh unless they say otherwise."""
        look = self.looker
        defaults = look.mapping(self.job.node.get("defaults"))
        run = look.mapping(defaults.get("run")) if defaults is not None else None
        shell = look.text(run.get("shell")) if run is not None else None
        folder = look.text(run.get("working-directory")) if run is not None else None
        return Around(
            scope=scope,
            env=env,
            shell=shell or self.shared.shell or ("sh" if inside is not None else None),
            working_dir=folder or self.shared.working_dir,
            container=inside,
        )

    def _outputs(self, scope: Scope, matrix: MappingABC[str, Any]) -> dict[str, str | None]:
        """Give the outputs of the job, as expressions of the jobs that need it."""
        found: dict[str, str | None] = {}
        outside = replace(scope, steps=self._called, prefix=f"steps.{self.job.name}")
        for name, text in texts(self.job.node.get("outputs"), self.looker).items():
            place = (self.job.node.get("outputs") or self.job.node).location
            try:
                if matrix:
                    raise UntranslatableError("a job with a matrix has a list of them")
                found[name] = chain(text, outside)
            except UntranslatableError as exc:
                found[name] = None
                self.looker.leave(f"the output {name!r} of the job has no counterpart: {exc}", place)
        return found

    # ------------------------------------------------------------ the job itself

    def _runs_on(self) -> None:
        node = self.job.node.get("runs-on")
        labels = node.items if isinstance(node, Sequence) else () if node is None else (node,)
        for label in labels:
            text = label.text.casefold() if isinstance(label, Scalar) else ""
            if not text.startswith(_HERE):
                hint = "for another system run wfe there, or give steps an image with  type: docker"
                self.looker.leave(
                    "`runs-on` has no counterpart: steps run on this machine", label.location, hint
                )

    def _condition(self, scope: Scope) -> str | None:
        """Give the condition; without another one, a job is skipped with any that it needs."""
        node = self.job.node.get("if")
        well, *others = conditions(node, scope, self.looker) or ("true", "false", "false")
        after = any(code != "false" for code in others)
        if node is not None and after and self.job.needs:
            never = "it never runs: " if well == "false" else ""
            message = f"{never}a job runs only when those that it needs have ended well"
            hook = "on_failure" if never else "ensure"
            self.looker.leave(message, node.location, f"put what must run into `{hook}:` of the workflow")
        guards = [f'steps.{job.name}.status != "skipped"' for job in self.jobs.values() if job.skippable]
        if after or not guards or well == "false":
            return written(well)
        return written(" and ".join(guards if well == "true" else [*guards, f"({well})"]))

    def _limits(self, container: dict[str, Any]) -> None:
        look, node = self.looker, self.job.node
        for key in ("timeout-minutes", "continue-on-error"):
            found = node.get(key)
            if isinstance(found, Scalar) and "${{" in found.text:
                look.leave(f"an expression in {key!r} has no counterpart", found.location)
            elif key == "timeout-minutes":
                minutes = look.number(found)
                if minutes:
                    container["timeout"] = duration(minutes * 60)
            elif look.flag(found, default=False):
                container["continue_on_error"] = True

    def _strategy(self, container: dict[str, Any]) -> dict[str, Any] | None:
        """Put the matrix into the container; gives the names in its cells, None when it is computed."""
        look = self.looker
        strategy = look.mapping(self.job.node.get("strategy"))
        if strategy is None:
            return {}
        look.others(strategy, _STRATEGY, "the strategy")
        node = strategy.get("matrix")
        if isinstance(node, Scalar) or _computed(node):
            hint = "write the cells out, or loop over a list with `for_each`"
            where = (node or strategy).location
            look.leave(
                "a job with a computed matrix is left out: cells have names before anything runs",
                where,
                hint,
            )
            return None
        matrix = look.mapping(node)
        if matrix is None:
            return {}
        if not look.flag(_fixed(strategy.get("fail-fast")), default=True):
            container["fail_fast"] = False
        limit = look.number(_fixed(strategy.get("max-parallel")))
        if limit:
            container["max_parallel"] = max(1, int(limit))
        container["matrix"] = _plain(matrix)
        axes = {name: None for name in matrix.entries if name not in ("include", "exclude")}
        included = matrix.get("include")
        for item in included.items if isinstance(included, Sequence) else ():
            axes |= dict.fromkeys(item.entries if isinstance(item, Mapping) else ())
        return axes

    def _words(self, axes: MappingABC[str, Any]) -> frozenset[str]:
        """Name the axes whose values are one word each, in every cell."""
        strategy = self.job.node.get("strategy")
        matrix = strategy.get("matrix") if isinstance(strategy, Mapping) else None
        if not isinstance(matrix, Mapping):
            return frozenset()
        included = matrix.get("include")
        cells = included.items if isinstance(included, Sequence) else ()
        own = [name for name in matrix.entries if name in axes]
        found: set[str] = set()
        for name in axes:
            values = [cell.get(name) for cell in cells if isinstance(cell, Mapping)]
            if name in own:
                axis = matrix.get(name)
                values = [value for value in values if value is not None]
                values += axis.items if isinstance(axis, Sequence) else [axis]
            elif own:
                continue  # there may be cells that have none
            texts_ = [value.text if isinstance(value, Scalar) else "" for value in values]
            if all(len(text.split()) == 1 and text.split()[0] == text for text in texts_):
                found.add(name)
        return frozenset(found)

    # ------------------------------------------------------------ containers

    def _container(self, scope: Scope) -> dict[str, Any] | None:
        """Give the config of the container that the steps run in; None for none."""
        look, node = self.looker, self.job.node.get("container")
        if node is None:
            return None
        config: dict[str, Any] = {"volumes": [f".:{_WORK}"], "working_dir": _WORK}
        if isinstance(node, Scalar):
            return {"image": self._text(node, scope), **config}
        found = look.mapping(node, "a container (an image, or a mapping)")
        if found is None:
            return None
        look.others(found, _CONTAINER, "the container")
        config["volumes"] += [self._text(item, scope) for item in look.items(found.get("volumes"))]
        env = {name: self._text(entry.value, scope) for name, entry in entries(found.get("env"))}
        return {"image": self._text(found.get("image"), scope), **config, **({"env": env} if env else {})}

    def _services(self, scope: Scope) -> dict[str, Any]:
        look = self.looker
        services = look.mapping(self.job.node.get("services"))
        found: dict[str, Any] = {}
        for name, entry in entries(services):
            if isinstance(entry.value, Scalar):
                found[name] = {"image": self._text(entry.value, scope)}
                continue
            node = look.mapping(entry.value, "a service (an image, or a mapping)")
            if node is None:
                continue
            look.others(node, _SERVICE, f"the service {name!r}")
            service: dict[str, Any] = {"image": self._text(node.get("image"), scope)}
            env = {key: self._text(each.value, scope) for key, each in entries(node.get("env"))}
            ports = [self._text(item, scope) for item in look.items(node.get("ports"))]
            service |= {key: value for key, value in (("env", env), ("ports", ports)) if value}
            readiness = self._readiness(node.get("options"))
            if readiness is not None:
                service["readiness"] = readiness
            found[name] = service
        return found

    def _readiness(self, options: Node | None) -> dict[str, Any] | None:
        """Give when a service is ready, by the health check of its options; notes the other options."""
        text = self.looker.text(options)
        if text is None or options is None:
            return None
        try:
            words = [
                part
                for word in shlex.split(text)
                for part in word.split("=", 1)[: 2 if word[:2] == "--" else 1]
            ]
        except ValueError:
            self.looker.leave("the options of the service cannot be read", options.location)
            return None
        given = dict(pairwise(words))
        others = [word for word in words if word.startswith("-") and not word.startswith("--health-")]
        if others:
            self.looker.leave(
                f"options of a service such as {others[0]} have no counterpart", options.location
            )
        return {"run": given[_HEALTH]} if _HEALTH in given else None

    def _text(self, node: Node | None, scope: Scope) -> str:
        try:
            return ours(self.looker.text(node) or "", scope)
        except UntranslatableError as exc:
            self.looker.leave(f"the value is left empty: {exc}", (node or self.job.node).location)
            return ""


def _side_by_side(steps: list[dict[str, Any]]) -> Any:
    """Give the steps of a hook: one after the other, and each also after one that failed."""
    return steps if len(steps) == 1 else {"parallel": steps, "max_parallel": 1, "fail_fast": False}


def _fixed(node: Node | None) -> Node | None:
    """Leave out a value that is an expression."""
    return None if isinstance(node, Scalar) and "${{" in node.text else node


def _computed(node: Node | None) -> bool:
    """Whether there is an expression anywhere in a matrix."""
    if isinstance(node, Scalar):
        return "${{" in node.text
    if isinstance(node, Sequence):
        return any(_computed(item) for item in node.items)
    return isinstance(node, Mapping) and any(_computed(entry.value) for entry in node.entries.values())


def _plain(node: Node) -> Any:
    """Give a value of a matrix; a number with a fraction as it is written: 3.10 is not 3.1."""
    if isinstance(node, Scalar):
        if isinstance(node.value, float) and math.isfinite(node.value):
            return node.text
        return joined(node.value) if isinstance(node.value, str) else plain(node.value)
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {name: _plain(entry.value) for name, entry in node.entries.items()}
    return plain_value(node)

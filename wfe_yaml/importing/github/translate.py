"""`import_github`: a workflow of GitHub Actions as a workflow file, its jobs in a `dag`."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_yaml.errors import Code
from wfe_yaml.importing.drafting import Draft, Imported, settle
from wfe_yaml.importing.github.contexts import JobSeen, Needed, Scope
from wfe_yaml.importing.github.jobs import Job, JobMaker, MadeJob, Shared
from wfe_yaml.importing.github.steps import variables
from wfe_yaml.importing.names import Names, identifier, remark
from wfe_yaml.importing.reading import Looker, entries, plain, read_foreign
from wfe_yaml.source.nodes import Mapping, Node, Scalar, Sequence, plain_value
from wfe_yaml.source.problems import Problems, suggest

if TYPE_CHECKING:
    from os import PathLike

_KEYS = ("name", "on", "env", "defaults", "jobs")
_BY_HAND = ("workflow_dispatch", "workflow_call")
"""Triggers by which a person or another workflow starts it."""
_TYPES = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "choice": "string",
    "environment": "string",
}
_HINTS = {"schedule": "let cron, or a timer of systemd, call  wfe run FILE"}
_STARTED = "let whatever notices it call  wfe run FILE"


def import_github(path: str | PathLike[str]) -> Imported:
    """Turn a workflow of GitHub Actions into a workflow file.

    Args:
        path: its file.

    Raises:
        YamlError: it is none, or nothing of it is left; names the places.
    """
    root = read_foreign(path)
    problems = Problems()
    looker = Looker(problems)
    jobs = _jobs(root, looker)
    problems.raise_any()
    if not isinstance(root, Mapping):
        return Imported("", ())
    fallback = Path(path).stem
    noted = problems.listed()

    def build(refused: MappingABC[str, str]) -> Draft:
        fresh = Problems()
        for problem in noted:
            fresh.add(problem.code, problem.message, problem.location, problem.hint)
        return _Translation(root, jobs, fallback, refused, fresh).draft()

    return settle(build, head=f"Imported from GitHub Actions: {Path(path).name}"[:100])


def _jobs(root: Node, looker: Looker) -> list[Job]:
    """Read the jobs, each after those that it needs."""
    if not isinstance(root, Mapping):
        looker.wrong("a workflow of GitHub Actions (a mapping with `on` and `jobs`)", root)
        return []
    found = looker.mapping(looker.needed(root, "jobs", "the workflow"), "a mapping from names to jobs")
    names, jobs = Names(), dict[str, Job]()
    for key, entry in entries(found):
        node = looker.mapping(entry.value, "a job (a mapping)")
        if node is None:
            continue
        needs = node.get("needs")
        items = needs.items if isinstance(needs, Sequence) else () if needs is None else (needs,)
        known = [name for name, _ in entries(found)]
        for item in items:
            if isinstance(item, Scalar) and item.text not in known:
                message = f"there is no job {item.text!r}"
                looker.problems.add(Code.UNKNOWN_NAME, message, item.location, suggest(item.text, known))
        wanted = tuple(item.text for item in items if isinstance(item, Scalar))
        jobs[key] = Job(key, names.word(key, "job"), node, wanted)
    if found is not None and not jobs and not looker.problems:
        looker.problems.add(Code.VALUE, "the workflow has no jobs", found.location)
    ordered: dict[str, Job] = {}
    while len(ordered) < len(jobs):
        ready = [
            job
            for job in jobs.values()
            if job.key not in ordered and ordered.keys() >= set(job.needs) & jobs.keys()
        ]
        if not ready:
            job = next(job for job in jobs.values() if job.key not in ordered)
            message = f"the job {job.key!r} needs itself, perhaps by way of others"
            looker.problems.add(Code.VALUE, message, (job.node.get("needs") or job.node).location)
            break
        ordered.update((job.key, job) for job in ready)
    return list(ordered.values())


class _Translation:
    """One translation of a workflow.

    Args:
        root: the workflow.
        jobs: its jobs, in an order in which they can run.
        fallback: what it is called when it has no name.
        refused: jobs and steps that the compiler refused before, with what it said.
        problems: where is noted what has no counterpart.
    """

    def __init__(
        self, root: Mapping, jobs: list[Job], fallback: str, refused: MappingABC[str, str], problems: Problems
    ) -> None:
        self._root = root
        self._jobs = jobs
        self._fallback = fallback
        self._refused = refused
        self._looker = Looker(problems)
        self._needed = Needed()
        self._made: dict[str, MadeJob | None] = {}

    def draft(self) -> Draft:
        """Make the document."""
        look = self._looker
        look.others(self._root, _KEYS, "the workflow")
        name = look.text(self._root.get("name")) or self._fallback
        workflow: dict[str, Any] = {"id": identifier(name, "imported"), "description": remark(name)}
        self._triggers()
        scope = Scope(needed=self._needed)
        env, codes = variables(self._root.get("env"), scope, look)
        # Secrets are for steps: what holds one is given to each of them.
        secret = {key: text for key, text in env.items() if "secrets." in (codes[key] or "")}
        given = {key: text for key, text in env.items() if key not in secret}
        defaults = look.mapping(self._root.get("defaults"))
        run = look.mapping(defaults.get("run")) if defaults is not None else None
        shared = Shared(
            scope=replace(scope, env=codes, shared=frozenset(given)),
            env=secret,
            shell=look.text(run.get("shell")) if run is not None else None,
            working_dir=look.text(run.get("working-directory")) if run is not None else None,
            refused=self._refused,
        )
        draft = Draft({}, look.problems)
        containers = [made for job in self._jobs if (made := self._job(job, shared, draft)) is not None]
        if not containers and not look.problems:
            message = "no job has anything left that could be run"
            look.problems.add(Code.VALUE, message, self._root.location)
        if self._needed.inputs:
            workflow["inputs"] = self._needed.inputs
        if self._needed.secrets:
            workflow["secrets"] = list(self._needed.secrets)
        if given:
            workflow["env"] = given
        workflow["steps"] = [{"name": "jobs", "fail_fast": False, "dag": containers}]
        draft.document = {"workflow": workflow}
        if self._needed.variables:
            message = f"the variables of the repository are empty: {', '.join(self._needed.variables)}"
            look.leave(message, self._root.location, "give them with  --var NAME=VALUE, or under `vars:`")
            draft.document = {"vars": self._needed.variables, **draft.document}
        return draft

    def _job(self, job: Job, shared: Shared, draft: Draft) -> dict[str, Any] | None:
        """Make the container of a job; None when it is left out."""
        self._made[job.key] = None
        if job.key in self._refused:
            self._looker.leave(
                f"the job {job.key!r} is left out: {self._refused[job.key]}", job.node.location
            )
            return None
        seen: dict[str, JobSeen] = {}
        for key in job.needs:
            before = self._made.get(key)
            if before is not None:
                seen[key] = before.seen
        made = JobMaker(job, shared, seen, self._looker).make()
        if made is None:
            return None
        self._made[job.key] = made
        draft.origins[id(made.container)] = job.key
        draft.origins.update((id(step), key) for key, step in made.steps.items())
        needs = self._needs(job)
        if not needs:
            return made.container
        rest = dict(made.container)
        made.container.clear()
        for key in ("name", "description"):
            if key in rest:
                made.container[key] = rest.pop(key)
        made.container.update({"needs": needs, **rest})
        return made.container

    def _needs(self, job: Job) -> list[str]:
        """Name the containers that come before; behind a job that is left out come those before it."""
        jobs = {each.key: each for each in self._jobs}
        found: dict[str, None] = {}
        waiting, seen = list(job.needs), set[str]()
        while waiting:
            key = waiting.pop(0)
            if key in seen or key not in jobs:
                continue
            seen.add(key)
            made = self._made.get(key)
            if made is None:
                waiting.extend(jobs[key].needs)
            else:
                found[made.seen.name] = None
        return list(found)

    # ------------------------------------------------------------ what starts it

    def _triggers(self) -> None:
        """Take the inputs of those by hand; note the others: runs begin with `wfe run`."""
        node = self._root.get("on")
        events: dict[str, Node] = {}
        if isinstance(node, Mapping):
            events = {name: entry.value for name, entry in node.entries.items()}
        elif isinstance(node, Sequence):
            events = {item.text: item for item in node.items if isinstance(item, Scalar)}
        elif isinstance(node, Scalar):
            events = {node.text: node}
        for name, value in events.items():
            if name in _BY_HAND:
                self._inputs(value)
            else:
                hint = _HINTS.get(name, _STARTED)
                self._looker.leave(
                    f"nothing starts it on {name!r}: a run begins with `wfe run`", value.location, hint
                )

    def _inputs(self, event: Node) -> None:
        look = self._looker
        outputs = event.get("outputs") if isinstance(event, Mapping) else None
        if outputs is not None:
            hint = "write  outputs: {NAME: $<< steps.jobs.JOB.STEP.outputs.NAME >>}  for the workflow"
            look.leave("the outputs of the workflow have no counterpart", outputs.location, hint)
        given = look.mapping(event.get("inputs")) if isinstance(event, Mapping) else None
        for name, entry in entries(given):
            node = look.mapping(entry.value)
            here = self._needed.declared.setdefault(name, self._needed.taken.word(name, "input"))
            if node is None:
                self._needed.inputs[here] = {"type": "string?"}
                continue
            type_ = look.text(node.get("type")) or "string"
            if type_ not in _TYPES:
                look.leave(
                    f"an input of the type {type_!r} is a text here", (node.get("type") or node).location
                )
            made: dict[str, Any] = {"type": _TYPES.get(type_, "string")}
            description = look.text(node.get("description"))
            if description:
                made["description"] = remark(description)
            if type_ == "choice":
                made["enum"] = [look.text(item) or "" for item in look.items(node.get("options"))]
            default = node.get("default")
            if isinstance(default, Scalar) and "${{" not in default.text:
                made["default"] = default.text if made["type"] == "string" else plain(plain_value(default))
            elif not look.flag(node.get("required"), default=False):
                made["default"] = {"bool": False, "number": 0}.get(made["type"], "")
                if made.get("enum"):
                    made["default"] = made["enum"][0]
            self._needed.inputs[here] = made

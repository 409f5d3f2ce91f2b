"""`import_flowengine`: a workflow of FlowEngine as a workflow file with a `dag`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from wfe_yaml.errors import Code
from wfe_yaml.importing.drafting import Draft, Imported, settle
from wfe_yaml.importing.flowengine import kinds, machines
from wfe_yaml.importing.flowengine.document import FlowDocument, FlowNode, read_document
from wfe_yaml.importing.flowengine.job import Job
from wfe_yaml.importing.flowengine.ports import Made, Source, all_of
from wfe_yaml.importing.names import Names, identifier, remark
from wfe_yaml.importing.reading import Looker, duration, plain, read_foreign
from wfe_yaml.source.nodes import Mapping as MappingNode
from wfe_yaml.source.nodes import Node, Scalar
from wfe_yaml.source.problems import Problems, listing, suggest

if TYPE_CHECKING:
    from os import PathLike

_KINDS: dict[str, Callable[[Job], Made]] = {
    "api.call": machines.api_call,
    "browser.render": machines.browser_render,
    "debug.log": kinds.debug_log,
    "docker.run": machines.docker_run,
    "flow.branch": kinds.branch,
    "flow.merge": kinds.merge,
    "http.request": kinds.http_request,
    "shell.exec": machines.shell_exec,
    "time.delay": kinds.delay,
    "transform.json_parse": kinds.json_parse,
    "transform.json_stringify": kinds.json_stringify,
    "zypi.exec": machines.zypi_exec,
}
_RETRY = ("max_attempts", "delay_ms", "backoff_multiplier", "max_delay_ms", "retry_on_timeout")
_SETTINGS = ("max_execution_time_ms", "max_parallel_nodes", "on_error")
_MOST_ATTEMPTS = 1000
_LONG = 2_592_000
"""Seconds between two attempts that nobody waits longer for: 30 days."""
_PARALLEL = 10


def import_flowengine(path: str | PathLike[str]) -> Imported:
    """Turn a workflow of FlowEngine into a workflow file.

    Args:
        path: its file, JSON or YAML.

    Raises:
        YamlError: it is none, or nothing of it is left; names the places.
    """
    root = read_foreign(path)
    problems = Problems()
    document = read_document(root, Looker(problems))
    problems.raise_any()
    if document is None:
        return Imported("", ())
    noted = problems.listed()

    def build(refused: Mapping[str, str]) -> Draft:
        fresh = Problems()
        for problem in noted:
            fresh.add(problem.code, problem.message, problem.location, problem.hint)
        return _Translation(document, refused, fresh).draft()

    return settle(build, head=f"Imported from FlowEngine: {document.name}"[:100])


class _Translation:
    """One translation of a document.

    Args:
        document: the workflow.
        refused: nodes whose steps the compiler refused before, with what it said.
        problems: where is noted what has no counterpart.
    """

    def __init__(self, document: FlowDocument, refused: Mapping[str, str], problems: Problems) -> None:
        self._document = document
        self._refused = refused
        self._looker = Looker(problems)
        self._names = Names()
        self._inputs: dict[str, Any] = {}
        self._made: dict[FlowNode, Made] = {}
        self._called: dict[FlowNode, str] = {}

    def draft(self) -> Draft:
        """Make the document."""
        document = self._document
        for node in document.nodes:
            self._called[node] = self._names.word(node.name or node.type.rpartition(".")[2], "node")
        draft = Draft({}, self._looker.problems)
        steps: list[dict[str, Any]] = []
        for node in document.nodes:
            made = self._made[node] = self._make(node)
            if made.step is not None:
                step = self._step(node, made)
                draft.origins[id(step)] = node.id
                steps.append(step)
        if not steps and not self._looker.problems:
            message = "none of the nodes has a counterpart, so there is nothing to run"
            self._looker.problems.add(Code.VALUE, message, document.node.location)
        draft.document = {"workflow": self._workflow(steps)}
        return draft

    # ------------------------------------------------------------ nodes

    def _make(self, node: FlowNode) -> Made:
        kind = _KINDS.get(node.type)
        place = (node.node.get("node_type") or node.node).location
        if kind is None:
            hint = suggest(node.type, _KINDS) or f"there are counterparts of: {listing(_KINDS, most=20)}"
            self._looker.leave(
                f"the type {node.type!r} has no counterpart: its node is left out", place, hint
            )
            return Made(None)
        if node.id in self._refused:
            message = f"the node {self._called[node]!r} is left out: {self._refused[node.id]}"
            self._looker.leave(message, node.node.location)
            return Made(None)
        given, conditions = self._given(node)
        root = not any(each.target is node for each in self._document.connections)
        job = Job(node, self._called[node], given, self._inputs, self._looker, root=root)
        made = kind(job)
        if made.step is None:
            return made
        job.end()
        made.conditions = () if node.type == "flow.merge" else conditions
        return made

    def _given(self, node: FlowNode) -> tuple[dict[str, Source], tuple[str, ...]]:
        """Give what the ports of a node are given, and what must hold for it to run."""
        given: dict[str, Source] = {}
        conditions: dict[str, None] = {}
        for each in self._document.connections:
            if each.target is not node:
                continue
            port = each.target_port
            if port in given:
                message = f"two connections lead to the port {port!r}: the last one counts, as in FlowEngine"
                self._looker.leave(message, each.node.location)
            made, name = self._made[each.source], f"{self._called[each.source]}_{each.source_port}"
            behind = list(made.conditions)
            if each.source_port in made.gates:
                behind.append(made.gates[each.source_port])
            conditions.update(dict.fromkeys(behind))
            found = made.ports.get(each.source_port)
            if found is not None:
                given[port] = Source(found.code, tuple(behind), found.structured, found.guessed)
            elif made.step is None:
                input_ = Names().word(name, "input")
                message = f"the node that gives {each.source_port!r} is left out"
                hint = f"a run is asked for the input {input_!r} instead"
                self._looker.leave(message, each.node.location, hint)
                self._inputs[input_] = {"type": "any"}
                given[port] = Source(f"inputs.{input_}")
            else:
                message = (
                    f"{each.source.type} has no output {each.source_port!r}: the connection brings nothing"
                )
                self._looker.leave(message, each.node.location)
        return given, tuple(conditions)

    def _step(self, node: FlowNode, made: Made) -> dict[str, Any]:
        """Give the step of a node, with all that its place in the graph adds."""
        step: dict[str, Any] = {"name": self._called[node]}
        if node.name and node.name != self._called[node]:
            step["description"] = remark(node.name)
        needs = self._needs(node)
        if needs:
            step["needs"] = needs
        if made.conditions:
            step["when"] = f"$<< {all_of(made.conditions)} >>"
        retry = self._retry(node)
        own = made.step or {}
        if retry is not None:
            # An exit code that is no failure over there is nothing to try again.
            soft = own.get("continue_on_error") and own.get("type") != "zypi"
            step["retry"] = {**retry, "on": ["timeout"]} if soft else retry
        step.update(own)
        return step

    def _needs(self, node: FlowNode) -> list[str]:
        """Name the steps that come before; behind what is left out come those before it."""
        found: dict[str, None] = {}
        seen: set[FlowNode] = set()
        waiting = [node]
        while waiting:
            at = waiting.pop(0)
            for each in self._document.connections:
                if each.target is not at or each.source in seen:
                    continue
                seen.add(each.source)
                if self._made[each.source].step is None:
                    waiting.append(each.source)
                else:
                    found[self._called[each.source]] = None
        return list(found)

    def _retry(self, node: FlowNode) -> dict[str, Any] | None:
        policy, look = node.retry, self._looker
        if policy is None:
            return None
        look.others(policy, _RETRY, "the retry policy")
        numbers = {key: look.number(policy.get(key)) for key in _RETRY[:4]}
        attempts = 3 if numbers["max_attempts"] is None else int(numbers["max_attempts"])
        backoff = 2.0 if numbers["backoff_multiplier"] is None else numbers["backoff_multiplier"]
        if backoff < 1:
            message = "pauses that get shorter have no counterpart: they stay the same"
            look.leave(message, (policy.get("backoff_multiplier") or policy).location)
        if not look.flag(policy.get("retry_on_timeout"), default=True):
            message = "`retry_on_timeout: false` has no counterpart: timeouts are tried again, too"
            hint = "name the exit codes that are worth another attempt, as in `on: [75]`"
            look.leave(message, (policy.get("retry_on_timeout") or policy).location, hint)
        delay = numbers["delay_ms"]
        # Over there the first pause is multiplied already.
        first = (1000 if delay is None else delay) * max(backoff, 1.0) / 1000
        longest = 60.0 if numbers["max_delay_ms"] is None else numbers["max_delay_ms"] / 1000
        if policy.get("max_delay_ms") is not None and numbers["max_delay_ms"] is None:
            longest = float(_LONG)
        first, longest = min(first, _LONG, longest), min(longest, _LONG)
        return {
            "max_attempts": min(max(attempts, 1), _MOST_ATTEMPTS),
            "interval": duration(first) if first else "0s",
            "backoff": plain(max(backoff, 1.0)),
            "max_interval": duration(longest) if longest else "0s",
        }

    # ------------------------------------------------------------ the workflow

    def _workflow(self, steps: list[dict[str, Any]]) -> dict[str, Any]:
        document = self._document
        workflow: dict[str, Any] = {"id": identifier(document.name, "imported")}
        workflow["description"] = remark(document.description or document.name)
        if self._inputs:
            workflow["inputs"] = self._inputs
        limit = self._settings(workflow)
        for trigger in document.triggers:
            self._trigger(trigger)
        workflow["steps"] = [{"name": "flow", "max_parallel": limit, "dag": steps}]
        return workflow

    def _settings(self, workflow: dict[str, Any]) -> int:
        """Put the settings into the workflow; gives how many nodes run at once."""
        settings, look = self._document.settings, self._looker
        if settings is None:
            return _PARALLEL
        look.others(settings, _SETTINGS, "the settings")
        longest = look.number(settings.get("max_execution_time_ms"))
        if longest:
            workflow["timeout"] = duration(longest / 1000)
            if len(self._document.nodes) > 1:
                message = "this is how long all nodes may take together; FlowEngine lets each take that long"
                hint = "give `timeout` to steps instead"
                look.leave(message, (settings.get("max_execution_time_ms") or settings).location, hint)
        on_error = settings.get("on_error")
        if isinstance(on_error, Scalar) and on_error.value == "ContinueOnError":
            workflow["on_error"] = "continue"
        elif on_error is not None and not (isinstance(on_error, Scalar) and on_error.value == "StopWorkflow"):
            hint = "retry a run that has failed by hand: wfe retry RUN"
            look.leave("this `on_error` has no counterpart: a failure stops the run", on_error.location, hint)
        limit = look.number(settings.get("max_parallel_nodes"))
        return _PARALLEL if limit is None else max(1, int(limit))

    def _trigger(self, node: Node) -> None:
        """Note that runs are started otherwise here."""
        kind = node.get("trigger_type") if isinstance(node, MappingNode) else None
        if isinstance(node, MappingNode) and not self._looker.flag(node.get("enabled"), default=True):
            return
        word = kind.get("type") if isinstance(kind, MappingNode) else kind
        name = (
            word.text
            if isinstance(word, Scalar)
            else next(iter(kind.entries), "")
            if isinstance(kind, MappingNode)
            else ""
        )
        hints = {
            "Cron": "let cron, or a timer of systemd, call  wfe run FILE",
            "Webhook": "let what receives the request call  wfe run FILE  or  wfe publish EVENT",
            "Event": "begin with a step  wait_for: EVENT  and let  wfe publish EVENT  bring it",
        }
        if name != "Manual":
            message = f"the trigger {name or 'of an unknown kind'} is left out: a run begins with `wfe run`"
            self._looker.leave(message, node.location, hints.get(name))

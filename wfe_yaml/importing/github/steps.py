"""Steps of a job of GitHub Actions: those that `run` something become steps of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from wfe_yaml.expressions.holes import has_holes
from wfe_yaml.expressions.shell.variables import forbidden_variable
from wfe_yaml.importing.github.contexts import Scope, chain, ours
from wfe_yaml.importing.github.expressions import OUTCOMES, UntranslatableError, translate
from wfe_yaml.importing.github.scripts import script_of
from wfe_yaml.importing.names import literal, remark
from wfe_yaml.importing.reading import Looker, duration, joined
from wfe_yaml.source.nodes import Mapping, Node, Scalar

_KEYS = ("id", "name", "if", "run", "uses", "with", "env", "shell", "working-directory", "continue-on-error")
_KNOWN_KEYS = (*_KEYS, "timeout-minutes")
_SHELLS = ("bash", "sh", "python")
_ACTIONS = {
    "actions/checkout": "steps run in the folder of the file: check out what they need before",
    "actions/upload-artifact": "give the step that makes the files  artifacts: {NAME: PATH}",
    "actions/download-artifact": "a later step finds them at  $<< steps.NAME.artifacts.… >>",
    "actions/cache": "give the step that makes the files  cache: {paths: […]}",
}
_SETUP = "install it where the steps run, or give them an image with  type: docker"
_SCRIPT_INSTEAD = "write a step that runs the commands of the action"
_FILES = ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_STATE")
_OLD_COMMANDS = re.compile(r"::(set-output|set-env|add-path|save-state)\b")
_VARIABLE = re.compile(r"\b(?:GITHUB|RUNNER)_[A-Z_]+\b")
_VARIABLE_NAME = re.compile(r"(?!WFE_|__WFE)[A-Za-z_][A-Za-z0-9_]*")
_OUTPUT = re.compile(r"\bGITHUB_OUTPUT\b")
_SEEN_LATER = 'write  name=value  to "$WFE_OUTPUT", and use $<< steps.NAME.outputs.name >>'
_WHEN = "write the condition as `when:`"
_FALSE = "false"
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_PIPE = re.compile(r"(?<!\|)\|(?!\|)")
_HOW = '("success" if step.success else ("cancelled" if step.status == "cancelled" else "failure"))'
_STATUS = {"on_failure": '"failure"', "on_abort": '"cancelled"', "ensure": _HOW}
"""How a job has gone, in its hooks."""
HOOKS: dict[tuple[str, ...], tuple[str | None, str | None]] = {
    (): (None, None),
    ("success",): (None, None),
    ("failure",): ("on_failure", None),
    ("cancelled",): ("on_abort", None),
    ("success", "failure", "cancelled"): ("ensure", None),
    ("success", "failure"): ("ensure", "runs also when the job is cancelled"),
    ("failure", "cancelled"): ("on_failure", "does not run when the job is cancelled"),
    ("success", "cancelled"): (None, "does not run when the job is cancelled"),
}
"""Hooks of a container that run when a step would, by the outcomes after which it does; and what differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the steps of a job have in common.

    Attributes:
        scope: what names stand for, before the step's own variables.
        env: variables of the job, which each of its steps gets, with expressions of ours.
        shell: the shell when the step names none.
        working_dir: likewise.
        container: the config of the container that the steps run in, or None.
    """

    scope: Scope
    env: dict[str, str]
    shell: str | None
    working_dir: str | None
    container: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class MadeStep:
    """A step of ours, and the hook it belongs to; None for the steps themselves."""

    step: dict[str, Any]
    hook: str | None


class StepMaker:
    """Makes a step.

    Args:
        node: the step as it is written.
        name: what it is called here.
        around: what it has in common with the others.
        looker: where is noted what has no counterpart.
    """

    def __init__(self, node: Mapping, name: str, around: Around, looker: Looker) -> None:
        self._node = node
        self._name = name
        self._around = around
        self._looker = looker
        self._scope = around.scope

    def make(self) -> MadeStep | None:
        """Give the step; None when it is left out."""
        node, look = self._node, self._looker
        look.others(node, _KNOWN_KEYS, "the step")
        uses = node.get("uses")
        if uses is not None:
            self._action(uses)
            return None
        run = node.get("run")
        if not isinstance(run, Scalar) or not run.text.strip():
            look.leave("a step that runs nothing is left out", (run or node).location)
            return None
        hook, when = self._condition()
        if hook is not None:
            self._scope = _in_hook(self._scope, hook)
        own, codes = variables(node.get("env"), self._scope, look)
        self._scope = self._scope.within(codes)
        step: dict[str, Any] = {"name": self._name}
        title = look.text(node.get("name"))
        if title and title != self._name:
            step["description"] = remark(title)
        if when is not None:
            step["when"] = when
        made = self._script(run, {**self._around.env, **own})
        if made is None:
            return None
        step |= made
        if self._flag("continue-on-error"):
            step["continue_on_error"] = True
        minutes = look.number(node.get("timeout-minutes")) if self._fixed("timeout-minutes") else None
        if minutes:
            step["timeout"] = duration(minutes * 60)
        return MadeStep(step, hook)

    # ------------------------------------------------------------ what it runs

    def _action(self, uses: Node) -> None:
        name = self._looker.text(uses) or ""
        base = name.partition("@")[0]
        hint = _ACTIONS.get(base) or (_SETUP if "/setup-" in base else _SCRIPT_INSTEAD)
        self._looker.leave(
            f"the action {name!r} has no counterpart: its step is left out", uses.location, hint
        )

    def _script(self, run: Scalar, env: dict[str, str]) -> dict[str, Any] | None:
        chosen = self._looker.text(self._node.get("shell")) or self._around.shell
        shell = chosen or "bash"
        if shell not in _SHELLS and "{0}" not in shell:
            place_ = (self._node.get("shell") or self._node).location
            message = f"there is no shell {shell!r} here: the step is left out"
            self._looker.leave(
                message, place_, "rewrite its commands for bash, or name the program: 'pwsh {0}'"
            )
            return None
        text = _OUTPUT.sub("WFE_OUTPUT", joined(run.text))
        if chosen is None and _PIPE.search(text):
            # Only a bash that is asked for ends over there when a part of a pipe fails.
            text = f"set +o pipefail\n{text}"
        extra = self._files(text, run)
        script = self._placed(text, run, shell)
        given = {**env, **extra}
        folder = self._looker.text(self._node.get("working-directory")) or self._around.working_dir
        made: dict[str, Any] = {}
        config = self._around.container
        if config is None:
            made["run"] = script
            if shell != "bash":
                made["shell"] = shell
            if given:
                made["env"] = given
            if folder:
                made["working_dir"] = self._value("working-directory", folder, self._node)
            return made
        inside = dict(config)
        if folder:
            at = self._value("working-directory", folder, self._node)
            inside["working_dir"] = at if at.startswith("/") else f"{config['working_dir']}/{at}"
        inside["run"] = script if shell == "sh" else f"#!/usr/bin/env {_interpreter(shell)}\n{script}"
        inside["env"] = {**config.get("env", {}), **given}
        return {"type": "docker", "config": {key: value for key, value in inside.items() if value != {}}}

    def _placed(self, text: str, run: Scalar, shell: str) -> str:
        """Translate the expressions of a script; as it was, when one of them cannot stand there."""
        try:
            return script_of(text, run, self._scope, shell)
        except UntranslatableError as exc:
            hint = "the script is as it was: put the value into `env:` of the step, and use the variable"
            self._looker.leave(f"the script must be changed by hand: {exc}", run.location, hint)
            return literal(text)

    def _files(self, text: str, run: Scalar) -> dict[str, str]:
        """Give variables for files of the runner that the script writes to, and note what they were for."""
        extra: dict[str, str] = {}
        for name in dict.fromkeys(_VARIABLE.findall(_EXPRESSION.sub("", text))):
            if name in self._scope.env:
                continue
            if name not in _FILES:
                hint = f"give the step  env: {{{name}: …}}"
                self._looker.leave(f"the variable {name} is not set here", run.location, hint)
                continue
            summary = name == "GITHUB_STEP_SUMMARY"
            extra[name] = "/dev/stdout" if summary else "/dev/null"
            what = "goes to the output of the step" if summary else "is not seen by later steps"
            seen_later = None if summary else _SEEN_LATER
            self._looker.leave(f"what the script writes to {name} {what}", run.location, seen_later)
        if _OLD_COMMANDS.search(text):
            hint = 'write  name=value  to "$WFE_OUTPUT"'
            self._looker.leave("commands such as ::set-output have no counterpart", run.location, hint)
        if "::add-mask::" in text:
            hint = "secrets are masked: declare it under `secrets:`"
            self._looker.leave("what ::add-mask:: names is not masked, but shown", run.location, hint)
        return extra

    # ------------------------------------------------------------ conditions and values

    def _condition(self) -> tuple[str | None, str | None]:
        """Give the hook it belongs to, and the condition."""
        node = self._node.get("if")
        codes = conditions(node, self._scope, self._looker)
        if node is None or codes is None:
            return None, None
        after = tuple(outcome for outcome, code in zip(OUTCOMES, codes, strict=True) if code != _FALSE)
        kinds = {code for code in codes if code != _FALSE} or {_FALSE}
        if len(kinds) > 1:
            message = "it never runs: its condition is another one after a failure"
            self._looker.leave(message, node.location, "make it two steps, each with a condition of its own")
            return None, written(_FALSE)
        hook, differs = HOOKS[after]
        if differs:
            self._looker.leave(f"the step {differs}", node.location)
        if hook is not None:
            again = conditions(node, _in_hook(self._scope, hook), self._looker) or ()
            kinds = {code for code in again if code != _FALSE}
        return hook, written(kinds.pop())

    def _value(self, name: str, text: str, where: Node) -> str:
        """Translate a text; empty when that cannot be."""
        try:
            return ours(text, self._scope)
        except UntranslatableError as exc:
            self._looker.leave(f"the value of {name!r} is left empty: {exc}", where.location)
            return ""

    def _fixed(self, key: str) -> bool:
        """Whether a key has a value without expressions; notes when it has."""
        node = self._node.get(key)
        if isinstance(node, Scalar) and "${{" in node.text:
            self._looker.leave(f"an expression in {key!r} has no counterpart", node.location)
            return False
        return True

    def _flag(self, key: str) -> bool:
        return self._fixed(key) and self._looker.flag(self._node.get(key), default=False)


def _interpreter(shell: str) -> str:
    return {"bash": "-S bash -eo pipefail", "python": "python3"}.get(
        shell, "-S " + shell.replace("{0}", "").strip()
    )


def _in_hook(scope: Scope, hook: str) -> Scope:
    """Give the scope of a hook of the job, where `step` is the job and has its steps."""
    return replace(scope, prefix="step", status=_STATUS[hook])


def texts(node: Node | None, looker: Looker) -> dict[str, str]:
    """Give a mapping from names to texts, with their expressions as they are."""
    found = looker.mapping(node, "a mapping from names to texts")
    if found is None:
        return {}
    values = {name: looker.text(entry.value) for name, entry in found.entries.items()}
    return {name: value or "" for name, value in values.items()}


def variables(
    node: Node | None, scope: Scope, looker: Looker
) -> tuple[dict[str, str], dict[str, str | None]]:
    """Give the variables of an `env`: with expressions of ours, and as such; notes those that cannot be."""
    found, codes = texts(node, looker), dict[str, str | None]()
    for name, entry in node.entries.items() if isinstance(node, Mapping) else ():
        if name not in found:
            continue
        if _VARIABLE_NAME.fullmatch(name) is None:
            message = f"the variable {name!r} is left out: it is no name of one, or belongs to wfe"
            looker.leave(message, entry.key.location)
            del found[name]
            continue
        try:
            found[name], codes[name] = ours(found[name], scope), chain(found[name], scope)
        except UntranslatableError as exc:
            looker.leave(f"the value of {name!r} is left empty: {exc}", entry.value.location)
            found[name], codes[name] = "", None
        if codes[name] is not None and has_holes(found[name]) and forbidden_variable(name):
            message = f"the variable {name!r} is left out: it changes how programs run"
            hint = "set it in the script: export it there"
            looker.leave(message, entry.value.location, hint)
            del found[name]
            codes[name] = None
    return found, codes


def conditions(node: Node | None, scope: Scope, looker: Looker) -> tuple[str, ...] | None:
    """Translate an `if`: the condition for each way in which the job can have gone so far (`OUTCOMES`).

    None when there is none. One without a counterpart never holds, which is noted: what should run only
    sometimes must not run always.
    """
    if node is None:
        return None
    text = (looker.text(node) or "").strip()
    inner = (
        text.removeprefix("${{").removesuffix("}}")
        if text.startswith("${{") and text.count("${{") == 1
        else text
    )
    never = (_FALSE,) * len(OUTCOMES)
    if "${{" in inner:
        looker.leave(
            "it never runs: a condition of several expressions has no counterpart", node.location, _WHEN
        )
        return never
    try:
        parsed = [translate(inner, scope, outcome) for outcome in OUTCOMES]
    except UntranslatableError as exc:
        looker.leave(f"it never runs, because its condition has no counterpart: {exc}", node.location, _WHEN)
        return never
    if parsed[0].status:
        return tuple(each.condition for each in parsed)
    return (parsed[0].condition, *never[1:])


def written(code: str) -> str | None:
    """Write a condition; None for one that always holds."""
    return None if code == "true" else f"$<< {code} >>"

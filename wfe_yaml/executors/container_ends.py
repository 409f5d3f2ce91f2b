"""How containers end: what the engine knows of that, what removes one, and what is left of a store."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wfe_core.errors import StepError
from wfe_yaml.executors.containers import CID_FILE, ENGINES, LABEL, STORE, Engine, store_label
from wfe_yaml.executors.processes import Cleanup

if TYPE_CHECKING:
    from wfe_yaml.executors.base import Tools
    from wfe_yaml.executors.processes import ProcessResult

_STATE_FILE = "state"
END_FILES = (_STATE_FILE, CID_FILE)
"""Files that tell of the end of a container that did not end well; `Ending` reads them."""
_WHOSE = f'{{{{.Id}}}} {{{{index .Config.Labels "{LABEL}"}}}}'
_NETWORK_OF = f'{{{{.Name}}}} {{{{index .Labels "{LABEL}"}}}}'
_PATIENCE = 60.0
"""Seconds that an engine may take for what is asked of it besides steps."""
_KILLED = 137

# $1 the engine, $2 the container, $3 remove it (`rm`), or only stop it, $4 the private folder. What is being
# created when its creator is killed has no id yet, and comes into being a moment later.
_CLEAN_UP = r"""
if [ "${WFE_EXIT_CODE-0}" = 0 ]; then
  [ "$3" = rm ] || exit 0
else
  "$1" container inspect --format '{{json .State}}' "$2" >"$4/state" 2>/dev/null || rm -f "$4/state"
fi
end() {
  if [ "$3" = rm ]; then out=$("$1" rm --force --volumes "$2" 2>&1); else out=$("$1" kill "$2" 2>&1); fi
  [ $? -ne 0 ] || return 0
  case $out in
    *[Nn]"o such container"* | *"no container with"* | *"is not running"* | *"only kill running"*) return 0 ;;
  esac
  return 1
}
tries=0
until end "$@"; do
  [ -s "$4/cid" ] || exit 0
  tries=$((tries + 1)); [ "$tries" -lt 20 ] || exit 1
  sleep 1
done
if [ ! -s "$4/cid" ] && [ "${WFE_EXIT_CODE-}" != 125 ]; then sleep 1; end "$@"; fi
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """What the engine knows of the end of a container.

    Attributes:
        own: whether its program ran, and the exit code is that of the program; None when nobody knows.
        oom: the kernel killed something in it because of its memory.
    """

    own: bool | None = None
    oom: bool = False

    @classmethod
    def of(cls, result: ProcessResult) -> Ending:
        """Give what the result of a process tells, which has collected `END_FILES`."""
        if not result.collected.get(CID_FILE):
            return cls(own=False)
        try:
            state: dict[str, Any] = json.loads(result.collected[_STATE_FILE])
        except (KeyError, ValueError):
            return cls()
        own = state.get("Status") == "exited" and state.get("ExitCode") == result.exit_code and ran(state)
        return cls(own=own, oom=bool(state.get("OOMKilled")))


def ran(state: dict[str, Any]) -> bool:
    """Whether the program of a container was started, as far as its state tells."""
    return not state.get("Error") and not str(state.get("StartedAt", "0001-")).startswith("0001-")


def out_of_memory(memory: int | None, code: int) -> str:
    """Say that the kernel killed something in a container, which may use so much memory."""
    limit = "" if memory is None else f", more than its {memory / (1 << 20):g} MiB"
    what = "it" if code == _KILLED else "a process of it"
    return f"out of memory: the kernel killed {what}, because it used too much{limit}"


def clean_up_after(engine: Engine, name: str, *, remove: bool = True, hold: bool = False) -> Cleanup:
    """Give what ends a container, wherever it stands, and asks the engine how it ended.

    Args:
        engine: the engine.
        name: the name of the container, or its id.
        remove: remove it; otherwise it only has to stand still.
        hold: it goes on after its step, until the run has ended.
    """
    how = "rm" if remove or hold else "kill"
    return Cleanup(
        argv=("/bin/sh", "-c", _CLEAN_UP, "sh", engine.program, name, how, "{dir}"),
        env=engine.lasting,
        hold=hold,
        always=not hold,
    )


def remove_left(tools: Tools, gone: Callable[[str], bool]) -> int:
    """Remove the containers that runs of a store have left, and their networks; counts the containers.

    An engine that does not answer is left alone: there may be none on this machine that ever ran any. This
    blocks.

    Args:
        tools: say which store it is, and where engines are looked for.
        gone: whether nothing of the run of a name is to stay.
    """
    number = 0
    wanted = f"label={STORE}={store_label(tools.processes.realm)}"

    def doomed(told: str) -> list[str]:
        lines = [line.partition(" ") for line in told.splitlines()]
        return [id_ for id_, _, run in lines if gone(run.partition("/")[0])]

    for name in ENGINES:
        try:
            engine = Engine(name, tools)
        except StepError:
            continue
        ids = answer(engine, "ps", "--all", "--quiet", "--no-trunc", "--filter", wanted).split()
        if containers := doomed(answer(engine, "inspect", "--format", _WHOSE, *ids)) if ids else []:
            number += len(answer(engine, "rm", "--force", "--volumes", *containers).split())
        nets = answer(engine, "network", "ls", "--format", "{{.Name}}", "--filter", wanted).split()
        if (
            networks := doomed(answer(engine, "network", "inspect", "--format", _NETWORK_OF, *nets))
            if nets
            else []
        ):
            answer(engine, "network", "rm", *networks)
    return number


def answer(engine: Engine, *argv: str) -> str:
    """Give what the program of an engine prints: nothing when it fails or takes too long. This blocks."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            [engine.program, *argv],
            env=engine.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        return done.stdout.decode("utf-8", "replace")
    return ""

"""Taking up a container whose runner and whose supervisor were killed: by its labels, from its engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wfe_yaml.executors.container_ends import END_FILES, answer, clean_up_after, ran
from wfe_yaml.executors.containers import ATTEMPT, FAILURES, FOLDER, KEY, STORE, Engine, store_label
from wfe_yaml.executors.processes import Elsewhere, ProcessSpec
from wfe_yaml.executors.stepping import OUTPUT_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wfe_yaml.executors.base import Tools
    from wfe_yaml.executors.processes import Identity

_STAYS = ("running", "paused", "exited")
"""States of containers whose program was started, and whose result can be had."""
_MUTE = "none"
"""The driver of logs that keeps none."""
_PLACE = f"{FOLDER}/{OUTPUT_FILE}"

# $1 the engine, $2 the container, $3 the file of its outputs, $4 the private folder. The signal that asks to
# end goes to the container; what it says after that counts for nothing.
_STAY = r"""
ask() {
  trap '' TERM
  "$1" kill --signal TERM "$2" >/dev/null 2>&1
  "$1" wait "$2" >/dev/null 2>&1
  exit 143
}
trap 'ask "$@"' TERM
printf %s "$2" >"$4/cid"
"$1" logs --follow "$2" &
wait $! || exit 125
code=$("$1" wait "$2") || exit 125
[ ! -f "$3" ] || cat "$3" >"$4/output"
exit "$code"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a container is taken up.

    Attributes:
        engine: the engine that is wanted.
        cwd: the folder of the run.
        timeout: seconds that it may take from now on.
        grace: seconds between SIGTERM and SIGKILL.
        remove: remove it at its end.
        take: take it up at all.
    """

    engine: str | None
    cwd: str
    timeout: float | None
    grace: float
    remove: bool
    take: bool


class LeftContainers(Elsewhere):
    """The containers of a step, as their engine knows them.

    Args:
        tools: say which store it is, and where engines are looked for.
        wanted: how one is taken up.
        hidden: values of secrets by name: they are masked in what it writes.
    """

    def __init__(self, tools: Tools, wanted: Callable[[], Wanted], hidden: Mapping[str, str]) -> None:
        self._tools = tools
        self._wanted = wanted
        self._hidden = hidden

    async def take_up(self, identity: Identity) -> tuple[int, ProcessSpec] | None:
        """Describe a process that gives all its output, and ends as it does; see `Elsewhere.take_up`."""
        wanted = self._wanted()
        if not wanted.take:
            return None
        engine = Engine(wanted.engine, self._tools)
        found = [
            each for each in await asyncio.to_thread(self._found, engine, identity) if _can_be_taken(each)
        ]
        if len(found) != 1:
            return None
        (container,) = found
        id_: str = container["Id"]
        words = [engine.program, id_, _source(container), "{dir}"]
        spec = ProcessSpec(
            argv=["/bin/sh", "-c", _STAY, "sh", *words],
            env=engine.env,
            cwd=wanted.cwd,
            collect=(OUTPUT_FILE, *END_FILES),
            identity=identity,
            secrets=self._hidden,
            timeout=wanted.timeout,
            grace=wanted.grace,
            cleanup=clean_up_after(engine, id_, remove=wanted.remove),
        )
        return int(container["Config"]["Labels"][ATTEMPT]), spec

    async def end(self, identity: Identity) -> bool:
        """Remove them, or let them stand still; see `Elsewhere.end`."""
        wanted = self._wanted()
        engine = Engine(wanted.engine, self._tools)
        found = await asyncio.to_thread(self._found, engine, identity)
        if not wanted.remove:
            found = [each for each in found if each["State"].get("Status") != "exited"]
        how = ("rm", "--force", "--volumes") if wanted.remove else ("kill",)
        if ids := [each["Id"] for each in found]:
            await asyncio.to_thread(answer, engine, *how, *ids)
        return bool(ids)

    def _found(self, engine: Engine, identity: Identity) -> Sequence[dict[str, Any]]:
        """Give what the engine knows of the containers of attempts whose ends the journal does not know."""
        whose = {
            STORE: store_label(self._tools.processes.realm),
            KEY: identity.key,
            FAILURES: str(identity.failures),
        }
        filters = [part for name, value in whose.items() for part in ("--filter", f"label={name}={value}")]
        ids = answer(engine, "ps", "--all", "--quiet", "--no-trunc", *filters).split()
        found: list[dict[str, Any]] = (
            json.loads(answer(engine, "container", "inspect", *ids) or "[]") if ids else []
        )
        return found


def _can_be_taken(container: dict[str, Any]) -> bool:
    """Whether its program was started, and its output and its exit code can be had."""
    state: dict[str, Any] = container["State"]
    driver = container["HostConfig"].get("LogConfig", {}).get("Type")
    return state.get("Status") in _STAYS and ran(state) and driver != _MUTE


def _source(container: dict[str, Any]) -> str:
    """Give the file of this machine in which a container writes its outputs."""
    mounts: list[dict[str, Any]] = container.get("Mounts") or []
    return next((str(each["Source"]) for each in mounts if each.get("Destination") == _PLACE), "")

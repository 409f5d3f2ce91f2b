"""The steps that start and stop services: containers that run beside a step or a workflow."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from wfe_core.errors import StepError
from wfe_yaml.executors.base import ConfigModel, Program, StepType
from wfe_yaml.executors.container_troubles import Said
from wfe_yaml.executors.containers import (
    Engine,
    Variables,
    container_name,
    labels,
    volume,
)
from wfe_yaml.executors.masking import revealed
from wfe_yaml.executors.processes import Cleanup, ProcessSpec
from wfe_yaml.executors.program import ERROR_FILE
from wfe_yaml.executors.stepping import ProcessPolicy, ProcessStep
from wfe_yaml.model.containers import image_trouble, pattern_trouble
from wfe_yaml.model.kinds import MapOf
from wfe_yaml.model.names import VARIABLE
from wfe_yaml.model.records import Of, Record, key, record
from wfe_yaml.model.services import ServiceModel, port_trouble

if TYPE_CHECKING:
    from wfe_yaml.executors.base import Served, StepCall, StepPlan, StepResult, Tools
    from wfe_yaml.executors.processes import Identity, ProcessResult
    from wfe_yaml.expressions.templates import Expression, Template
    from wfe_yaml.source.problems import Problems

LABEL = "wfe.services"
"""The label of the containers and the network of one set of services."""
_NAME = "wfe.service"
"""The label that has the name of a service."""
_STATE = f'{{{{.Id}}}} {{{{.RestartCount}}}} {{{{.State.Running}}}} {{{{index .Config.Labels "{_NAME}"}}}}'
_LOADER = str(Path(__file__).with_name("services_loader.py"))
_SERVICES = MapOf(VARIABLE, Of(ServiceModel), what="a mapping from names to services")
# $1 the engine, $2 the label, $3 the network, $4 seconds of grace, $5 what is asked of the engine about
# a container that may have ended before. A container that is being created when its
# creator is killed comes into being a moment later.
_END = r"""
died() {
  engine=$1 format=$2; shift 2
  "$engine" inspect --format "$format" "$@" | while read -r id count running name; do
    [ "$count$running" != 0true ] || continue
    echo "the service '$name' ended while it was in use (restarted $count times); it said last:"
    "$engine" logs --tail 30 "$id" 2>&1
  done
}
end() {
  ids=$("$1" ps --all --quiet --filter "label=$2") || return 1
  if [ -n "$ids" ]; then
    [ "$4" = 0 ] || { died "$1" "$5" $ids; "$1" stop -t "$4" $ids >/dev/null; }
    "$1" rm --force --volumes $ids >/dev/null || return 1
  fi
  "$1" network inspect "$3" >/dev/null 2>&1 || return 0
  "$1" network rm "$3" >/dev/null
}
end "$@"
code=$?
case "${WFE_EXIT_CODE-}" in 137 | 143) sleep 1; end "$@"; code=$? ;; esac
exit $code
"""
_GRACE = "10"


@record
class ServicesConfig(Record):
    """What is started or stopped."""

    title: ClassVar[str] = "the config of a services step"

    start: dict[str, ServiceModel] | None = key(_SERVICES, "Services to start.")
    stop: dict[str, ServiceModel] | None = key(_SERVICES, "Services to stop.")


def network_of(call: StepCall, plan: StepPlan) -> str | None:
    """Name the network of the services around a step, on which they are found by their names."""
    return None if plan.services is None else f"wfe-{_set_of(call, plan, plan.services)}"


def _set_of(call: StepCall, plan: StepPlan, served: Served) -> str:
    """Name a set of services: those of one turn of the loops around them, in one run of one store."""
    turn = call.ctx.indices[: served.loops]
    parts = [plan.tools.processes.realm, call.ctx.instance_id, served.key, *map(str, turn)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


class ServicesExecutor(StepType):
    """Starts or stops the services of a step or a workflow; such steps are made from `services:`."""

    name: ClassVar[str] = "services"
    config: ClassVar[ConfigModel] = ServicesConfig

    def compile(self, config: ServicesConfig, plan: StepPlan, problems: Problems) -> Program | None:
        """Compile it; everything was checked where the services stand."""
        del problems
        if plan.services is None:
            return None
        return (
            _Stop(plan, plan.services) if config.start is None else _Start(config.start, plan, plan.services)
        )


class _Start(Program):
    """Starts services, and waits until they are ready."""

    def __init__(self, services: Mapping[str, ServiceModel], plan: StepPlan, served: Served) -> None:
        self._services = services
        self._plan = plan
        self._served = served

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Those of all services."""
        texts = [text for service in self._services.values() for text in _texts(service)]
        return tuple(expression for text in texts for expression in text.expressions)

    async def run(self, call: StepCall) -> StepResult:
        """Start them.

        Raises:
            StepError: one cannot be started, or does not get ready; then none is left.
        """
        said = Said()

        def explain(result: ProcessResult) -> str | None:
            told: dict[str, str] = json.loads(result.collected.get(ERROR_FILE) or b"{}")
            reasons = [told.get("message"), said.reason(told.get("image", ""), result.exit_code)]
            return ": ".join(filter(None, reasons)) or None

        step = ProcessStep(self._plan, call, ProcessPolicy(explain=explain, heard=said.line))
        return await step.run(lambda: self._spec(call, step.identity))

    def _spec(self, call: StepCall, identity: Identity) -> ProcessSpec:
        plan = self._plan
        engine = Engine(None, plan.tools)
        unit = _set_of(call, plan, self._served)
        label, network = f"{LABEL}={unit}", f"wfe-{unit}"
        flags = [*labels(identity, call.ctx.step_key, plan.tools.processes.realm), "--label", label]
        files: dict[str, bytes] = {ERROR_FILE: b""}
        told: list[dict[str, Any]] = []
        for name, service in self._services.items():
            file = f"env-{name}"
            wanted = {each: text.text(call.names) for each, text in (service.env or {}).items()}
            # The loader starts it in the private folder.
            variables = Variables(wanted, plan.tools.secrets, file)
            argv = [
                *flags,
                "--label",
                f"{_NAME}={name}",
                "--network",
                network,
                "--network-alias",
                name,
                *_options(service, call, plan.tools),
            ]
            secret = revealed("\n".join(argv), plan.tools.secrets)
            if secret is not None:
                message = f"the secret {secret} would stand in a command line, which anybody sees: use `env`"
                raise StepError(f"service {name!r}: {message}", retryable=False)
            if variables.file:
                files[file] = variables.file
            told.append(
                {
                    "name": name,
                    "image": service.image.text(call.names),
                    "container": container_name(identity.run, name, identity.attempt),
                    "argv": [*variables.flags, *argv],
                    "env": variables.env,
                    "readiness": _readiness(service, call),
                }
            )
        request = {
            "engine": engine.program,
            "network": network,
            "label": label,
            "labels": flags,
            "services": told,
        }
        return ProcessSpec(
            argv=[sys.executable, "-I", "-S", "-u", _LOADER, f"{{dir}}/{ERROR_FILE}", "{dir}"],
            env=engine.env,
            cwd=str(Path(call.root).absolute()),
            files=files,
            collect=(ERROR_FILE,),
            identity=identity,
            secrets=plan.tools.secrets,
            stdin=json.dumps(request).encode(),
            cleanup=Cleanup(
                argv=("/bin/sh", "-c", _END, "sh", engine.program, label, network, "0"),
                env=engine.lasting,
                hold=True,
            ),
        )


class _Stop(Program):
    """Stops services, whatever became of them."""

    def __init__(self, plan: StepPlan, served: Served) -> None:
        self._plan = plan
        self._served = served

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """It needs none: they are found by their label."""
        return ()

    async def run(self, call: StepCall) -> StepResult:
        """Stop them: SIGTERM, a grace, SIGKILL.

        Raises:
            StepError: the engine does not do it.
        """
        said = Said()

        def explain(result: ProcessResult) -> str | None:
            del result
            return said.reason("", 125)

        def spec() -> ProcessSpec:
            engine = Engine(None, self._plan.tools)
            unit = _set_of(call, self._plan, self._served)
            words = [engine.program, f"{LABEL}={unit}", f"wfe-{unit}", _GRACE, _STATE]
            return ProcessSpec(
                argv=["/bin/sh", "-c", _END, "sh", *words],
                env=engine.env,
                cwd=str(Path(call.root).absolute()),
                identity=step.identity,
                secrets=self._plan.tools.secrets,
            )

        step = ProcessStep(self._plan, call, ProcessPolicy(explain=explain, heard=said.line))
        return await step.run(spec)


def _texts(service: ServiceModel) -> list[Template]:
    readiness = service.readiness
    ready = [] if readiness is None else [readiness.run, readiness.log]
    lists = [*(service.command or []), *(service.ports or []), *(service.volumes or [])]
    texts = [service.image, *lists, *(service.env or {}).values(), *ready]
    return [text for text in texts if text is not None]


def _options(service: ServiceModel, call: StepCall, tools: Tools) -> list[str]:
    """Give the flags of a service, its image and its command.

    Raises:
        StepError: a folder is not there, or a port cannot be.
    """
    flags = ["--init"]
    for port in service.ports or []:
        text = port.text(call.names)
        trouble = port_trouble(text)
        if trouble is not None:
            raise StepError(trouble, retryable=False)
        flags += ["--publish", _published(text)]
    for each in service.volumes or []:
        flags += ["--volume", volume(each.text(call.names), Path(call.root), tools)]
    image = service.image.text(call.names)
    trouble = image_trouble(image)
    if trouble is not None:
        raise StepError(trouble, retryable=False)
    return [*flags, image, *(each.text(call.names) for each in service.command or [])]


def _published(port: str) -> str:
    """Give a port as the engine takes it: only this machine reaches it, unless an address says otherwise."""
    parts = port.split(":")
    if len(parts) == 1:
        number = port.partition("/")[0]
        return f"127.0.0.1:{number}:{port}"
    return port if len(parts) > 2 else f"127.0.0.1:{port}"  # noqa: PLR2004 - address, port, port


def _readiness(service: ServiceModel, call: StepCall) -> dict[str, Any] | None:
    readiness = service.readiness
    if readiness is None:
        return None
    log = None if readiness.log is None else readiness.log.text(call.names)
    trouble = None if log is None else pattern_trouble(log)
    if trouble is not None:
        raise StepError(trouble, retryable=False)
    return {
        "run": None if readiness.run is None else readiness.run.text(call.names),
        "port": readiness.port,
        "log": log,
        "timeout": readiness.timeout / 1e6,
        "interval": readiness.interval / 1e6,
    }

"""The container of a browser step.

The pipe through which the browser is driven is the stdin and stdout of the engine's program, so no port is
open, nothing is mounted, and the engine may be on another machine.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wfe_yaml.executors.container_ends import clean_up_after
from wfe_yaml.executors.containers import (
    CID_FILE,
    Engine,
    Variables,
    check_words,
    container_name,
    labels,
    limits,
)
from wfe_yaml.executors.stepping import identity_variables
from wfe_yaml.executors.types.services import network_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_yaml.executors.executor import StepAttempt
    from wfe_yaml.executors.processes import Identity, ProcessSpec
    from wfe_yaml.executors.types.browser import BrowserConfig

_ENV = "env"
_SHUT = ("--cap-drop", "ALL", "--security-opt", "no-new-privileges")
"""Flags for containers whose programs run what strangers have written."""
_SANDBOX = ("--cap-add", "SYS_CHROOT")
"""What engines that let an ordinary user make a namespace want for `chroot` in it, which the sandbox does."""
_START = """set -f; IFS=:
for each in $0; do
  command -v "$each" >/dev/null || continue
  exec "$each" --user-data-dir="${TMPDIR:-/tmp}/wfe-profile" "$@" 3<&0 4>&1 </dev/null >&2
done
echo "the image has no program of these names, choose one by browser:" $0 >&2
exit 127"""
"""Starts the first that is there, with its pipe where it expects it. Its profile goes with all else."""


def in_container(
    spec: ProcessSpec,
    config: BrowserConfig,
    attempt: StepAttempt,
    identity: Identity,
    programs: Sequence[str],
) -> ProcessSpec:
    """Let the program of a browser step run that of an engine, which runs the browser.

    Args:
        spec: the process as it is with a browser of this machine.
        config: what the step needs.
        attempt: the attempt.
        identity: which one it is.
        programs: names of browsers: the first that is in the image is taken, unless the step names one.

    Raises:
        StepError: there is no engine, or a secret would be seen.
    """
    engine = Engine(config.engine, attempt.plan.tools)
    name = container_name(identity.run, attempt.plan.name, identity.attempt)
    wanted = {**attempt.variables(), **config.env, **identity_variables(identity, attempt.ctx.step_key)}
    variables = Variables(wanted, attempt.secrets, f"{{dir}}/{_ENV}")
    network = config.network or network_of(attempt.call, attempt.plan)
    names = programs if config.browser is None else (config.browser,)
    words = [
        *("--init", "--interactive", *_SHUT, *(_SANDBOX if config.shut_in else ())),
        *limits(config.memory),
        *([] if network is None else ["--network", network]),
        *([] if config.pull == "missing" else ["--pull", config.pull]),
        *("--entrypoint", "sh", str(config.image), "-c", _START, ":".join(names)),
    ]
    check_words(words, attempt.secrets)
    told = labels(identity, attempt.ctx.step_key, attempt.plan.tools.processes.realm)
    run = [engine.program, "run", "--name", name, *told, "--cidfile", f"{{dir}}/{CID_FILE}", *variables.flags]
    return replace(
        spec,
        argv=[*spec.argv, *run, *words],
        verbatim=len(words),
        env={**engine.env, **variables.env},
        files={**spec.files, **({_ENV: variables.file} if variables.file else {})},
        cleanup=clean_up_after(engine, name),
    )

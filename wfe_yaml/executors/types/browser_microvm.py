"""The microVM of a browser step.

Zypi carries no conversation with a program, only what it says at its end. So the program that drives the
browser runs in the microVM, too, beside the browser; a process here sends it, and takes what it gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_yaml.executors.types.zypi import announced, exchange, variables
from wfe_yaml.zypi.client import BOOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wfe_yaml.executors.executor import StepAttempt
    from wfe_yaml.executors.processes import Identity, ProcessSpec
    from wfe_yaml.executors.types.browser import BrowserConfig

LONGEST = 86_400.0
"""Seconds that a command may take in a microVM."""
_EXCHANGE = "wfe_yaml.executors.types.browser_exchange"
_MIB = 1 << 20
_MEMORY = 1 << 30
"""Bytes that a microVM with a browser has by default; Zypi's own default, 256 MiB, is too little."""


def in_microvm(
    wanted: Mapping[str, Any],
    config: BrowserConfig,
    attempt: StepAttempt,
    identity: Identity,
    programs: Sequence[str],
) -> ProcessSpec:
    """Describe the process that has a browser step done by Zypi.

    Args:
        wanted: what the program of the step is told.
        config: what the step needs.
        attempt: the attempt.
        identity: which one it is.
        programs: names of browsers: the first that is in the image is taken, unless the step names one.

    Raises:
        RefusedError: the environment has no address of Zypi.
    """
    image = str(config.image)
    told = {
        "url": announced(config.zypi_url, image, attempt),
        "boot": config.boot or BOOT,
        "image": image,
        "env": variables(config.env, attempt, identity),
        "timeout": config.timeout,
        "memory_mb": -(-(config.memory or _MEMORY) // _MIB),
        "vcpus": config.vcpus,
        "wanted": {**wanted, "programs": [config.browser] if config.browser else list(programs)},
    }
    return exchange(_EXCHANGE, told, attempt, identity)

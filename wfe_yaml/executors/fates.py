"""What became of an attempt, as the files of its folder tell."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from wfe_host.identity import boot_id, machine_id
from wfe_yaml.executors.processes import Fate, Identity
from wfe_yaml.executors.supervisor import files


def fate_of(folder: Path, wanted: Identity) -> tuple[Fate, str]:
    """Tell what became of an attempt from what lies in its folder."""
    spec = files.read(folder, files.SPEC)
    if spec is None or "machine" not in spec:
        return Fate.GONE, "it had not begun"
    if spec["failures"] != wanted.failures:
        return Fate.GONE, "its result is known already"
    if spec["machine"] != here()[0]:
        return Fate.GONE, "it ran on another machine"
    result = files.read(folder, files.RESULT)
    if result is not None:
        if result["stopped"]:
            return Fate.GONE, "it was being stopped"
        if not _whole(folder, result["log"]):
            return Fate.GONE, "its output was lost with the power"
        return Fate.ENDED, ""
    if spec["boot"] != here()[1]:
        return Fate.GONE, "the machine was restarted since"
    if (files.read(folder, files.STOPPING) or {}).get("asked"):
        return Fate.GONE, "it was being stopped"
    return Fate.RUNNING, ""


def _whole(folder: Path, size: int) -> bool:
    """Whether the record of the output is as long as the result says."""
    try:
        return (folder / files.LOG).stat().st_size >= size
    except FileNotFoundError:
        return False


@cache
def here() -> tuple[str, str]:
    """Name this machine and the time since its start."""
    return machine_id(), boot_id()

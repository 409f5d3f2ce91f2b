"""Which machine this is, and which of its lives: two hosts with equal answers share one running kernel."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

_MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")


def machine_id() -> str:
    """Name this machine, the same at every start. Reads files: not for the event loop.

    The host name is part of it, because images of containers and clones of virtual machines often share
    one `machine-id`; it is hashed, because that id should stay confidential (machine-id(5)).
    """
    text = next((text for text in [_read(path) for path in _MACHINE_FILES] if text), "")
    return hashlib.sha256(f"wfe\n{text}\n{socket.gethostname()}".encode()).hexdigest()[:32]


def boot_id() -> str:
    """Name the time since this machine was started; empty where the system has no word for it.

    On macOS that word (`kern.boottime`) moves with the clock, so it is not used.
    """
    return _read(_BOOT_FILE)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""

"""Certificates for the tests of TLS: authorities, a server of this machine, and an account."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.services.local import UnavailableError, program

_AUTHORITY = ("-addext", "basicConstraints=critical,CA:TRUE")
_SIGNED = ("-CA", "ca.crt", "-CAkey", "ca.key")
_MADE = {
    "ca": _AUTHORITY,
    "other": _AUTHORITY,
    "server": (*_SIGNED, "-addext", "subjectAltName=IP:127.0.0.1"),
    "worker": _SIGNED,
}


def certificates_or_skip(folder: Path) -> Path:
    """Make `ca`, `other`, and signed by `ca` `server` (of 127.0.0.1) and `worker`: each a .crt and a .key."""
    try:
        openssl = program("openssl")
    except UnavailableError as exc:
        pytest.skip(f"no certificates: {exc}")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    for name, more in _MADE.items():
        files = ("-keyout", f"{name}.key", "-out", f"{name}.crt")
        words = [openssl, "req", "-x509", *key, "-subj", f"/CN={name}", *files, *more]
        subprocess.run(words, cwd=folder, check=True, capture_output=True)
    return folder

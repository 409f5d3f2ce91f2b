"""Zypi, a service that runs commands in Firecracker microVMs: a client, and sandboxes made of it.

`with Sandbox("python:3.12") as sandbox: sandbox.check_output(["/usr/bin/id"])`; `AsyncSandbox` is the same
for code on an event loop. Each command gets a microVM of its own, which ends with it.
"""

from __future__ import annotations

from wfe_yaml.zypi.client import ImageStatus, ZypiClient
from wfe_yaml.zypi.errors import (
    CommandFailedError,
    ImageNotFoundError,
    LostAnswerError,
    RefusedError,
    SandboxTimeoutError,
    UnreachableError,
    ZypiError,
)
from wfe_yaml.zypi.protocol import ExecRequest, ExecResult
from wfe_yaml.zypi.sandbox import AsyncSandbox, Sandbox

__all__ = [
    "AsyncSandbox",
    "CommandFailedError",
    "ExecRequest",
    "ExecResult",
    "ImageNotFoundError",
    "ImageStatus",
    "LostAnswerError",
    "RefusedError",
    "Sandbox",
    "SandboxTimeoutError",
    "UnreachableError",
    "ZypiClient",
    "ZypiError",
]

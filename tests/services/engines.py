"""What the engines of containers have in common, as a test talks to one: its command."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from tests.services.local import UnavailableError, program
from tests.waiting import PATIENCE


class Engine:
    """The command of an engine.

    Attributes:
        client: the program.

    Args:
        name: of the program.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.client = program(name)

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables with which the program finds what it is for."""
        raise NotImplementedError

    def __call__(
        self, *argv: str, given: bytes | None = None, environ: Mapping[str, str] | None = None
    ) -> str:
        """Run the command, with more variables if they are given, and give what it prints."""
        done = subprocess.run(
            [self.client, *argv],
            env={**self.environ, **(environ or {})},
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            message = f"{self._name} {argv[0]}: {done.stderr.decode('utf-8', 'replace')[-1_000:]}"
            raise UnavailableError(message)
        return done.stdout.decode().strip()

    def containers(self, label: str) -> list[str]:
        """The names of all containers with a label, whatever their state."""
        return self("ps", "--all", "--filter", f"label={label}", "--format", "{{.Names}}").split()

    def networks(self, label: str) -> list[str]:
        """The names of all networks with a label."""
        return self("network", "ls", "--filter", f"label={label}", "--format", "{{.Name}}").split()

"""A network that is cut for real: two namespaces of the kernel's, and a wire between them."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

from tests.services.local import UnavailableError, program


class Wire:
    """Two networks that know nothing but each other. What runs in neither reaches them through files only.

    Attributes:
        near: the name of the one, for `ip netns`.
        far: that of the other.
        address: of the near one, as the far one sees it.
    """

    def __init__(self) -> None:
        word = secrets.token_hex(3)
        self.near, self.far = f"wfe-{word}-near", f"wfe-{word}-far"
        # Of 198.18.0.0/15, which is kept for tests of networks. Nobody outside of the two sees it.
        self.address = "198.18.0.1"
        self._there = "198.18.0.2"

    def into(self, namespace: str) -> list[str]:
        """Give what stands before a command line that is to run in one of the two."""
        return [program("ip"), "netns", "exec", namespace]

    def cut(self) -> None:
        """Let nothing through any more; neither side is told anything."""
        self._ip("-n", self.far, "link", "set", "wire", "down")

    def heal(self) -> None:
        """Let everything through again."""
        self._ip("-n", self.far, "link", "set", "wire", "up")

    def make(self) -> None:
        """Make both, and the wire.

        Raises:
            UnavailableError: that is not allowed here, or the program is missing.
        """
        if os.geteuid() != 0:
            raise UnavailableError("only root can make network namespaces")
        try:
            for name in (self.near, self.far):
                self._ip("netns", "add", name)
            self._ip(
                "-n", self.near, "link", "add", "wire", "type", "veth", "peer", "wire", "netns", self.far
            )
            for name, address in ((self.near, self.address), (self.far, self._there)):
                self._ip("-n", name, "address", "add", f"{address}/30", "dev", "wire")
                for device in ("lo", "wire"):
                    self._ip("-n", name, "link", "set", device, "up")
        except subprocess.CalledProcessError as exc:
            self.remove()
            raise UnavailableError(f"no network namespaces can be made: {exc.stderr.strip()}") from None

    def remove(self) -> None:
        """Take both away, and with them the wire."""
        for name in (self.near, self.far):
            with contextlib.suppress(subprocess.CalledProcessError):
                self._ip("netns", "delete", name)

    def _ip(self, *words: str) -> None:
        subprocess.run([program("ip"), *words], check=True, capture_output=True, text=True, timeout=60)


@contextmanager
def wire() -> Generator[Wire]:
    """Make two networks and a wire, and take them away afterwards.

    Raises:
        UnavailableError: that is not allowed here, or the program is missing.
    """
    made = Wire()
    made.make()
    try:
        yield made
    finally:
        made.remove()

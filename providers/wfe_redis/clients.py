"""The driver's clients for one event loop: for a server, a group under sentinels, or a cluster."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

import redis.asyncio
from redis.asyncio import cluster, sentinel
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff

from wfe_redis.failures import DRIVER_ERRORS
from wfe_redis.location import Location

# The driver's own annotations leave much unknown, and differ between its versions.
_Redis: Any = redis.asyncio.Redis
_RedisCluster: Any = cluster.RedisCluster
_ClusterNode: Any = cluster.ClusterNode
_Sentinel: Any = sentinel.Sentinel
_Connection: Any = redis.asyncio.Connection
_TlsConnection: Any = redis.asyncio.SSLConnection

_NAME: Final = "wfe"
"""How connections are shown by CLIENT LIST."""
_HOPS: Final = 3
"""How often a cluster's node is asked anew when the cluster changes."""


class Client:
    """Connections of the event loop that made it.

    Args:
        location: where.
        timeout: seconds to wait for an answer.
        anchor: a key by which a cluster's node is chosen.
    """

    def __init__(self, location: Location, timeout: float, anchor: str) -> None:
        self._location = location
        self._anchor = anchor
        self._options = _options(location, timeout)
        self._sentinel: Any = None
        self._closed = False
        self._turns = asyncio.Semaphore(location.pool)
        self._driver: Any = self._make()

    async def command(self, *words: Any) -> Any:
        """Send one command and give the answer; no more at a time than the location allows."""
        async with self._turns:
            if self._closed:
                raise ConnectionError("its connections were closed")
            return await self._driver.execute_command(*words)

    async def ear(self) -> Any:
        """Open a connection of its own, for hearing; the caller disconnects it."""
        if self._location.kind == "cluster":
            # Its nodes pass on to each other what is published at one.
            await self._driver.initialize()
            node = self._driver.get_node_from_key(self._anchor)
            options = {name: value for name, value in self._options.items() if name != "ssl"}
            kind = _TlsConnection if self._location.tls else _Connection
            connection = kind(host=node.host, port=node.port, **options)
        else:
            connection = self._driver.connection_pool.make_connection()
        try:
            await connection.connect()
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        return connection

    async def close(self) -> None:
        """Close all connections, once no command is under way: one that connects just now would leak."""
        if self._closed:
            return
        self._closed = True
        for _ in range(self._location.pool):
            await self._turns.acquire()
        for _ in range(self._location.pool):
            self._turns.release()
        with contextlib.suppress(*DRIVER_ERRORS):
            await self._driver.aclose()
        for one in () if self._sentinel is None else self._sentinel.sentinels:
            with contextlib.suppress(*DRIVER_ERRORS):
                await one.aclose()

    def _make(self) -> Any:
        where = self._location
        if where.kind == "cluster":
            retry = Retry(ExponentialBackoff(cap=0.5, base=0.05), _HOPS)
            nodes = [_ClusterNode(host, port) for host, port in where.nodes]
            return _RedisCluster(startup_nodes=nodes, **{**self._options, "retry": retry})
        if where.kind == "sentinel":
            accounts = {"username": where.sentinel_username, "password": where.sentinel_password}
            self._sentinel = _Sentinel(
                where.nodes, sentinel_kwargs={**self._options, **accounts}, **self._options, db=where.db
            )
            return self._sentinel.master_for(where.service)
        [(host, port)] = where.nodes
        return _Redis(host=host, port=port, db=where.db, **self._options)


def _options(where: Location, timeout: float) -> dict[str, Any]:
    return {
        "username": where.username,
        "password": where.password,
        "socket_timeout": timeout,
        "socket_connect_timeout": where.connect_timeout,
        "client_name": _NAME,
        # Version 3 of the protocol would bring nothing but another greeting to have rights for.
        "protocol": 2,
        "decode_responses": True,
        # What is tried again is decided in one place: `Server`.
        "retry": Retry(NoBackoff(), 0),
        **({"ssl": True, **dict(where.tls_options)} if where.tls else {}),
    }

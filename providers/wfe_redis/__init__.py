"""Redis and Valkey providers of wfe: sessions, wake-up hints and lifecycle events, beside a store.

Read `server.py` for the connections, `scripts.py` for what runs in the server, and `channel.py` for messages.
"""

from dataclasses import dataclass
from typing import Final

from wfe_core.channels import ChannelHub, ChannelQueue
from wfe_core.clock import Clock
from wfe_core.policies import Duration
from wfe_core.ports import Capabilities
from wfe_redis.channel import RedisChannel
from wfe_redis.location import Location
from wfe_redis.locks import RedisLocks
from wfe_redis.server import Server

__all__ = ["CAPABILITIES", "RedisProviders", "open_providers"]


CAPABILITIES: Final = Capabilities(push_wakeup=True, shared=True, durable=False, cross_machine=True)
"""Hints and sessions reach every machine, and nothing that they would lose matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisProviders:
    """What Redis offers: no store, so it stands beside one."""

    locks: RedisLocks
    queue: ChannelQueue
    hub: ChannelHub
    capabilities: Capabilities = CAPABILITIES


def open_providers(
    url: str, *, clock: Clock | None = None, connect_timeout: Duration | None = None, **options: object
) -> RedisProviders:
    """Give the providers for Redis 6.2 or Valkey 7.2, or newer. Nothing connects before they are entered.

    Args:
        url: `redis://user:password@host:6379/0`; `redis+sentinel://host:26379,host:26379/service/0`;
            `redis+cluster://host:6379,host:6379`; with TLS `rediss`; `valkey` and `valkeys` mean the same.
            Options: `prefix` of all names (`wfe`), `pool` (commands at once, 8), `timeout` and
            `connect_timeout` (`5s`), `ssl_ca_certs`, `ssl_certfile`, `ssl_keyfile`, `ssl_cert_reqs`,
            `ssl_check_hostname`, `sentinel_username`, `sentinel_password`.
        clock: the host's; sessions go by the server's time, unless this is one that a test moves.
        connect_timeout: over the URL's.
        options: none are known.

    Raises:
        ValueError: the URL or an option is not understood.
    """
    if options:
        msg = f"Redis has no options {', '.join(sorted(options))}: write them into the URL"
        raise ValueError(msg)
    server = Server(Location.parse(url, connect_timeout=connect_timeout), clock)
    channel = RedisChannel(server)
    return RedisProviders(locks=RedisLocks(server), queue=ChannelQueue(channel), hub=ChannelHub(channel))

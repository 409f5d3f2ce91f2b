"""Who may come in, and how: certificates, accounts with few rights, sentinels and clusters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services.certificates import certificates_or_skip
from tests.services.local import UnavailableError, program
from tests.services.redis import NAMES, Redis, valkey_binary
from tests.services.redis_groups import Watched, cluster_or_skip
from tests.unit.providers.wfe_redis.conftest import entered
from tests.unit.providers.wfe_redis.test_faults import LONG, hear, until_works
from tests.waiting import until
from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.ports import Hint
from wfe_core.testing.conformance.locks import session
from wfe_redis import RedisProviders

pytestmark = [pytest.mark.signals, pytest.mark.redis]

RIGHTS = (
    "~p:*",
    "&p:*",
    "+evalsha",
    "+eval",
    "+time",
    "+zadd",
    "+zscore",
    "+zrem",
    "+zrangebyscore",
    "+hset",
    "+hdel",
    "+hgetall",
    "+get",
    "+set",
    "+del",
    "+publish",
    "+subscribe",
    "+unsubscribe",
    "+ping",
    "+client|setname",
)
"""What an account needs on the keys and channels of its prefix; docs/providers.md tells it to users."""

Own = Callable[..., Redis]


def test_users_are_told_the_rights() -> None:
    """The page on providers names exactly those that are enough here."""
    page = (Path(__file__).parents[4] / "docs" / "providers.md").read_text("utf-8")
    told = page.partition("```text\n~wfe:*")[2].partition("```")[0]
    assert f"~wfe:*{told}".replace("wfe:", "p:").split() == list(RIGHTS)


async def use(mine: RedisProviders) -> None:
    """Do all that a host does."""
    locks = mine.locks
    await locks.open_session(session("a"), ttl=LONG)
    assert await locks.renew("a", ttl=LONG) is not None
    assert [info.id for info in await locks.sessions()] == ["a"]
    assert await locks.identity() == await locks.identity()
    assert await locks.acquire(["i"], "a") == ["i"]
    await locks.release(["i"], "a")
    await mine.queue.listen(["t", "u"])
    await mine.queue.listen(["t"])
    await hear(mine.queue, mine.queue, Hint("t", "i"))
    await locks.close_session("a")
    assert await locks.states(["a"]) == {"a": "dead"}
    await locks.end_renewals()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority and a certificate for this machine, both self-made."""
    return certificates_or_skip(tmp_path_factory.mktemp("tls"))


def binary_or_skip(kind: str) -> str:
    """Give the program of a server, or skip the test that needs it."""
    try:
        return valkey_binary() if kind == "valkey" else program(*NAMES)
    except UnavailableError as exc:
        pytest.skip(f"no {kind}: {exc}")


@pytest.fixture
def watched() -> Iterator[Watched]:
    """A primary and a replica under a sentinel."""
    try:
        found = Watched()
    except UnavailableError as exc:
        pytest.skip(f"no Redis: {exc}")
    yield found
    found.end()


async def test_everything_goes_over_tls(own: Own, certificates: Path) -> None:
    """The server shows a certificate, and wants one; who does not know its authority is told so."""
    words: list[str] = []
    files = {"cert-file": "server.crt", "key-file": "server.key", "ca-cert-file": "ca.crt"}
    for name, value in files.items():
        words += [f"--tls-{name}", str(certificates / value)]
    pair = f"ssl_certfile={certificates}/server.crt&ssl_keyfile={certificates}/server.key"
    base = f"rediss://127.0.0.1:{{port}}?ssl_ca_certs={certificates}/ca.crt&{pair}"
    server = own("--tls-port", "{port}", *words, base=base, port="0")
    async with entered(f"{server.base}&prefix=p") as mine:
        await use(mine)
    strange = server.base.replace("ca.crt", "other.crt")
    with pytest.raises(ProviderError, match=r"its certificate is not trusted; see \?ssl_ca_certs="):
        async with entered(strange):
            pass
    with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
        async with entered(server.base.replace("rediss", "redis").partition("?")[0]):
            pass


@pytest.mark.parametrize("kind", ["redis", "valkey"])
async def test_an_account_needs_few_rights(own: Own, kind: str) -> None:
    """These, on the names that begin with its prefix, are enough; a missing one is noticed at the start."""
    server = own(binary=binary_or_skip(kind))
    url = server.base.replace("//", "//worker:s%20cret@")
    with server.admin() as admin:
        admin.execute_command("ACL", "SETUSER", "worker", "on", ">s cret", "resetchannels", *RIGHTS)
        async with entered(f"{url}?prefix=p") as mine:
            await use(mine)
        with pytest.raises(ProviderError, match=r"lacks a right; docs/providers\.md lists") as caught:
            async with entered(f"{url}?prefix=q"):
                pass
        assert "s cret" not in f"{caught.value} {caught.value.__cause__}"
        for right in ("evalsha", "eval", "time", "del", "subscribe", "client|setname"):
            admin.execute_command("ACL", "SETUSER", "worker", *RIGHTS, f"-{right}")
            admin.script_flush()
            with pytest.raises(ProviderError, match="lacks a right"):
                async with entered(f"{url}?prefix=p"):
                    pass


@pytest.mark.parametrize(
    ("account", "message"),
    [("default:wrong@", "user or password is wrong"), ("", "it wants a password; write it into the URL")],
)
async def test_a_wrong_password_is_told_from_a_missing_one(own: Own, account: str, message: str) -> None:
    """Neither is shown."""
    server = own("--requirepass", "right", base="redis://:right@127.0.0.1:{port}")
    url = server.base.replace(":right@", account)
    with pytest.raises(ProviderError, match=message) as caught:
        async with entered(url):
            pass
    assert "wrong@" not in str(caught.value)


async def test_sentinels_lead_to_the_primary_of_the_day(watched: Watched) -> None:
    """After the primary has died, sessions and hints go on with the one that took its place."""
    async with entered(f"{watched.url}?prefix=p&timeout=2s") as mine:
        await mine.locks.open_session(session("a"), ttl=LONG)
        await mine.queue.listen(["t"])
        await hear(mine.queue, mine.queue, Hint("t", "i"))
        identity = await mine.locks.identity()
        with watched.replica.admin() as client:
            await until(lambda: client.exists("p:{p}:identity"), "the identity at the replica")
        await asyncio.to_thread(watched.fail_over)
        assert await until_works(lambda: mine.locks.states(["a"])) in ({"a": "live"}, {"a": "unknown"})
        await until_works(lambda: mine.locks.open_session(session("b"), ttl=LONG))
        await hear(mine.queue, mine.queue, Hint("t", "j"))
        assert await mine.locks.identity() == identity
    with pytest.raises(ProviderUnavailableError, match="know no primary 'nobody' that is up"):
        async with entered(watched.url.replace("flows", "nobody")):
            pass


async def test_a_cluster_serves_several_hosts(own: Own) -> None:
    """All keys of a prefix lie together; what is published at one node is heard at all."""
    base = cluster_or_skip().base
    prefixes = [f"p{number}" for number in range(3)]
    for prefix in prefixes:
        async with entered(f"{base}?prefix={prefix}") as mine, entered(f"{base}?prefix={prefix}") as other:
            await use(mine)
            assert await mine.locks.identity() == await other.locks.identity()
            await mine.queue.listen(["t"])
            await hear(mine.queue, other.queue, Hint("t", "k"))
    with pytest.raises(ProviderError, match="it is no cluster; write redis://"):
        async with entered(own().base.replace("redis://", "redis+cluster://")):
            pass


async def test_a_node_of_a_cluster_is_no_server(shared: Redis) -> None:
    """A URL of the wrong kind is told so, if the node does not happen to hold the keys."""
    nodes = cluster_or_skip().base.partition("//")[2].split(",")
    found: list[Any] = []
    for node in nodes:
        try:
            async with entered(f"redis://{node}?prefix=p"):
                found.append(None)
        except ProviderError as exc:
            found.append(str(exc))
    assert sum("it is part of a cluster; write redis+cluster://" in str(text) for text in found) == 2


async def test_an_account_of_a_cluster_may_look_at_its_slots() -> None:
    """That is all it needs beside the rights on its prefix."""
    base = cluster_or_skip().base
    for node in base.partition("//")[2].split(","):
        with Redis(f"redis://{node}").admin() as admin:
            admin.execute_command(
                "ACL",
                "SETUSER",
                "worker",
                "on",
                ">pw",
                "resetchannels",
                *RIGHTS,
                "+cluster|slots",
                "+command",
            )
    async with entered(f"{base.replace('//', '//worker:pw@')}?prefix=p") as mine:
        await use(mine)

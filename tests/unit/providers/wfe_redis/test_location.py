from __future__ import annotations

import pytest

from wfe_redis import open_providers
from wfe_redis.location import Location


def test_a_server() -> None:
    """Host, port, account and database are those of the URL; the rest suits a host."""
    found = Location.parse("valkey://me:s%20x@db:6380/2")
    assert (found.kind, found.nodes, found.db, found.tls) == ("server", (("db", 6380),), 2, False)
    assert (found.username, found.password) == ("me", "s x")
    assert (found.prefix, found.pool, found.timeout, found.connect_timeout) == ("wfe", 8, 5.0, 5.0)
    assert Location.parse("redis://").nodes == (("localhost", 6379),)
    assert Location.parse("redis://:only-a-password@h").password == "only-a-password"


def test_sentinels() -> None:
    """They are named with the group they watch, and have an account of their own."""
    found = Location.parse(
        "rediss+sentinel://me:pw@a,b:26380,[::1]:7/main/3?sentinel_username=w&sentinel_password=x&ssl_ca_certs=ca.pem"
    )
    assert found.nodes == (("a", 26379), ("b", 26380), ("::1", 7))
    assert (found.kind, found.service, found.db, found.tls) == ("sentinel", "main", 3, True)
    assert (found.sentinel_username, found.sentinel_password) == ("w", "x")
    assert dict(found.tls_options) == {"ssl_ca_certs": "ca.pem"}
    assert str(found) == "rediss+sentinel://a:26379,b:26380,[::1]:7/main/3"


def test_a_cluster() -> None:
    """Any of its nodes lead to the others; there is one database."""
    found = Location.parse(
        "valkeys+cluster://a:7000,b:7001/0?prefix=flows&pool=3&timeout=2m&connect_timeout=250ms"
    )
    assert (found.kind, found.nodes, found.db, found.tls) == ("cluster", (("a", 7000), ("b", 7001)), 0, True)
    assert (found.prefix, found.pool, found.timeout, found.connect_timeout) == ("flows", 3, 120.0, 0.25)


def test_a_host_may_say_how_long_to_wait() -> None:
    """`connect_timeout` of a host counts more than that of the URL."""
    assert Location.parse("redis://h?connect_timeout=3", connect_timeout="7s").connect_timeout == 7.0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("ssl_cert_reqs=none", {"ssl_cert_reqs": "none", "ssl_check_hostname": False}),
        ("ssl_check_hostname=False", {"ssl_check_hostname": False}),
        ("ssl_certfile=c&ssl_keyfile=k", {"ssl_certfile": "c", "ssl_keyfile": "k"}),
    ],
)
def test_tls(options: str, expected: dict[str, object]) -> None:
    """Certificates are checked unless the URL says otherwise."""
    assert dict(Location.parse(f"rediss://h?{options}").tls_options) == expected


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://me:secret@h", "begins with http:// is not understood: write redis://"),
        ("redis+ring://me:secret@h", r"begins with redis\+ring:// is not understood"),
        ("redis://h:many", "'many' is no port"),
        ("redis://h:70000", "'70000' is no port"),
        ("redis://h/one", "/one is no database: it is a number"),
        ("redis://h/1/2", "/1/2 is no database"),
        ("redis+cluster://h/1", "/1 is no database: a cluster has only database 0"),
        ("redis+sentinel://h", "names the group they watch"),
        ("redis://h?speed=9", "have no option speed=; there are prefix, pool,"),
        ("redis://h?ssl_ca_certs=x", "ssl_ca_certs= needs TLS: write rediss instead"),
        ("redis://h?sentinel_password=secret", r"belong to redis\+sentinel://"),
        ("redis://h?prefix=a{b}", "prefix='a{b}': use letters"),
        ("redis://h?prefix=", "prefix='': use letters"),
        ("redis://h?pool=0", "pool='0': expected a number from 1 to 1000"),
        ("redis://h?timeout=soon", "timeout='soon': "),
        ("redis://h?timeout=0", "timeout='0': nothing answers in no time"),
        ("rediss://h?ssl_cert_reqs=maybe", "ssl_cert_reqs='maybe': expected one of required, optional, none"),
        ("rediss://h?ssl_check_hostname=1", "ssl_check_hostname='1': expected true or false"),
    ],
)
def test_what_is_wrong_is_said(url: str, message: str) -> None:
    """Each error names the part and what to write; a password is never shown."""
    with pytest.raises(ValueError, match=message) as caught:
        Location.parse(url)
    assert "secret" not in str(caught.value)


def test_a_password_is_never_shown() -> None:
    """Neither messages nor the representation have it."""
    found = Location.parse("redis+sentinel://me:secret@h/main?sentinel_password=hidden")
    assert str(found) == "redis+sentinel://h:26379/main"
    assert not {"secret", "hidden"} & {word for word in ("secret", "hidden") if word in repr(found)}


def test_an_option_of_another_provider_is_refused() -> None:
    """What Redis does not know is named."""
    with pytest.raises(ValueError, match="Redis has no options durability: write them into the URL"):
        open_providers("redis://h", durability="full")

from __future__ import annotations

import pytest

from wfe_core.registry import open_providers
from wfe_opensearch import open_providers as open_search
from wfe_opensearch.location import Location


def test_a_url_is_taken_apart() -> None:
    """Host, port, encryption, account and every option have their place."""
    url = "opensearch+https://us%40er:p%3Aw@search.example:9443/path/?prefix=jobs&timeout=2s&ca=/ca.pem&shards=3"
    assert Location.parse(f"{url}&replicas=0&fallback=none") == Location(
        host="search.example",
        port=9443,
        tls=True,
        path="/path",
        account=("us@er", "p:w"),
        prefix="jobs",
        timeout=2.0,
        ca="/ca.pem",
        shards=3,
        replicas=0,
        fallback=False,
    )


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("opensearch://h", False),
        ("opensearch+http://h", False),
        ("opensearch+https://h", True),
        ("http://h", False),
        ("https://h", True),
    ],
)
def test_every_scheme_has_its_encryption(url: str, tls: bool) -> None:
    """Without a port it is OpenSearch's own."""
    assert Location.parse(url) == Location(host="h", port=9200, tls=tls)


def test_an_address_of_version_six_is_shown_as_it_was_written() -> None:
    """In brackets, which the host itself does not have."""
    where = Location.parse("opensearch+http://[::1]:9201")
    assert where.host == "::1"
    assert str(where) == "opensearch+http://[::1]:9201"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis://h", "names no host"),
        ("opensearch+http://", "names no host"),
        ("opensearch+http://user:secret@h:port", "is not understood"),
        ("opensearch+http://user:secret@h?prefix=Upper", "prefix='Upper': use up to 100 small letters"),
        ("opensearch+http://user:secret@h?prefix=a*", "use up to 100 small letters"),
        ("opensearch+http://user:secret@h?timeout=soon", "timeout='soon': .* is not a duration"),
        ("opensearch+http://user:secret@h?timeout=0", "no request is done in no time"),
        ("opensearch+http://user:secret@h?shards=0", "shards='0': expected a number from 1 to 1024"),
        ("opensearch+http://user:secret@h?replicas=-1", "replicas='-1': expected a number from 0 to 1024"),
        ("opensearch+http://user:secret@h?fallback=maybe", "write store or none"),
        ("opensearch+http://user:secret@h?verify=no", "knows no option 'verify': there are prefix, timeout"),
    ],
)
def test_what_is_not_understood_is_refused(url: str, message: str) -> None:
    """The message says what to write, and never shows the password."""
    with pytest.raises(ValueError, match=message) as caught:
        open_search(url)
    assert "secret" not in str(caught.value)


def test_neither_texts_nor_representations_show_the_password() -> None:
    """Wherever a location is printed."""
    where = Location.parse("opensearch+https://user:secret@h")
    assert "secret" not in f"{where} {where!r}"
    assert "user" not in f"{where}"


def test_options_belong_into_the_url() -> None:
    """A keyword that nobody knows is an error, that of all providers is none."""
    with pytest.raises(ValueError, match="OpenSearch has no options shards: write them into the URL"):
        open_search("opensearch+http://h", shards=1)
    assert open_search("opensearch+http://h", connect_timeout="1s").search.trouble is None


def test_a_search_is_no_store() -> None:
    """It is named beside the URL of one."""
    with pytest.raises(ValueError, match=r"opensearch[+]http:// is no store; give it as .* search="):
        open_providers("opensearch+http://h")
    with pytest.raises(ValueError, match=r"locks=opensearch[+]http://: this provider has no locks"):
        open_providers("memory://", locks="opensearch+http://h")

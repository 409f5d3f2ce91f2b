"""How the body of an answer is unpacked, and that it has a bound whatever a server sends."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfe_yaml.executors.types.http_body import BodyError, Unpacking


def packed(body: bytes, encoding: str) -> bytes:
    """Pack as servers do."""
    if encoding == "gzip":
        return gzip.compress(body)
    if encoding == "raw":
        return zlib.compress(body, wbits=-15)
    return zlib.compress(body) if encoding == "deflate" else body


def unpacked(raw: bytes, encoding: str, cuts: list[int], most: int = 1 << 20) -> bytes:
    """Unpack in pieces."""
    unpacking = Unpacking(encoding, most)
    at = 0
    for size in cuts:
        unpacking.feed(raw[at : at + size])
        at += size
    unpacking.feed(raw[at:])
    return unpacking.end()


@given(
    body=st.binary(max_size=300),
    encoding=st.sampled_from(["", "identity", "gzip", "deflate"]),
    cuts=st.lists(st.integers(1, 50), max_size=8),
)
def test_what_was_packed_comes_out_whatever_the_pieces(body: bytes, encoding: str, cuts: list[int]) -> None:
    """The pieces in which an answer comes make no difference."""
    assert unpacked(packed(body, encoding), encoding.upper(), cuts) == body


def test_two_forms_that_servers_have() -> None:
    """Several gzip archives are one body, and deflate may lack its header."""
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0", "x-gzip", [3]) == b"ab"
    assert unpacked(packed(b"abc" * 9, "raw"), "deflate", []) == b"abc" * 9
    assert Unpacking("gzip", 9).end() == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "deflate,gzip", "nonsense"])
def test_what_was_not_asked_for_is_refused(encoding: str) -> None:
    """A body packed in another way, or twice, is no text; a few bytes packed twice can be gigabytes."""
    with pytest.raises(BodyError, match="but only gzip, deflate are unpacked"):
        Unpacking(encoding, 1)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw"])
def test_damage_and_cuts_are_told(encoding: str) -> None:
    """A body that ends early is no shorter body, and may be whole another time; damage stays."""
    raw, name = packed(bytes(range(256)) * 9, encoding), encoding.replace("raw", "deflate")
    for size in (5, len(raw) // 2, len(raw) - 1):
        with pytest.raises(BodyError, match="is cut") as caught:
            unpacked(raw[:size], name, [])
        assert caught.value.retryable
    with pytest.raises(BodyError, match="is damaged") as caught:
        unpacked(b"\x07 no archive", name, [])
    assert not caught.value.retryable


def test_a_bomb_takes_no_memory() -> None:
    """Not more than the limit is ever unpacked, however much is in one piece."""
    bomb = gzip.compress(bytes(100 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(BodyError, match="larger than 1000 bytes"):
            unpacked(bomb, "gzip", [], most=1000)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert unpacked(gzip.compress(bytes(1000)), "gzip", [], most=1000) == bytes(1000)

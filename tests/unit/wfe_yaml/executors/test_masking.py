from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfe_yaml.executors.hiding import mask_error
from wfe_yaml.executors.masking import MASK, Masker, mask_text, revealed
from wfe_yaml.executors.spellings import forms

_SECRETS = st.lists(st.text('ab/+\n"é', min_size=4, max_size=9), min_size=1, max_size=3)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut data at the given places."""
    at = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)]


def stream(masker: Masker, parts: list[bytes]) -> bytes:
    """Send pieces through a masker."""
    return b"".join(masker.feed(part) for part in parts) + masker.end()


@given(_SECRETS, st.data(), st.lists(st.integers(0, 200), max_size=12))
def test_the_cuts_of_a_stream_make_no_difference(
    values: list[str], data: st.DataObject, cuts: list[int]
) -> None:
    """Whatever the chunks, the same comes out; and no form of any secret is left in it."""
    secrets = {str(n): value for n, value in enumerate(values)}
    known = sorted({form for value in values for form in forms(value)})
    parts = st.one_of(st.sampled_from(known), st.binary(max_size=4), st.sampled_from([b"a", b"ab", b"/"]))
    text = b"".join(data.draw(st.lists(parts, max_size=12)))
    whole = stream(Masker(secrets), [text])
    assert stream(Masker(secrets), pieces(text, cuts)) == whole
    for between in whole.split(MASK):
        assert not any(form in between for form in known)


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_what_is_no_secret_passes_unchanged(text: bytes, cuts: list[int]) -> None:
    """Bytes in which no form of a secret stands come out as they came."""
    secrets = {"s": "correct horse"}
    masked = stream(Masker(secrets), pieces(text, cuts))
    assert masked == text


@given(st.text(min_size=4, max_size=12), st.binary(max_size=7), st.binary(max_size=7))
def test_all_forms_are_found_in_any_surroundings(value: str, before: bytes, after: bytes) -> None:
    """As it is, in JSON, in a URL, and in base64 at whatever position: no whole secret gets through."""
    raw = value.encode()
    masker = {"s": value}
    for printed in (raw, json.dumps(value)[1:-1].encode(), quote(value, safe="").encode()):
        assert MASK in stream(Masker(masker), [before + printed + after])
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert MASK in stream(Masker(masker), [encode(before + raw + after)])


def test_a_line_without_an_end_is_shown_at_once() -> None:
    """Only what may be the beginning of a secret is held back."""
    masker = Masker({"s": "hunter22"})
    assert masker.feed(b"password: ") == b"password: "
    assert masker.feed(b"hun") == b""
    assert masker.feed(b"dred") == b"hundred"
    assert masker.feed(b" hunter2") == b" "
    assert masker.feed(b"2!") == b"***!"
    assert masker.feed(b"hunt") + masker.end() == b"hunt"


def test_secrets_that_overlap_are_masked_as_one() -> None:
    """Neither the rest of the longer nor of the later secret is left."""
    for secrets, text in (
        ({"a": "abcd", "b": "abcdef"}, "x abcdef y"),
        ({"a": "abcdxy", "b": "xyzw"}, "x abcdxyzw y"),
        ({"a": "aaaa"}, "x aaaaaaaaa y"),
    ):
        assert mask_text(text, secrets) == "x *** y"
        assert stream(Masker(secrets), [bytes([byte]) for byte in text.encode()]) == b"x *** y"


def test_lines_of_a_secret_are_secrets() -> None:
    """A key of several lines is found also where each line was printed by itself."""
    secrets = {"key": "-----BEGIN\nMIIEvQIBADANBg\nab\n-----END"}
    assert mask_text("> MIIEvQIBADANBg\n> ab", secrets) == "> ***\n> ab"


def test_an_error_shows_no_secret() -> None:
    """Neither its message nor what led to it: both are stored with the step."""
    error = ValueError("it said hunter22", 3)
    error.__cause__ = KeyError("hunter22")
    mask_error(error, {"TOKEN": "hunter22"})
    assert error.args == ("it said ***", 3)
    assert error.__cause__ is None


def test_an_error_without_a_secret_stays_as_it_is() -> None:
    """What led to it is worth knowing."""
    error, cause = ValueError("it failed"), KeyError("why")
    error.__cause__ = cause
    for secrets in ({}, {"TOKEN": "hunter22"}):
        mask_error(error, secrets)
    assert str(error) == "it failed"
    assert error.__cause__ is cause


def test_short_values_are_not_masked() -> None:
    """Values under four characters would be found everywhere."""
    secrets = {"a": "abc", "b": "abcd", "empty": ""}
    assert mask_text("abc abcd", secrets) == "abc ***"


@pytest.mark.parametrize("text", ["x hunter22", json.dumps({"a": ["hunter22"]}), "aHVudGVyMjI=", "hunter22"])
def test_a_secret_in_a_text_is_named(text: str) -> None:
    """`revealed` names the secret whose value a text contains, in whatever form."""
    assert revealed(text, {"other": "nothing", "TOKEN": "hunter22"}) == "TOKEN"
    assert revealed("hunter2", {"TOKEN": "hunter22"}) is None

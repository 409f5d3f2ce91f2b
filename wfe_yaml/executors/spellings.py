"""The forms in which a secret gets printed: what a stream is searched for, and docs/secrets.md lists.

What no writer has to escape is the same for all of them: a token of letters and digits has no more forms than
as it is, in base64, and in base64 of that. Only values with other characters have many.

Only the standard library is used: the supervisor of a run loads this module without the rest of wfe.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

SHORTEST = 4
"""Values with fewer characters are not masked: they would be found everywhere."""
_DEEPEST = 3
"""How often a text of JSON may stand in a text of JSON."""
_KEPT = 64
"""Values whose forms are kept: each step of a run asks for those of the same secrets."""
_ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|.)")
_MEANT = re.compile(r"""([ \t'"\\|&;()<>!{}*\[\]?^$`,])""")
"""What bash puts a backslash before, see sh_backslash_quote in its lib/sh/shquote.c."""

Writer = Callable[[str], str]
"""Writes a text as it stands inside of a text of some format, without the quotes around it."""


@lru_cache(maxsize=_KEPT)
def forms(value: str) -> frozenset[bytes]:
    """Give the forms in which a secret gets printed; none if it is too short to be looked for.

    The lines of a value are printed by themselves, too, as those of a key are; they get fewer forms, because
    each costs a search of all output.
    """
    lines = (line for line in {*value.splitlines()} - {value} if len(line) >= SHORTEST)
    return whole_forms(value).union(*map(_line_forms, lines))


@lru_cache(maxsize=_KEPT)
def whole_forms(value: str) -> frozenset[bytes]:
    """Give the forms in which a secret gets printed as a whole; none if it is too short to be looked for."""
    if len(value) < SHORTEST:
        return frozenset()
    found = _line_forms(value)
    for writer in _PLAIN_JSON:
        found |= _transported(_raw(writer(value)))
        found.update(_raw(other(writer(value))) for other in _PLAIN_JSON)
    for once in _base64_forms(_raw(value)):
        found.update(_base64_forms(once))
    return frozenset(found)


def _line_forms(text: str) -> set[bytes]:
    """As it is, in a URL, in base64, as text of other formats, as JSON in JSON."""
    found = {_raw(text)} | _transported(_raw(text))
    for writer in _JSON:
        written = text
        for _ in range(_DEEPEST):
            written = writer(written)
            found.add(_raw(written))
    found.update(_raw(writer(text)) for writer in _OTHERS)
    return found


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _transported(raw: bytes) -> set[bytes]:
    """In a URL, and in base64."""
    found = set(_base64_forms(raw))
    for url in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        found.update((url.encode(), _lower_escapes(url).encode()))
    return found


def _lower_escapes(url: str) -> str:
    """Write the hexadecimal digits of percent escapes in lower case."""
    head, *rest = url.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])


def _base64_forms(raw: bytes) -> Iterable[bytes]:
    """Base64 depends on where in the encoded text the secret begins.

    The parts that are the same whatever stands around it are found for each of the three positions
    (RFC 4648, section 4).
    """
    for before in range(3):
        # Characters that also depend on a neighbour are left off on both sides.
        skip = (0, 2, 3)[before]
        whole = (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * before + raw)[skip:whole]
            if len(text) >= SHORTEST:
                yield text


# ------------------------------------------------------------ JSON (RFC 8259, section 7)


def _json_ascii(text: str) -> str:
    """Python, Ruby's `ascii_only`, jq -a."""
    return json.dumps(text)[1:-1]


def _json_utf8(text: str) -> str:
    """JavaScript, jq, Rust."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _json_slashes(text: str) -> str:
    """PHP."""
    return _json_ascii(text).replace("/", "\\/")


def _json_go(text: str) -> str:
    """Go and Rails: what would mean something in HTML is escaped."""
    return _escaped(_json_utf8(text), "<>&\u2028\u2029")


def _json_gson(text: str) -> str:
    """Gson, the same with two more."""
    return _escaped(_json_utf8(text), "<>&='\u2028\u2029")


def _json_dotnet(text: str) -> str:
    """System.Text.Json: in capitals, and the quote, too."""
    written = _ESCAPE.sub(_capital, _json_ascii(text))
    return "".join(f"\\u{ord(each):04X}" if each in "<>&+'`" else each for each in written)


def _capital(match: re.Match[str]) -> str:
    escape = match[0]
    if escape == '\\"':
        return "\\u0022"
    return "\\u" + escape[2:].upper() if len(escape) > len("\\n") else escape


def _escaped(written: str, which: str) -> str:
    """Escape more characters of a text of JSON; none of them is part of an escape."""
    for each in which:
        written = written.replace(each, f"\\u{ord(each):04x}")
    return written


_PLAIN_JSON: tuple[Writer, ...] = (_json_ascii, _json_utf8)
_JSON: tuple[Writer, ...] = (*_PLAIN_JSON, _json_slashes, _json_go, _json_gson, _json_dotnet)

# ------------------------------------------------------------ shells, Python, XML


def _xml(quotes: str, apostrophe: str) -> Writer:
    def write(text: str) -> str:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return text.replace('"', quotes).replace("'", apostrophe)

    return write


def _ansi_c(text: str) -> str:
    """What bash writes between `$'` and `'`."""
    return _json_utf8(text).replace('\\"', '"').replace("'", "\\'")


_OTHERS: tuple[Writer, ...] = (
    lambda text: repr(text)[1:-1],
    lambda text: ascii(text)[1:-1],
    lambda text: repr(_raw(text))[2:-1],
    # The trace of `set -x`, shlex.quote, printf %q
    lambda text: text.replace("'", "'\\''"),
    lambda text: text.replace("'", "'\"'\"'"),
    lambda text: _MEANT.sub(r"\\\1", text),
    _ansi_c,
    _xml('"', "'"),
    _xml("&quot;", "'"),
    _xml("&quot;", "&#39;"),
    _xml("&quot;", "&#x27;"),
    _xml("&quot;", "&apos;"),
    _xml("&#34;", "&#39;"),
)

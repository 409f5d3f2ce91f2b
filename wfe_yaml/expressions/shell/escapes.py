"""What the escapes of `$'…'` stand for."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(\\\\|.)|(.))", re.DOTALL
)
_LETTERS = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_LAST = 0x10FFFF


def unescape(text: str) -> str:
    """Give what bash makes of the text inside `$'…'`: up to the first NUL, as bash does."""
    return _ESCAPE.sub(_one, text).partition("\0")[0]


def _one(match: re.Match[str]) -> str:
    octal, byte, short, long, control, other = match.groups()
    if octal is not None:
        return chr(int(octal, 8) & 0xFF)
    if control is not None:
        return chr(ord(control[-1]) & 0x1F)
    digits = byte or short or long
    if digits is not None:
        return chr(min(int(digits, 16), _LAST))
    return _LETTERS.get(other, other if other in "\\'\"?" else match[0])

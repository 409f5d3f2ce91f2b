from __future__ import annotations

import base64
import html
import json
import shlex
import subprocess
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfe_yaml.executors.masking import MASK, mask_bytes, mask_text
from wfe_yaml.executors.spellings import SHORTEST, forms

VALUES = st.text("ab/+\\\"'é<>&=$ \t\n😀", min_size=SHORTEST, max_size=12)
ODD = "p\"w\\ä/<&>=+'n\nx"


@given(VALUES, st.integers(1, 3), st.booleans())
def test_json_in_json_is_found(value: str, depth: int, plain: bool) -> None:
    """However often, up to three times, a text of JSON was put into another, the secret is masked."""
    text, shown = value, "***"
    for _ in range(depth):
        text, shown = (json.dumps({"a": "x", "b": each}, ensure_ascii=plain) for each in (text, shown))
    masked = mask_text(text, {"s": value})
    assert masked.count("***") == 1
    # A quote or a backslash that belongs to the text around it may be part of a form, too.
    assert len(masked) <= len(shown)


@given(VALUES)
def test_json_of_one_writer_in_that_of_another_is_found(value: str) -> None:
    """One writes letters beyond ASCII as they are, the other escapes them."""
    for one, other in ((True, False), (False, True)):
        inner = json.dumps([value], ensure_ascii=one)
        assert MASK.decode() in mask_text(json.dumps([inner], ensure_ascii=other), {"s": value})


@pytest.mark.parametrize(
    ("writer", "text"),
    [
        ("PHP", r'"p\"w\\\u00e4\/<&>=+' + r"'n\nx" + '"'),
        ("PHP in PHP", r'"\"p\\\"w\\\\\\u00e4\\\/<&>=+' + r"'n\\nx" + r'\""'),
        ("Go", r'"p\"w\\ä/\u003c\u0026\u003e=+' + r"'n\nx" + '"'),
        ("Gson", r'"p\"w\\ä/\u003c\u0026\u003e\u003d+\u0027n\nx"'),
        (".NET", r'"p\u0022w\\\u00E4/\u003C\u0026\u003E=\u002B\u0027n\nx"'),
        ("bash, $'…'", r"""$'p"w\\ä/<&>=+\'n\nx'"""),
        ("Python", repr(ODD)),
        ("Python, ASCII", ascii(ODD)),
        ("Python, bytes", repr(ODD.encode())),
        ("Python, HTML", html.escape(ODD)),
        ("Python, XML", html.escape(ODD, quote=False)),
        ("Go, HTML", "p&#34;w\\ä/&lt;&amp;&gt;=+&#39;n\nx"),
        ("XML", "p&quot;w\\ä/&lt;&amp;&gt;=+&apos;n\nx"),
        ("JavaScript, HTML", "p&quot;w\\ä/&lt;&amp;&gt;=+&#39;n\nx"),
        ("shlex", shlex.quote(ODD)),
        ("JSON in a URL", quote_plus(json.dumps(ODD))),
        ("JSON in base64", base64.b64encode(json.dumps({"p": ODD}).encode()).decode()),
        ("base64 twice", base64.b64encode(base64.b64encode(b"user:" + ODD.encode())).decode()),
    ],
)
def test_what_programs_write_is_found(writer: str, text: str) -> None:
    """Each writer escapes other characters; nothing but what stands around the secret is left."""
    masked = mask_text(f"before {text} after", {"s": ODD})
    assert "***" in masked, writer
    # Of base64 a few characters on both sides depend on the neighbours.
    assert len(masked) < len("before *** after") + 24
    assert masked.startswith("before ")
    assert masked.endswith(" after")


@pytest.mark.parametrize(
    "value",
    ['it\'s {a,b}!^ ("pass")', 'it\'s a "pass" word', "a$b `c` \\d", "tab\there", "one\nother line"],
)
def test_what_bash_writes_is_found(value: str) -> None:
    """The trace of `set -x` and `printf %q` quote what means something to the shell."""
    script = 'set -x; : "$1"; { set +x; } 2>&-; printf "%q\\n" "$1"'
    ran = subprocess.run(["bash", "-c", script, "bash", value], capture_output=True, check=True)
    masked = mask_bytes(ran.stderr + ran.stdout, {"s": value}).decode()
    assert not any(word in masked for word in ("pass", "word", "here", "line", "b `c"))
    assert masked.count("***") >= 2


def test_a_token_has_few_forms() -> None:
    """Each form costs a search of all output: where nothing is escaped there are only those in base64."""
    raw = b"ghp_16C7e42F292c6912E7710c838347"
    positions = ((0, 0), (1, 2), (2, 3))
    once = {base64.b64encode(b"\0" * n + raw)[skip : (n + len(raw)) * 8 // 6] for n, skip in positions}
    found = forms(raw.decode())
    assert {raw, *once} < found
    assert len(found) == 1 + 3 + 9


def test_short_values_have_no_forms() -> None:
    """Neither a value nor a line of one that is shorter than four characters is looked for."""
    assert forms("abc") == frozenset()
    assert not any(form in b"x ab y" for form in forms("ab\ncdef"))

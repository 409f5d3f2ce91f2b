from __future__ import annotations

import pytest

from wfe_yaml.errors import Code, YamlError
from wfe_yaml.expressions.holes import Hole, split
from wfe_yaml.source.composer import compose
from wfe_yaml.source.nodes import Mapping, Scalar
from wfe_yaml.source.text import SourceText


def parts_of(value: str) -> list[str]:
    """The literal texts, and the codes of expressions in angle brackets."""
    node = compose(SourceText("t.yaml", f"k: {value}\n"))
    assert isinstance(node, Mapping)
    scalar = node.get("k")
    assert isinstance(scalar, Scalar)
    return [f"<{part.code}>" if isinstance(part, Hole) else part for part in split(scalar)]


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("plain", ["plain"]),
        ("$<< a >>", ["< a >"]),
        ("x$<<a>>y$<<b>>", ["x", "<a>", "y", "<b>"]),
        ('$<< \'>>\' ~ "a>>\\"b" >> z', ['< \'>>\' ~ "a>>\\"b" >', " z"]),
        ("a > b >> c $<< d >> e >> f", ["a > b >> c ", "< d >", " e >> f"]),
        ("$$<< a >>", ["$<< a >>"]),
        ("$$<< $<< a >> $$<<", ["$<< ", "< a >", " $<<"]),
        ("${{ x }} $(y) $< < z", ["${{ x }} $(y) $< < z"]),
        ("'$<< a[\"b\"] >>'", ['< a["b"] >']),
    ],
)
def test_an_expression_ends_at_the_first_close_outside_of_its_strings(value: str, parts: list[str]) -> None:
    """`$<< … >>` is found, `$$<<` is the characters, everything else is text (decision 56)."""
    assert parts_of(value) == parts


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("k: 'a $<< b'\n", 7, "close it"),
        ("k: a $<< b # >>\n", 6, "quote the whole"),
        ("k: [$<< f(a, b) >>]\n", 5, "quote the whole"),
        ("k: $<< 'a >>\n", 4, "quote the whole"),
    ],
)
def test_an_open_expression_is_an_error_with_the_remedy(text: str, column: int, hint: str) -> None:
    """`$<<` without `>>` is told at its place; where YAML cut the text short, the hint says to quote it."""
    node = compose(SourceText("t.yaml", text))
    assert isinstance(node, Mapping)
    value = node.get("k")
    scalar = value if isinstance(value, Scalar) else getattr(value, "items", [None])[0]
    assert isinstance(scalar, Scalar)
    with pytest.raises(YamlError) as caught:
        split(scalar)
    assert caught.value.problems[0].code is Code.UNBALANCED
    assert caught.value.column == column
    assert hint in (caught.value.hint or "")

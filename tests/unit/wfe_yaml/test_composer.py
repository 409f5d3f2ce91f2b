from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfe_yaml.errors import Code, YamlError
from wfe_yaml.source.composer import Limits, compose
from wfe_yaml.source.nodes import Mapping, Scalar, plain_value
from wfe_yaml.source.text import MAX_BYTES, SourceText, read_source


def value_of(text: str) -> Any:
    """The value of a document."""
    return plain_value(compose(SourceText("t.yaml", text)))


def problem_of(text: str, **limits: int) -> tuple[Code, int | None, int | None]:
    """Code and place of the first problem."""
    with pytest.raises(YamlError) as caught:
        compose(SourceText("t.yaml", text), limits=Limits(**limits) if limits else None)
    return caught.value.problems[0].code, caught.value.line, caught.value.column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("22:22", "22:22"),
        ("2020-01-01", "2020-01-01"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1.10", 1.1),
        ("-.5e3", -500.0),
        ("1e", "1e"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("~", None),
        ("Null", None),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("!!float 3", 3.0),
        ('"\\u00e9\\n"', "é\n"),
    ],
)
def test_plain_scalars_have_the_types_of_yaml_1_2(text: str, value: object) -> None:
    """YAML 1.2 core types: what YAML 1.1 takes for booleans, sexagesimals, dates and octals is text."""
    found = value_of(text)
    assert found == value
    assert type(found) is type(value)


def test_the_source_text_is_kept() -> None:
    """`1.10` is the number 1.1, but its text stays, for where a text is declared."""
    node = compose(SourceText("t.yaml", "1.10"))
    assert isinstance(node, Scalar)
    assert node.text == "1.10"


def test_every_node_knows_its_place() -> None:
    """Line and column (from 1) point at the node, also after CRLF and beyond the basic plane."""
    node = compose(SourceText("t.yaml", "a: 1\r\n😀: [x, {y: z}]\r\n"))
    assert isinstance(node, Mapping)
    entry = node.entries["😀"]
    assert (entry.key.location.line, entry.key.location.column) == (2, 1)
    assert (entry.value.location.line, entry.value.location.column) == (2, 4)


def test_anchors_and_merges_work() -> None:
    """Aliases repeat a value; `<<` adds what is not there; the mapping itself and the first source win."""
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\nd: *a\ne:\n  <<: *b\n"
    assert value_of(text) == {
        "a": {"x": 1, "y": 1},
        "b": {"y": 2, "z": 2},
        "c": {"x": 3, "y": 1, "z": 2},
        "d": {"x": 1, "y": 1},
        "e": {"y": 2, "z": 2},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", (Code.DUPLICATE_KEY, 3, 1)),
        ("1: x\n", (Code.KEY, 1, 1)),
        ("true: x\n", (Code.KEY, 1, 1)),
        ("? [a]\n: x\n", (Code.KEY, 1, 3)),
        ("a: !!binary x\n", (Code.TAG, 1, 4)),
        ("a: !python/object:os.system x\n", (Code.TAG, 1, 4)),
        ("a: !!int x\n", (Code.TAG, 1, 4)),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", (Code.TAG, 1, 1)),
        ("a: *b\n", (Code.TAG, 1, 4)),
        ("a: &a [1, *a]\n", (Code.TAG, 1, 11)),
        ("a: &a {b: {<<: *a}}\n", (Code.TAG, 1, 16)),
        ("a: {<<: 1}\n", (Code.TYPE, 1, 9)),
        ("a: .inf\n", (Code.VALUE, 1, 4)),
        ("a: " + "9" * 5000 + "\n", (Code.VALUE, 1, 4)),
        ("a: 1e999\n", (Code.VALUE, 1, 4)),
        ("a: [1\nb: 2\n", (Code.SYNTAX, 2, 2)),
        ("a: b: c\n", (Code.SYNTAX, 1, 5)),
        ("a:\n\tb: 1\n", (Code.SYNTAX, 2, 1)),
        ("a: 1\n---\nb: 2\n", (Code.SYNTAX, 2, 1)),
        ("", (Code.SYNTAX, 1, 1)),
    ],
)
def test_what_yaml_or_sense_forbids_is_refused_at_its_place(
    text: str, expected: tuple[Code, int, int]
) -> None:
    """Duplicate keys, keys that are no text, foreign tags, broken aliases, bad syntax: each has a place."""
    assert problem_of(text) == expected


def test_all_problems_are_told_at_once() -> None:
    """One run names every problem of the composer, in the order of the file."""
    with pytest.raises(YamlError) as caught:
        compose(SourceText("t.yaml", "a: 1\na: 2\nb: !x y\nc: *q\n"))
    assert [problem.code for problem in caught.value.problems] == [Code.DUPLICATE_KEY, Code.TAG, Code.TAG]
    assert str(caught.value).count("error[") == 3


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 30_000,
        "{a: " * 5_000,
        "a: &a [1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"b{n}: &b{n} [*{'a' if not n else f'b{n - 1}'}"
            + (f",*{'a' if not n else f'b{n - 1}'}" * 7)
            + "]\n"
            for n in range(9)
        ),
        "[" + "a," * 150_000 + "]",
    ],
    ids=["brackets", "dashes", "mappings", "alias bomb", "many"],
)
def test_hostile_files_stop_at_a_limit(text: str) -> None:
    """Depth, number and expansion are bounded; nothing recurses or grows beyond them."""
    assert problem_of(text)[0] is Code.LIMIT


def test_a_merge_bomb_is_cheap() -> None:
    """Twenty-two levels of doubled merges cost no more than their keys."""
    text = "a0: &a0 {k0: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}\n" for n in range(1, 23)
    )
    assert len(value_of(text)["a22"]) == 23


def test_merges_are_counted() -> None:
    """A merge that adds up to more than the limit is refused."""
    keys = ", ".join(f"k{n}: 1" for n in range(100))
    text = f"a: &a {{{keys}}}\n" + "".join(f"b{n}: {{<<: [{', '.join(['*a'] * 50)}]}}\n" for n in range(5))
    assert problem_of(text, expanded=5_000)[0] is Code.LIMIT


def test_a_file_is_read_with_all_checks(tmp_path: Path) -> None:
    """Missing, a directory, too large, not UTF-8, UTF-16, control characters: each has a place."""
    cases: dict[str, tuple[bytes, int, int]] = {
        "latin": (b"a: b\nc: \xe9\n", 2, 4),
        "utf16": ("a: b".encode("utf-16"), 1, 1),
        "nul": (b"a: b\0", 1, 5),
        "escape": (b"a: \x1b[31m", 1, 4),
        "separator": ("a: b\u2028c".encode(), 1, 5),
        "big": (b"#" * (MAX_BYTES + 1), 1, 1),
    }
    for name, (raw, line, column) in cases.items():
        path = tmp_path / name
        path.write_bytes(raw)
        with pytest.raises(YamlError) as caught:
            compose(read_source(path))
        assert caught.value.problems[0].code is Code.UNREADABLE
        assert (caught.value.line, caught.value.column) == (line, column), name
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(YamlError) as caught:
            read_source(path)
        assert caught.value.problems[0].code is Code.UNREADABLE


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """The UTF-8 signature that some editors write is dropped."""
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_source(path).text == "a: 1\n"


def test_a_problem_shows_its_line_with_carets() -> None:
    """Heading, source line, carets under the stretch, hint: as a person reads it."""
    with pytest.raises(YamlError) as caught:
        compose(SourceText("dir/t.yaml", "a: 1\nname: !py x\n"))
    assert str(caught.value) == (
        "dir/t.yaml:2:7: error[E005]: the tag !py is not allowed here\n"
        "   2 | name: !py x\n"
        "     |       ^^^^^\n"
        "  = help: remove the tag"
    )


def test_a_long_line_is_cut_around_the_place() -> None:
    """A line of 100,000 characters does not fill the screen."""
    with pytest.raises(YamlError) as caught:
        compose(SourceText("t.yaml", "[" + "a, " * 30_000 + "!x y]"))
    heading, line, carets, _ = str(caught.value).splitlines()
    assert len(line) < 200
    assert line[carets.index("^") :].startswith("!x y")
    assert "1:90002" in heading


@given(st.text(max_size=60))
def test_any_text_is_composed_or_refused(text: str) -> None:
    """Whatever comes, the outcome is a node or a YamlError, never another exception."""
    try:
        compose(SourceText("t.yaml", text))
    except YamlError as exc:
        assert exc.problems  # noqa: PT017 - either outcome is fine

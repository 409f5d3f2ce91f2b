from __future__ import annotations

import pytest

from wfe_core.errors import OutputError
from wfe_yaml.executors.output import MAX_LINE, Lines
from wfe_yaml.executors.outputs import Outputs
from wfe_yaml.executors.processes import explain_exit
from wfe_yaml.model.types import parse_type


def read(text: str, **types: str) -> dict[str, object]:
    """Read a file of outputs, declared by name and type (or not at all)."""
    outputs = Outputs({name: parse_type(kind) for name, kind in types.items()} if types else None)
    outputs.file(text.encode())
    return outputs.values


def test_three_forms_of_outputs_are_read() -> None:
    """`name=value`, blocks and JSON objects may be mixed; the last value of a name counts."""
    text = 'a=1\nb<<END\nline 1\n\nline=2\nEND\n\n{"c": [1, {"x": null}], "a": "2"}\nd=x=y<<z\ne=\n'
    assert read(text) == {"a": "2", "b": "line 1\n\nline=2", "c": [1, {"x": None}], "d": "x=y<<z", "e": ""}


def test_declared_outputs_have_their_types() -> None:
    """Text becomes what is declared; JSON is checked against it."""
    text = 'n=7\nok=true\nl=[a, b]\ns=1.10\nm<<E\n{"x": 1}\nE\n{"j": "t"}\nz=\n'
    values = read(text, n="int", ok="bool", l="list<string>", s="string", m="map<int>", j="string", z="int?")
    assert values == {"n": 7, "ok": True, "l": ["a", "b"], "s": "1.10", "m": {"x": 1}, "j": "t", "z": None}


@pytest.mark.parametrize(
    ("text", "types", "message"),
    [
        ("nonsense\n", {}, "line 1 of .WFE_OUTPUT: 'nonsense' is neither"),
        ("a<<END\nx\n", {}, "never closed by a line 'END'"),
        ("{broken\n", {}, "not a JSON object"),
        ('{"a": NaN}\n', {}, "NaN is no JSON"),
        ("imgae=x\n", {"image": "string"}, "did you mean 'image'"),
        ("a=x\nn=1.5\n", {"a": "string", "n": "int"}, "line 2 .*'n': expected int"),
        ('{"n": "1"}\n', {"n": "int"}, "expected int, found a text"),
        ("a=" + "x" * (1 << 20), {}, "more than 1 MiB"),
    ],
)
def test_what_is_no_output_is_an_error_with_its_line(text: str, types: dict[str, str], message: str) -> None:
    """A slip in the file of outputs fails the step with the line and the remedy."""
    with pytest.raises(OutputError, match=message):
        read(text, **types)


def test_markers_count_for_declared_names_at_the_start_of_a_line() -> None:
    """`##wfe[output k=v]` is an output only where the step declares it; elsewhere it is just a line."""
    outputs = Outputs({"a": parse_type("int")})
    for line in ("##wfe[output a=1]", " ##wfe[output a=2]", "##wfe[output b=3]", "##wfe[output a", "text"):
        outputs.marker(line)
    assert outputs.values == {"a": 1}
    with pytest.raises(OutputError, match="expected int"):
        outputs.marker("##wfe[output a=x]")
    undeclared = Outputs(None)
    undeclared.marker("##wfe[output a=1]")
    assert undeclared.values == {}


def test_bytes_become_lines_whatever_the_chunks() -> None:
    """Chunk borders do not matter; CR before LF goes; NUL and what is no UTF-8 are replaced."""
    data = "a\r\nbé\n\nlast\0".encode() + b"\xff"
    for size in (1, 2, 3, 100):
        lines: list[str] = []
        cutter = Lines(lines.append)
        for start in range(0, len(data), size):
            cutter.feed(data[start : start + size])
        cutter.end()
        assert lines == ["a", "bé", "", "last\ufffd\ufffd"]


def test_an_endless_line_is_given_in_pieces() -> None:
    """A line without an end does not pile up in memory."""
    lines: list[str] = []
    cutter = Lines(lines.append)
    for _ in range(10):
        cutter.feed(b"x" * MAX_LINE)
    cutter.feed(b"y" * (MAX_LINE + 5) + b"\n")
    cutter.end()
    assert max(map(len, lines)) == MAX_LINE
    assert sum(map(len, lines)) == 11 * MAX_LINE + 5


def test_an_output_that_contains_a_secret_is_refused_by_name() -> None:
    """Outputs are stored and shown, so no form of a secret may be in them, not even one masked before."""
    for text in ("a=x hunter22 y\n", '{"a": ["aHVudGVyMjI="]}\n', "a<<E\nhunter22\nE\n"):
        with pytest.raises(OutputError, match="output 'a' contains the secret TOKEN"):
            Outputs(None, secrets={"TOKEN": "hunter22"}).file(text.encode())
    declared = Outputs({"a": parse_type("string")}, secrets={"TOKEN": "hunter22"})
    with pytest.raises(OutputError, match="'a' contains a secret"):
        declared.marker("##wfe[output a=***]")
    Outputs(None, secrets={"TOKEN": "abc"}).file(b"a=abc\n")


def test_a_marker_that_is_too_long_is_an_error() -> None:
    """A value is at most 1 MiB, or the step fails: nothing is cut silently."""
    outputs = Outputs({"a": parse_type("string")})
    with pytest.raises(OutputError, match="longer than 1 MiB"):
        outputs.marker("##wfe[output a=" + "x" * (1 << 20))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ""),
        (1, ""),
        (126, "cannot be run"),
        (127, "not found"),
        (137, "SIGKILL"),
        (141, "yes | head"),
        (143, "SIGTERM"),
        (136, "SIGFPE"),
        (255, ""),
    ],
)
def test_exit_codes_are_explained(code: int, words: str) -> None:
    """126, 127 and 128 + n are told in words; other codes are the program's own business."""
    assert words in explain_exit(code)
    assert bool(words) == bool(explain_exit(code))

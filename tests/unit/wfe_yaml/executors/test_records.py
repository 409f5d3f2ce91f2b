from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfe_yaml.executors.supervisor.records import LINE, TAIL, TAIL_LINES, Frames, Recorder


class Record:
    """A record that is written and read at the same time."""

    def __init__(self, path: Path, head: int) -> None:
        self._out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._in = os.open(path, os.O_RDONLY)
        self.recorder = Recorder(self._out, head)
        self._frames = Frames(self._in)

    def read(self, most: int = 1000) -> list[tuple[int, bytes]]:
        """Give all pieces that are new."""
        found: list[tuple[int, bytes]] = []
        while pieces := self._frames.read(self.recorder.size, most):
            found += pieces
        return found

    def text(self, stream: int = 0) -> bytes:
        """End the output and give what is new of one stream."""
        self.recorder.end()
        return b"".join(data for number, data in self.read() if number == stream)

    def close(self) -> None:
        """Close the files."""
        os.close(self._out)
        os.close(self._in)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file for a record."""
    return tmp_path / "log"


@pytest.fixture
def small(path: Path) -> Iterator[Record]:
    """A record whose head holds three short lines."""
    made = Record(path, 3 * (LINE + 10))
    yield made
    made.close()


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=300)), max_size=20), st.integers(1, 400))
def test_what_is_written_is_read_whatever_the_blocks(writes: list[tuple[int, bytes]], most: int) -> None:
    """Each stream comes back byte for byte, while it grows, in blocks of any size."""
    path = Path(f"/tmp/wfe-records-{os.getpid()}")
    made = Record(path, 1 << 20)
    try:
        found = [b"", b""]
        wanted = [b"", b""]
        for stream, data in writes:
            made.recorder.write(stream, data)
            wanted[stream] += data
            for number, piece in made.read(most):
                found[number] += piece
        assert found == wanted
    finally:
        made.close()
        path.unlink()


def test_endless_output_keeps_its_head_and_its_tail(small: Record) -> None:
    """What lies between is counted in a note; the file stays small however much is written."""
    for number in range(100_000):
        small.recorder.write(0, b"line %d\n" % number)
    lines = small.text().split(b"\n")
    note = next(number for number, line in enumerate(lines) if line.startswith(b"[wfe: "))
    left_out = int(lines[note].split()[1].replace(b",", b""))
    assert lines[:note] == [b"line %d" % number for number in range(note)]
    rest = lines[note + 1 : -1]
    assert rest == [b"line %d" % number for number in range(note + left_out, 100_000)]
    assert len(rest) <= TAIL_LINES
    assert b"lines, 1.0 MiB of output left out here" in lines[note]


def test_output_that_fits_has_no_note(small: Record) -> None:
    """What the head does not hold, but the tail does, is shown whole at the end."""
    text = b"".join(b"%d\n" % number for number in range(50))
    small.recorder.write(0, text)
    assert small.text() == text


def test_a_single_endless_line_is_cut_in_its_middle(small: Record) -> None:
    """One line of many megabytes has a head and a tail like any other output."""
    chunk = b"y" * 65536
    for _ in range(200):
        small.recorder.write(0, chunk)
    head, note, tail = small.text().split(b"\n")
    assert set(head + tail) == {ord("y")}
    assert b"MiB of output left out here" in note
    assert len(tail) == TAIL
    assert b"lines" not in note


def test_streams_are_bounded_together_and_end_apart(small: Record) -> None:
    """A flood on one stream leaves the end of the other one whole."""
    for _ in range(1000):
        small.recorder.write(0, b"x" * 1000 + b"\n")
    small.recorder.write(1, b"error: the reason\n")
    small.recorder.end()
    pieces = small.read()
    assert b"".join(data for stream, data in pieces if stream == 1) == b"error: the reason\n"


def test_markers_count_wherever_they_stand(small: Record) -> None:
    """A line that sets an output is kept although the lines around it are left out, whatever the cuts."""
    marker = b"##wfe[output a=%d]\n"
    text = b"".join(
        b"noise %d\n" % number + (marker % number if number % 10_000 == 7 else b"")
        for number in range(90_000)
    )
    for start in range(0, len(text), 1013):
        small.recorder.write(0, text[start : start + 1013])
    found = [line for line in small.text().split(b"\n") if line.startswith(b"##wfe[")]
    assert found == [(marker % (number * 10_000 + 7)).strip() for number in range(9)]


def test_a_full_disk_stops_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the file system refuses, the step goes on; what was written stays readable, the reason is told."""
    record = Record(path, 1 << 20)
    record.recorder.write(0, b"before\n")
    original = os.write

    def full(handle: int, data: bytes) -> int:
        original(handle, bytes(data)[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    record.recorder.write(0, b"after\n")
    record.recorder.write(0, b"more\n")
    monkeypatch.undo()
    assert record.text() == b"before\n"
    assert record.recorder.trouble == "No space left on device"
    record.close()

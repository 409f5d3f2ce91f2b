from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from tests.counting import calls
from wfe_yaml import YamlError, load_workflow, load_workflow_from_str
from wfe_yaml.errors import Code

STEP = "workflow: {id: a, steps: [{name: s, run: x}]}\n"


def _large(steps: int) -> str:
    """A file as somebody may write it, with expressions in its scripts."""
    head = "workflow:\n  id: a\n  inputs: {x: string}\n  steps:\n    - {name: s0, run: 'true'}\n"
    return head + "".join(
        f'    - name: s{n}\n      run: |\n        echo "$<< inputs.x >>" $<< steps.s{n - 1}.status >>\n'
        for n in range(1, steps)
    )


@cache
def _checking(steps: int) -> int:
    """Calls that it takes to check such a file: the measure of all others here."""
    load_workflow_from_str(_large(3))
    return calls(lambda: load_workflow_from_str(_large(steps)))


def _merge_bomb(width: int) -> str:
    lines = ["x-0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(50)) + "}"]
    lines += [
        f"x-{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * width)}], z{n}: [*a{n - 1}, *a{n - 1}]}}"
        for n in range(1, 23)
    ]
    return "\n".join([*lines, STEP])


def _alias_bomb() -> str:
    lines = ["x-0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 15)]
    return "\n".join([*lines, STEP])


TEXTS: dict[str, tuple[str, Code]] = {
    "brackets": ("[" * 100_000, Code.LIMIT),
    "braces": ("{" * 100_000, Code.LIMIT),
    "dashes": ("- " * 30_000, Code.LIMIT),
    "question marks": ("? " * 30_000, Code.LIMIT),
    "colons": ("a: " * 30_000, Code.SYNTAX),
    "merge bomb": (_merge_bomb(2), Code.LIMIT),
    "wide merge bomb": (_merge_bomb(9), Code.LIMIT),
    "alias bomb": (_alias_bomb(), Code.LIMIT),
    "duplicate keys": (STEP.replace("id: a", "id: a, id: b"), Code.DUPLICATE_KEY),
    "an anchor in itself": (f"x-a: &a [*a]\n{STEP}", Code.TAG),
    "a long number": (STEP.replace("id: a", f"id: a, version: {'9' * 5000}"), Code.VALUE),
    "tabs": ("workflow:\n\tid: a\n", Code.SYNTAX),
    "a control character": ("workflow: {id: \x07}", Code.UNREADABLE),
    "many keys": ("\n".join(f"x-{n}: 1" for n in range(80_000)), Code.LIMIT),
    "open expressions": (STEP.replace("x}", '"' + "$<< " * 100_000 + '"}'), Code.UNBALANCED),
    "parentheses in an expression": (STEP.replace("x}", f'"echo $<< {"(" * 8000} >>"}}'), Code.EXPRESSION),
    "substitutions in a script": (STEP.replace("x}", f"'echo $<< run.id >> {'$(' * 50_000}'}}"), Code.SCRIPT),
    "a comment": ("#" * 1_000_000, Code.SYNTAX),
}


@pytest.fixture(autouse=True)
def _loaded() -> None:
    """What is imported on first use is no part of the work."""
    load_workflow_from_str(STEP.replace("x}", "'echo $<< run.id >>'}"))


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_texts_are_refused_at_once(name: str) -> None:
    """Each is refused with a place, for no more work than two honest files of 2,000 steps are."""
    text, code = TEXTS[name]
    caught: list[YamlError] = []

    def refused() -> None:
        with pytest.raises(YamlError) as told:
            load_workflow_from_str(text, name="w.yaml")
        caught.append(told.value)

    assert calls(refused) < 2 * _checking(2_000)
    assert code in {problem.code for problem in caught[0].problems}
    assert caught[0].line is not None


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"workflow: {id: \xff}", "the byte 0xff is not UTF-8"),
        ("workflow: {id: a}".encode("utf-16"), "the file is UTF-16"),
        (b"x" * (50 << 20), "larger than 1024 KiB"),
        (b"\xef\xbb\xbf\xef\xbb\xbfworkflow: {}", "a byte order mark inside the text"),
        (b"workflow: {id: a\x00}", "U+0000"),
    ],
)
def test_hostile_bytes_are_refused_at_once(raw: bytes, message: str, tmp_path: Path) -> None:
    """What is no text of a sensible size is refused before it is parsed."""
    file = tmp_path / "w.yaml"
    file.write_bytes(raw)
    caught: list[YamlError] = []

    def refused() -> None:
        # Nothing but that is counted: not even what pytest does to match an error.
        try:
            load_workflow(file)
        except YamlError as exc:
            caught.append(exc)

    assert calls(refused) < 1_000
    [error] = caught
    assert "E001" in str(error)
    assert message in str(error)


def test_line_breaks_of_windows_change_nothing() -> None:
    """A file with CRLF means the same, and its places are the same."""
    text = "workflow:\n  id: a\n  steps:\n    - name: s\n      run: |\n        echo a\n        echo b\n"
    one, two = (load_workflow_from_str(each) for each in (text, text.replace("\n", "\r\n")))
    assert one.definition.steps.keys() == two.definition.steps.keys()
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str(text.replace("run", "rnu").replace("\n", "\r\n"))
    assert (caught.value.line, caught.value.column) == (5, 7)


@pytest.mark.parametrize("kind", ["directory", "fifo", "device", "missing", "loop"])
def test_what_is_no_file_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    """A folder, a pipe without a writer, an endless device, nothing at all, links in a circle."""
    path = tmp_path / "w.yaml"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path)
    with pytest.raises(YamlError, match="E001"):
        load_workflow(path)


def test_a_large_file_is_checked_with_work_in_proportion() -> None:
    """Four times the steps are about four times the work, never sixteen times; none of them is left out."""
    assert len(load_workflow_from_str(_large(2_000)).definition.steps) == 2_000
    assert _checking(2_000) < 8 * _checking(500)

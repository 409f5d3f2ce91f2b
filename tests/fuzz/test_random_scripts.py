"""Random scripts with expressions in them: no value ever becomes code, each comes out as it went in.

`WFE_TEST_FUZZ=5000` tries so many scripts instead of the few of the suite, and `WFE_TEST_FUZZ_FROM=123`
begins with another number; a script that broke a law is named by its number.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from tests.fuzz.scripting import (
    HOSTILE,
    ODD,
    Writer,
    attacking,
    is_sound,
    placed,
    played,
    run,
    spoiled,
    thrown,
)

WANTED = int(os.environ.get("WFE_TEST_FUZZ", "0"))
FIRST = int(os.environ.get("WFE_TEST_FUZZ_FROM", "0"))


def differs(seed: int, folder: Path) -> str | None:
    """Write a script, and run it both ways with some values; tells how they differ."""
    pair = Writer(seed).script()
    script, problems, source = placed(pair.source)
    if script is None:
        sound = all(each.location is not None and each.location.start < len(source.text) for each in problems)
        return None if sound else f"script {seed}: refused without a place: {pair.source!r}"
    for value in (HOSTILE[seed % len(HOSTILE)], ODD[seed % len(ODD)]):
        ours, by_hand = played(script, value, folder), run(pair.hand, {"V": value}, folder)
        if ours != by_hand or (folder / "PWNED").exists():
            return f"script {seed}: {value!r} in {pair.source!r} gave {ours!r}, by hand {by_hand!r}"
    return None


@pytest.mark.timeout(0 if WANTED else 120)
def test_a_value_is_what_a_variable_quoted_by_hand_would_be(tmp_path: Path) -> None:
    """Nested quotes, heredocs, substitutions: a placed expression prints what a quoted variable prints."""
    told = [differs(seed, tmp_path) for seed in range(FIRST, FIRST + (WANTED or 60))]
    assert not [each for each in told if each is not None]


def broken(seed: int, folder: Path, shell: str) -> str | None:
    """Make a script, and run it with hostile values if it can be placed; tells which law it broke."""
    text = (thrown, spoiled, attacking, attacking)[seed % 4](seed)
    script, problems, source = placed(text, bash=shell == "bash")
    if script is None:
        sound = all(
            each.location is not None and each.location.start <= len(source.text) for each in problems
        )
        return None if sound else f"{shell} script {seed}: refused without a place: {text!r}"
    if not script.placed:
        return None
    if is_sound(text.replace("$<< x >>", "x"), folder) and not is_sound(script.text, folder):
        return f"{shell} script {seed}: {text!r} became one that bash does not understand: {script.text!r}"
    for value in HOSTILE:
        with contextlib.suppress(subprocess.TimeoutExpired):  # some wait for an input that nobody writes
            played(script, value, folder, shell)
        if (folder / "PWNED").exists():
            (folder / "PWNED").unlink()
            return f"{shell} script {seed}: {value!r} is run by {text!r}"
    return None


@pytest.mark.timeout(0 if WANTED else 120)
def test_no_value_is_run_by_a_script_that_was_thrown_together(tmp_path: Path) -> None:
    """Whatever stands around an expression: it is refused with a place, or its value is not run."""
    told = [
        broken(seed, tmp_path, "sh" if seed % 5 == 0 else "bash")
        for seed in range(FIRST, FIRST + (WANTED or 240))
    ]
    assert not [each for each in told if each is not None]

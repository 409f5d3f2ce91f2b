"""Every rule of the engine is named with a test that proves it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([A-G]?\d[^|]*?) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)

DECISIONS = {
    *(f"A{number}" for number in range(1, 14)),
    *(f"B{number}" for number in range(14, 17)),
    *(f"C{number}" for number in range(17, 29)),
    *(f"D{number}" for number in range(29, 35)),
    # Where it runs (43) is nothing that a test on one system can prove.
    *(f"E{number}" for number in range(35, 43)),
    *(f"F{number}" for number in range(44, 49)),
    *(f"G{number}" for number in range(49, 57)),
}
CONSTRUCTS = (
    "then decide if_do while_do for_each parallel dag saga wait_for activity delay schedule sub_workflow "
    "go_to end_workflow cancel_when"
)
SECTIONS = {7: 5, 8: 6, 9: 4, 10: 1, 11: 1}
RULES = {
    *DECISIONS,
    *(f"6 {construct}" for construct in CONSTRUCTS.split()),
    *(f"{section}.{rule}" for section, count in SECTIONS.items() for rule in range(1, count + 1)),
}


def there_are() -> set[str]:
    """All tests of the tree, as `module::name`."""
    return {
        f"{path.stem}::{node.name.removeprefix('test_')}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_every_rule_has_a_test_that_exists() -> None:
    """The table of rules is complete, and each row names tests of the tree."""
    rows = {rule: re.findall(r"`([^`]+)`", tests) for rule, _, tests in ROW.findall(_table())}
    assert set(rows) == RULES
    there = there_are()
    assert {rule: tests for rule, tests in rows.items() if not tests or not there.issuperset(tests)} == {}


def _table() -> str:
    return (ROOT / "docs" / "rules.md").read_text("utf-8")

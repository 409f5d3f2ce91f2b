"""Reports of real runs for CI systems: JUnit, and the summary of a job on GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import junit
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

BAD = (
    "{name: bad, run: 'printf \"\\\\033[31mred\\\\001<&>]]>\\\\n\"; exit 3'}\n    - {name: two, run: 'true'}"
)
FILES: dict[str, tuple[Exit, str, dict[str, str | None]]] = {
    "complete": (Exit.COMPLETE, "{name: one, run: 'true'}", {"one": None}),
    "failed": (
        Exit.FAILED,
        BAD,
        {"bad": "failure", "two": "skipped"},
    ),
    "allowed to fail": (
        Exit.COMPLETE,
        "{name: bad, run: exit 3, continue_on_error: true}",
        {"bad": None},
    ),
    "tried again": (
        Exit.COMPLETE,
        "{name: a, retry: 2, run: 'test -e twice || { touch twice; exit 1; }'}",
        {"a": None},
    ),
    "a loop, a matrix and hooks": (
        Exit.FAILED,
        """{name: each, for_each: [x, 'y "<&>'], steps: [{name: say, run: 'true'}]}
    - {name: cell, matrix: {n: [1, 2]}, max_parallel: 1, run: 'test $<< matrix.n >> = 1',
       ensure: {run: 'true'}}""",
        {"each[0]/say": None, "each[1]/say": None, "cell[n=1]": None, "cell[n=2]": "failure"},
    ),
    "a sub-workflow": (Exit.FAILED, "{name: sub, workflow: inner}", {"sub/deep": "failure"}),
    "the whole": (Exit.FAILED, "{name: slow, run: sleep 60}", {"slow": "skipped", "r": "error"}),
    "waiting": (Exit.WAITING, "{name: sign, approval: {prompt: Sure?}}", {"sign": None}),
}


@pytest.mark.parametrize("name", FILES)
def test_reports_say_what_became_of_each_step(
    shell: Shell, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Jenkins, Surefire and Ant take, with the right counts; the summary has the same steps."""
    code, steps, expected = FILES[name]
    head = "    timeout: 200ms\n" if name == "the whole" else ""
    (shell.folder / "w.yaml").write_text(
        f"workflows:\n  - id: w\n{head}    steps:\n    - {steps}\n"
        "  - id: inner\n    steps: [{name: deep, run: 'echo far; exit 3'}]\n",
        "utf-8",
    )
    summary = shell.folder / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    result = shell.result("run", "w.yaml", "w", "--id", "r", "--junit", "report.xml")
    assert result.exit_code == code, result.output
    root = junit.check((shell.folder / "report.xml").read_bytes())
    told = {
        str(case.get("name")): next((child.tag for child in case), None) for case in root.iter("testcase")
    }
    assert {step: told[step] for step in expected} == expected, told
    text = summary.read_text("utf-8")
    for step in expected:
        assert f"| {step} |" in text or f"**{step}**" in text
    failed = any(tag in ("failure", "error") for tag in told.values())
    assert failed == (code == Exit.FAILED)
    assert ("::error" in result.output) == failed


def test_a_summary_has_room_in_what_github_takes(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with very many failures has its first ones in the summary, and where to find the others."""
    (shell.folder / "w.yaml").write_text(
        "workflow:\n  id: w\n  steps:\n    - name: each\n      for_each: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
        "      fail_fast: false\n      steps:\n"
        "        - {name: say, run: 'printf \"%03900d\\n\" {1..30}; exit 1'}\n",
        "utf-8",
    )
    summary = shell.folder / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    shell.wfe("run", "w.yaml", "--id", "r", fails=True)
    assert 900_000 < summary.stat().st_size < 1 << 20
    assert summary.read_text("utf-8").endswith("`wfe show r` and `wfe logs r` have it.\n\n")

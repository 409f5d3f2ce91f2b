"""What the command says of steps that were skipped, passed over or never chosen: live, and from the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Project

FILE = """
workflows:
- id: w
  steps:
    - {name: skipped, when: false, run: 'true', ensure: {run: 'true'}}
    - name: choice
      if: false
      then: [{name: yes, run: 'true'}, {name: deep, parallel: [{name: p, run: 'true'}]}]
      else: [{name: no, run: 'true'}]
    - name: all
      parallel:
        - {name: hooked, run: exit 4, continue_on_error: true, on_failure: {run: 'true'}}
        - {name: quiet, when: false, run: 'true', on_failure: {run: 'true'}}
    - name: group
      continue_on_error: true
      steps: [{name: bad, run: exit 3}, {name: after, run: 'true'}]
    - name: loop
      for_each: [1, 2]
      max_parallel: 1
      steps: [{name: x, run: test $<< item >> = 1, continue_on_error: true, on_failure: {run: 'true'}}]
    - name: trip
      saga: [{name: go, run: 'true', compensate: {run: 'true'}}, {name: no, run: exit 2}]
      on_error: continue
    - {name: sub, workflow: child, continue_on_error: true}
- id: child
  steps: [{name: bad, run: exit 5}, {name: after, run: 'true'}]
  ensure: {run: 'true'}
"""
STATES = {
    "skipped": "skipped",
    "choice": "complete",
    "choice/then/yes": "skipped",
    "choice/then/deep": "skipped",
    "choice/then/deep/p": "skipped",
    "choice/else/no": "complete",
    "all": "complete",
    "all/hooked": "failed",
    "all/hooked/on_failure": "complete",
    "all/quiet": "skipped",
    "group": "failed",
    "group/bad": "failed",
    "group/after": "skipped",
    "loop": "complete",
    "loop[0]": "complete",
    "loop[0]/x": "complete",
    "loop[1]": "failed",
    "loop[1]/x": "failed",
    "loop[1]/x/on_failure": "complete",
    "trip": "compensated",
    "trip/go": "compensated",
    "trip/no": "failed",
    "sub": "failed",
    "sub/bad": "failed",
    "sub/after": "skipped",
    "sub/child/ensure": "complete",
}


def test_each_step_has_the_state_that_it_came_to(project: Project) -> None:
    """A failure the run goes on after is told as that; hooks that were not wanted are not told at all."""
    project.write(FILE)
    run = project.wfe("run", "w.yaml", "--id", "r")
    assert run.returncode == 0, run.stdout + run.stderr
    said = run.stdout.splitlines()
    assert "all/hooked: failed" in run.stdout
    failures = [line for line in said if ": failed in" in line]
    assert len(failures) == 5
    assert all(line.endswith("; the run goes on") for line in failures)
    assert "skipped: skipped" in said
    assert "all/quiet: skipped" in said
    assert not any(line.startswith("all: ") for line in said)
    assert said[-1].partition("(")[2] == "5 complete, 5 allowed to fail, 6 skipped, 1 undone)"
    told = json.loads(project.wfe("show", "r", "--json").stdout)["steps"]
    assert {step["step"]: step["status"] for step in told} == STATES
    containers = {"group", "loop[1]"}
    assert all(
        step["continued"] for step in told if step["status"] == "failed" and step["step"] not in containers
    )

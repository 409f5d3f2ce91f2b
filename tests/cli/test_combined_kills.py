"""The runner is killed in the middle of what was combined: the end is that of a run that nobody disturbed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Project, Shell
from tests.waiting import eventually
from wfe_yaml.executors.supervisor import survivors

pytestmark = [
    pytest.mark.slow,
    pytest.mark.signals,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

HELD = "until test -e go; do sleep 0.02; done"
"""What keeps a step running until the test lets it end."""
RUNNER, ALL = "the runner", "everything"
"""What is killed; with everything the machine would have died."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A workflow that is killed in the middle.

    Attributes:
        file: its text; the command HOLD lasts until the test lets it end.
        at: what the step that holds has written down before it does.
        waits: a step that waits for somebody when the runner is killed, in place of one that holds.
        code: how the whole ends.
        before: what is run before, to its end.
        start: what starts the run that is killed.
        after: what is run between the kill and the resume.
        last: what is run at the end; it finds everything done.
    """

    file: str
    at: str
    waits: str = ""
    code: int = 0
    before: tuple[str, ...] = ()
    start: tuple[str, ...] = ("run", "w.yaml", "--id", "r")
    after: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


CASES = {
    "a matrix in a loop with a cache": Case(
        file="""
workflow:
  id: w
  outputs: {all: $<< steps.each.build.outputs.made >>}
  steps:
    - name: each
      for_each: [a, b]
      max_parallel: 1
      steps:
        - name: build
          matrix: {v: [1, 2], max_parallel: 1}
          cache: {key: $<< item >>-$<< matrix.v >>}
          env: {MADE: $<< item >>$<< matrix.v >>}
          run: |
            echo "$MADE" >> log
            echo "made=$MADE" >> "$WFE_OUTPUT"
            test "$MADE" != b1 || { HOLD; }
          outputs: {made: string}
""",
        at="b1",
        last=("run", "w.yaml", "--id", "again"),
    ),
    "a dag with hooks": Case(
        file="""
workflow:
  id: w
  steps:
    - name: all
      dag:
        - {name: a, run: 'echo a >> log; echo x=1 >> $WFE_OUTPUT', outputs: {x: int}}
        - name: b
          needs: [a]
          run: echo b >> log
          on_success: {run: 'echo b-hook >> log; HOLD'}
          ensure: {run: echo b-ensure >> log}
        - {name: c, needs: [b], run: 'echo "c $<< steps.a.outputs.x >>" >> log'}
  outputs: {x: $<< steps.all.a.outputs.x >>}
""",
        at="b-hook",
    ),
    "a saga that is being undone": Case(
        file="""
workflow:
  id: w
  steps:
    - name: trip
      saga:
        - {name: one, run: echo one >> log, compensate: {run: echo undo-one >> log}}
        - {name: two, run: echo two >> log, compensate: {run: 'echo undo-two >> log; HOLD'}}
        - {name: bad, run: 'echo bad >> log; exit 3'}
""",
        at="undo-two",
        code=1,
    ),
    "an approval": Case(
        file="""
workflow:
  id: w
  outputs: {by: $<< steps.ask.outputs.by >>}
  steps:
    - {name: one, run: echo one >> log}
    - {name: ask, approval: {prompt: Sure?}}
    - {name: two, run: echo two >> log}
""",
        at="one",
        waits="ask",
        start=("run", "w.yaml", "--id", "r", "--wait"),
        after=("approve", "r", "ask", "--by", "ann"),
    ),
    "a sub-workflow two deep": Case(
        file="""
workflows:
  - id: top
    outputs: {deep: $<< steps.mid.outputs.deep >>}
    steps:
      - {name: one, run: echo one >> log}
      - {name: mid, workflow: middle}
      - {name: end, run: echo end >> log}
  - id: middle
    outputs: {deep: $<< steps.inner.outputs.deep >>}
    steps: [{name: two, run: echo two >> log}, {name: inner, workflow: leaf}]
  - id: leaf
    outputs: {deep: $<< steps.say.outputs.x >>}
    steps:
      - {name: say, run: 'echo three >> log; echo x=7 >> $WFE_OUTPUT', outputs: {x: int}}
      - {name: hold, run: 'echo four >> log; HOLD'}
""",
        at="four",
    ),
    "a while": Case(
        file="""
workflow:
  id: w
  outputs: {n: $<< steps.turn.count.outputs.n >>}
  steps:
    - name: turn
      while: $<< steps.count.outputs.n | default(0) < 3 >>
      steps:
        - name: count
          outputs: {n: int}
          run: |
            echo "turn $<< index >>" >> log
            echo "n=$<< index + 1 >>" >> "$WFE_OUTPUT"
            test $<< index >> -ne 1 || { HOLD; }
""",
        at="turn 1",
    ),
    "an ensure": Case(
        file="""
workflow:
  id: w
  ensure: {run: echo whole >> log}
  steps:
    - {name: one, run: echo one >> log}
    - name: two
      run: echo two >> log; exit 3
      on_failure: {run: echo failed >> log}
      ensure: {run: 'echo ensure >> log; HOLD'}
    - {name: never, run: echo never >> log}
""",
        at="ensure",
        code=1,
    ),
    "retry --from": Case(
        file="""
workflow:
  id: w
  outputs: {x: $<< steps.one.outputs.x >>}
  steps:
    - {name: one, run: 'echo one >> log; echo x=1 >> $WFE_OUTPUT', outputs: {x: int}}
    - {name: two, run: 'echo two >> log; test -e fine || { touch fine; exit 3; }'}
    - {name: three, run: 'echo three >> log; HOLD'}
    - {name: four, run: echo four >> log}
""",
        at="three",
        before=("run", "w.yaml", "--id", "first"),
        start=("retry", "first", "--from", "two"),
    ),
    "--only": Case(
        file="""
workflow:
  id: w
  steps:
    - {name: one, run: echo one >> log}
    - name: all
      parallel: [{name: two, run: 'echo two >> log; HOLD'}, {name: three, run: echo three >> log}]
    - {name: four, run: echo four >> log}
""",
        at="two",
        start=("run", "w.yaml", "--id", "r", "--only", "all/two"),
    ),
}


class Field:
    """A folder with a workflow file, where the command is run in this process, as far as nobody kills it."""

    def __init__(self, case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        (folder / "w.yaml").write_text(case.file.replace("HOLD", HELD), "utf-8")
        self.case = case
        self.shell = Shell(folder)
        self._patch = monkeypatch

    def enter(self) -> None:
        """Make it the current folder, and let steps end that hold."""
        (self.shell.folder / "go").touch()
        self._patch.chdir(self.shell.folder)

    def wfe(self, *args: str) -> int:
        """Run the command, if there is one; gives its exit code."""
        return self.shell.result(*args).exit_code if args else 0

    def told(self) -> dict[str, Any]:
        """What `wfe show` tells of the newest run: how it ended, with what, and each of its steps."""
        shown = json.loads(self.shell.wfe("show", "--json"))
        steps = {step["step"]: step["status"] for step in shown["steps"]}
        return {"status": shown["status"], "outputs": shown.get("outputs"), "steps": steps}

    def undisturbed(self) -> tuple[dict[str, Any], list[str]]:
        """Run it in one go; gives how it ended, and what the steps wrote down."""
        self.enter()
        self.wfe(*self.case.before)
        code = self.wfe(*(word for word in self.case.start if word != "--wait"))
        if self.case.after:
            assert (code, self.wfe(*self.case.after)) == (4, 0)
            code = self.wfe("resume")
        told = self.told()
        assert (code, self.wfe(*self.case.last)) == (self.case.code, 0)
        return told, self.shell.log()

    def killed(self, project: Project, what: str) -> tuple[dict[str, Any], list[str]]:
        """Run it, kill it in the middle, and go on."""
        self._patch.chdir(self.shell.folder)
        self.wfe(*self.case.before)
        runner = project.start(*self.case.start)
        eventually(lambda: self.case.at in self.shell.log(), f"the line {self.case.at!r}")
        if self.case.waits:
            eventually(lambda: self.told()["steps"][self.case.waits] == "waiting", "the wait")
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
        if what == ALL:
            # The supervisor first: it would tell how the others ended.
            for process in [*self.supervisors(), *self.left()]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        assert self.told()["status"] == ("waiting" if self.case.waits else "interrupted")
        assert self.wfe(*self.case.after) == 0
        self.enter()
        code = self.wfe("resume")
        told = self.told()
        assert (code, self.wfe(*self.case.last)) == (self.case.code, 0)
        return told, self.shell.log()

    def supervisors(self) -> list[int]:
        """The supervisors that live; the number of one that has ended may be another process's by now."""
        found: list[int] = []
        for lock in self.shell.folder.glob(".wfe/wfe.run/*/lock"):
            with contextlib.suppress(OSError, ValueError):
                process = int(lock.read_text("utf-8"))
                if b"supervisor" in Path(f"/proc/{process}/cmdline").read_bytes():
                    found.append(process)
        return found

    def left(self) -> list[int]:
        """The processes in the folder, but this one."""
        found: list[int] = []
        for process in survivors.processes():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{process}/cwd").readlink() == self.shell.folder and process != os.getpid():
                    found.append(process)
        return found


@pytest.mark.parametrize(
    ("name", "what"),
    [
        *((name, RUNNER) for name in CASES),
        *((name, ALL) for name in CASES if not CASES[name].waits),
    ],
)
def test_the_end_is_that_of_an_undisturbed_run(
    name: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same outputs, same steps, nothing that had ended runs again, nothing is left behind."""
    for word in ("CI", "GITHUB_ACTIONS", "WFE_STORE"):
        monkeypatch.delenv(word, raising=False)
    case = CASES[name]
    told, log = Field(case, tmp_path / "calm", monkeypatch).undisturbed()
    if what == ALL:
        # What was running when the machine died runs once more, and nothing else.
        log.insert(log.index(case.at), case.at)
    field = Field(case, tmp_path / "killed", monkeypatch)
    project = Project(tmp_path / "killed")
    try:
        assert field.killed(project, what) == (told, log)
        eventually(lambda: not (field.left() or field.supervisors()), "the end of all processes")
    finally:
        # A step that was held lets go.
        (project.folder / "go").touch()
        project.end()

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.waiting import PATIENCE, eventually
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Project

pytestmark = pytest.mark.signals

SLOW = r"""
workflow:
  id: w
  inputs: {word: {type: string, default: hello}}
  steps:
    - {name: one, run: echo one >> log}
    - name: slow
      run: |
        echo "begin $WFE_ATTEMPT $<< inputs.word >> $<< vars.PLACE >>" >> log
        until test -e go; do sleep 0.02; done; echo end >> log
    - {name: last, run: echo last >> log}
vars: {PLACE: here}
"""
APP = """
from pathlib import Path

from wfe_yaml import load_workflow, register_workflow


async def register(host, tools):
    loaded = load_workflow("w.yaml", tools=tools, variables={"PLACE": "there"})
    await register_workflow(host, loaded)
    await host.start("w", loaded.start_data(), instance_id="r")


def only_host(host):
    Path("called").touch()


def fails(host):
    raise RuntimeError("no such thing")


broken = 7
"""


@pytest.mark.parametrize("way", ["module", "file"])
@pytest.mark.slow
def test_a_step_outlives_its_host_and_is_adopted_by_the_next(project: Project, way: str) -> None:
    """SIGKILL of a long-running host: the next one takes up the live process; nothing runs twice."""
    file = project.write(SLOW)
    project.write(APP, "app.py")
    if way == "module":
        command = ["host", "--module", "app:register", "--allow", "shell"]
    else:
        # Its run was begun by somebody else, who has gone.
        command = ["host", "--file", file, "--var", "PLACE=there", "--allow", "shell"]
        runner = project.start("run", file, "--id", "r", "--var", "PLACE=there")
        project.wait_for("begin 1 hello there")
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
    first = project.start(*command)
    project.wait_for("begin 1 hello there")
    eventually(lambda: "live" in project.wfe("hosts").stdout)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    second = project.start(*command)
    eventually(lambda: "live" in project.wfe("hosts").stdout)
    project.write("", "go")
    project.wait_for("last")
    assert project.log() == ["one", "begin 1 hello there", "end", "last"]
    eventually(lambda: project.runs()[0]["status"] == "complete")
    assert "adopted: the process of attempt 1" in project.wfe("logs", "r", "slow").stdout
    # An ended run leaves nothing behind, although the host goes on.
    eventually(lambda: not list(project.folder.glob(".wfe/wfe.run/*")))
    second.send_signal(signal.SIGTERM)
    out, err = second.communicate(timeout=PATIENCE)
    assert (second.returncode, "stopped" in out) == (0, True), err


def test_a_module_may_do_without_the_tools(project: Project) -> None:
    """A function with one parameter gets the host alone; what is no function is refused by name."""
    project.write(APP, "app.py")
    host = project.start("host", "--module", "app:only_host")
    assert host.stdout is not None
    assert "works on" in host.stdout.readline()
    assert (project.folder / "called").exists()
    host.send_signal(signal.SIGTERM)
    assert host.wait(timeout=PATIENCE) == 0
    wrong = project.wfe("host", "--module", "app:broken")
    assert (wrong.returncode, "app has no function 'broken'" in wrong.stderr) == (Exit.USAGE, True)
    failed = project.wfe("host", "--module", "app:fails")
    assert (failed.returncode, "RuntimeError: no such thing (" in failed.stderr) == (Exit.USAGE, True)
    assert "app.py:18)" in failed.stderr
    form = project.wfe("host", "--module", "app")
    assert "--module takes MODULE:FUNCTION, not 'app'" in form.stderr


@pytest.mark.slow
def test_resume_goes_on_with_all_and_reports_each(project: Project) -> None:
    """A run that waits for a decision, or fails, does not keep `wfe resume` from the others."""
    step = "{name: one, idempotent: false, run: 'echo one >> log; until test -e go; do sleep 0.02; done'}"
    undecided = project.steps(step, name="u.yaml")
    sign = "{name: sign, approval: {prompt: Ok?}}"
    failing = project.steps(sign, "{name: two, run: exit 3}", name="f.yaml")
    fine = project.steps(sign, "{name: two, run: 'true'}", name="g.yaml")
    runner = project.start("run", undecided, "--id", "u")
    project.wait_for("one")
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    (lock,) = project.folder.glob(".wfe/wfe.run/*/lock")
    project.kill(int(lock.read_text()))
    for name, file in (("f", failing), ("g", fine)):
        assert project.wfe("run", file, "--id", name).returncode == Exit.WAITING
        assert project.wfe("approve", name, "sign").returncode == 0
    first = project.wfe("resume")
    second = project.wfe("resume")
    assert "waits for a decision" in project.wfe("resume", "u").stderr
    assert (first.returncode, second.returncode) == (Exit.WAITING, Exit.WAITING), first.stdout + first.stderr
    told = first.stdout[first.stdout.index("3 runs gone on with:") :].splitlines()[2:]
    assert [line.split()[:3] for line in told] == [
        ["u", "w", "suspended"], ["f", "w", "failed"], ["g", "w", "complete"],
    ]  # fmt: skip
    assert "the run u waits for a decision" in second.stderr


def test_a_variable_can_be_given_for_a_picture(project: Project) -> None:
    """`wfe graph` takes variables as the other commands do, and wants them in their form."""
    file = project.write(SLOW)
    assert project.wfe("graph", file, "--var", "PLACE=x").returncode == 0
    assert "NAME=VALUE" in project.wfe("graph", file, "--var", "PLACE").stderr

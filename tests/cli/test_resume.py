from __future__ import annotations

import signal
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from tests.cli.conftest import Project

pytestmark = pytest.mark.signals


LONG = [
    "{name: one, run: 'echo one >> log; echo x=1 >> $WFE_OUTPUT'}",
    """name: both
      parallel:
        - {name: quick, run: 'echo quick >> log'}
        - name: slow
          run: echo "slow $WFE_ATTEMPT" >> log; until test -e go; do sleep 0.05; done; echo end >> log""",
    "{name: last, run: 'echo \"last $<< steps.one.outputs.x >>\" >> log'}",
]


def test_a_run_survives_sigkill_of_its_runner(project: Project) -> None:
    """After kill -9 in the middle `wfe resume` goes on: the side effects show nothing finished twice."""
    file = project.steps(*LONG)
    runner = project.start("run", file)
    project.wait_for("slow 1")
    # Its effect is not enough: a step may run once more if its runner dies before the end is durable.
    project.wait_done("both/quick")
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    assert project.runs()[0]["status"] == "interrupted"
    project.write("", "go")
    (project.folder / file).unlink()
    done = project.wfe("resume")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is gone; the run goes on with the text it was started from" in done.stdout
    assert Counter(project.log()) == Counter(["one", "quick", "slow 1", "end", "last 1"])
    assert project.log()[-1] == "last 1"
    assert project.wfe("resume").stdout == "nothing to resume: no run is unfinished\n"


@pytest.mark.slow
def test_kill_at_many_moments(project: Project) -> None:
    """Killed again and again, a chain still runs each step to its end, and the finished ones once."""
    steps = [f"{{name: s{n}, run: 'echo s{n} >> log; sleep 0.05; echo e{n} >> log'}}" for n in range(12)]
    file = project.steps(*steps)
    first = True
    for number in (1, 4, 6, 9):
        runner = project.start("run", file) if first else project.start("resume")
        first = False
        project.wait_for(f"s{number}")
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
    assert project.wfe("resume").returncode == 0
    log = project.log()
    ends = [line for line in log if line.startswith("e")]
    assert list(dict.fromkeys(ends)) == [f"e{n}" for n in range(12)]
    # A step that had ended just when its runner died may run once more; no other.
    assert sum(count - 1 for count in Counter(log).values()) <= 2 * 4
    order = [int(line[1:]) for line in log if line.startswith("s")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_interrupts_with_grace(project: Project, number: signal.Signals, code: int) -> None:
    """Ctrl-C and SIGTERM stop the steps with SIGTERM; the run stays resumable and says how to go on."""
    file = project.steps(
        "{name: one, run: 'echo one >> log'}",
        """name: two
      run: |
        trap 'echo stopped >> log; exit 1' TERM
        echo two >> log
        test -e go || sleep 600 &
        wait $!""",
        "{name: three, run: 'echo three >> log'}",
    )
    runner = project.start("run", file)
    project.wait_for("two")
    runner.send_signal(number)
    out, err = runner.communicate(timeout=PATIENCE)
    assert runner.returncode == code, out + err
    run_id = project.runs()[0]["run"]
    assert f"wfe resume {run_id}" in err
    assert f"wfe cancel {run_id}" in err
    assert project.log() == ["one", "two", "stopped"]
    project.write("", "go")
    done = project.wfe("resume", run_id)
    assert done.returncode == 0
    assert project.log() == ["one", "two", "stopped", "two", "three"]


def test_a_second_signal_skips_the_grace(project: Project) -> None:
    """A step that ignores SIGTERM holds the command up only until the second Ctrl-C."""
    script = 'trap "echo term >> log" TERM; echo one >> log; while :; do sleep 0.05 || :; done'
    file = project.steps(f"{{name: one, run: '{script}', config: {{grace: 1h}}}}")
    runner = project.start("run", file)
    project.wait_for("one")
    runner.send_signal(signal.SIGINT)
    project.wait_for("term")
    with pytest.raises(subprocess.TimeoutExpired):
        runner.wait(timeout=0.5)
    runner.send_signal(signal.SIGINT)
    assert runner.wait(timeout=PATIENCE) == 130


def test_an_unfinished_run_is_not_started_over_by_accident(project: Project) -> None:
    """`wfe run` of a file whose last run is unfinished exits 2 and prints both commands; options decide."""
    file = project.steps(*LONG)
    runner = project.start("run", file)
    project.wait_for("slow 1")
    held = project.wfe("resume", "w-")
    assert (held.returncode, "another process" in held.stderr) == (5, True)
    runner.send_signal(signal.SIGINT)
    runner.communicate()
    stopped = project.wfe("run", file)
    assert stopped.returncode == 2
    assert "wfe resume w-" in stopped.stderr
    assert "--fresh" in stopped.stderr
    project.write("", "go")
    assert project.wfe("run", file, "--resume").returncode == 0
    assert project.log().count("one") == 1
    assert len(project.runs()) == 1
    assert project.wfe("run", file).returncode == 0
    assert len(project.runs()) == 2


def test_fresh_starts_anew(project: Project) -> None:
    """`--fresh` leaves the unfinished run as it is and starts another one."""
    file = project.steps(*LONG)
    runner = project.start("run", file)
    project.wait_for("slow 1")
    runner.send_signal(signal.SIGINT)
    runner.communicate()
    project.write("", "go")
    assert project.wfe("run", file, "--fresh").returncode == 0
    assert [run["status"] for run in project.runs()] == ["complete", "interrupted"]


def test_an_edited_file_is_a_new_revision(project: Project) -> None:
    """A run goes on with the text it was started from; the edited file is for the next run."""
    file = project.steps(
        "{name: one, run: 'echo one >> log; test -e go || sleep 600'}", "{name: two, run: 'echo old >> log'}"
    )
    runner = project.start("run", file)
    project.wait_for("one")
    runner.send_signal(signal.SIGINT)
    runner.communicate()
    project.steps("{name: one, run: 'true'}", "{name: two, run: 'echo new >> log'}")
    project.write("", "go")
    resumed = project.wfe("resume")
    assert (resumed.returncode, "has changed" in resumed.stdout) == (0, True)
    assert project.log()[-1] == "old"
    assert project.wfe("run", file).returncode == 0
    assert project.log()[-1] == "new"


def test_cancel_ends_a_run_for_good(project: Project) -> None:
    """`wfe cancel` of an interrupted run exits 3; afterwards there is nothing to resume."""
    file = project.steps(*LONG)
    runner = project.start("run", file)
    project.wait_for("slow 1")
    runner.send_signal(signal.SIGINT)
    runner.communicate()
    assert project.wfe("cancel", "w-").returncode == 3
    assert project.runs()[0]["status"] == "cancelled"
    assert project.wfe("resume", "w-").returncode == 2


def test_cancel_reaches_a_run_in_another_process(project: Project) -> None:
    """A live runner obeys `wfe cancel` of another terminal: its step is stopped, its exit code is 3."""
    file = project.steps(*LONG)
    runner = project.start("run", file)
    project.wait_for("slow 1")
    assert project.wfe("cancel", "w-").returncode == 3
    assert runner.wait(timeout=PATIENCE) == 3
    assert "end" not in project.log()


def test_a_run_with_a_timeout_fails(project: Project) -> None:
    """The timeout of a step stops it and fails the run; so does that of the workflow."""
    step = project.steps("{name: a, run: 'echo a >> log; sleep 600', timeout: 200ms}")
    done = project.wfe("run", step)
    assert (done.returncode, "timeout of 0.2 s" in done.stdout) == (1, True)
    whole = project.steps(
        "{name: a, run: 'echo a >> log; sleep 600'}", head="  timeout: 500ms\n", name="t.yaml"
    )
    done = project.wfe("run", whole)
    assert done.returncode == 1, done.stdout

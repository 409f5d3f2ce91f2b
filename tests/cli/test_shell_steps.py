"""The keys of a shell step, through the command, with real processes."""

from __future__ import annotations

import json
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import PATIENCE
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Project

pytestmark = pytest.mark.signals

KEYS = r"""
workflow:
  id: w
  inputs: {who: {type: string, default: "a 'b' $(touch PWNED)"}}
  steps:
    - name: argv
      config: {shell: {argv: [printf, '<%s>', "$<< inputs.who >>", '*', '$HOME']}}
    - name: python
      shell: python
      env: {WHO: $<< inputs.who >>}
      run: |
        import os, sys
        print(os.environ["WHO"], len(sys.argv))
        print("n=7", file=open(os.environ["WFE_OUTPUT"], "a"))
      outputs: {n: int}
    - name: custom
      shell: awk -f {0}
      run: BEGIN { print 6 * 7 }
    - {name: given, config: {run: 'cat; echo .', stdin: "$<< inputs.who >>\nsecond"}}
    - {name: nothing, run: 'read -r x || echo "nothing to read"; test ! -t 0; test ! -t 1'}
    - name: tty
      config: {run: 'test -t 0; test -t 1; tty > /dev/null; read -rt 0.1 x || echo silent', tty: true}
    - {name: file, config: {file: scripts/hello.sh}}
    - name: folder
      working_dir: sub dir
      run: basename "$PWD"; cat here
    - {name: passed, config: {run: 'echo "${GIVEN-} ${OTHER-none}"', pass_env: [GIVEN, ABSENT]}}
    - {name: whole, config: {run: 'echo "${OTHER-none}"', inherit_env: true}}
    - name: limits
      run: umask 077; touch private; stat -c %a private; nice -n 3 nice; ulimit -n 64; ulimit -n
    - {name: signals, run: 'trap - PIPE; bash -c "kill -PIPE \$\$" || echo $?'}
    - {name: posix, shell: sh, run: 'echo "$0" | grep -c posix.sh; echo "$<< inputs.who >>"'}
"""
SHOWN = r"""
argv | <a 'b' $(touch PWNED)><*><$HOME>
python | a 'b' $(touch PWNED) 1
custom | 42
given | a 'b' $(touch PWNED)
given | second.
nothing | nothing to read
tty | silent
file | hello from a file
folder | sub dir
folder | it is here
passed | yes none
whole | seen
limits | 600
limits | 3
limits | 64
signals | 141
posix | 1
posix | a 'b' $(touch PWNED)
"""


def test_every_key_does_what_it_says(project: Project) -> None:
    """Programs, shells, input, terminal, files, folders, environment: each step prints what proves it."""
    for name, text in (("scripts/hello.sh", "echo hello from a file\n"), ("sub dir/here", "it is here\n")):
        (project.folder / name).parent.mkdir()
        project.write(text, name)
    project.env |= {"GIVEN": "yes", "OTHER": "seen"}
    done = project.wfe("run", project.write(KEYS), "--id", "r")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if " | " in line]
    assert set(SHOWN.strip().splitlines()) <= set(lines), done.stdout
    assert not (project.folder / "PWNED").exists()
    shown: dict[str, Any] = json.loads(project.wfe("show", "r", "--json").stdout)
    (python,) = (step for step in shown["steps"] if step["step"] == "python")
    assert python["outputs"] == {"n": 7}


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_node_runs_scripts(project: Project) -> None:
    """`shell: node` runs JavaScript; its values come through `env`."""
    file = project.steps("{name: js, shell: node, env: {A: 20}, run: 'console.log(process.env.A * 2 + 2)'}")
    assert "js | 42\n" in project.wfe("run", file).stdout


@pytest.mark.parametrize(
    ("config", "log"),
    [
        ("stop_signal: SIGUSR1, grace: 1h", ["up", "told by USR1"]),
        # Its trap runs, and it goes on: only SIGKILL ends it.
        ("grace: 100ms", ["up", "told by TERM"]),
    ],
)
def test_a_step_is_asked_to_end_as_it_wants(project: Project, config: str, log: list[str]) -> None:
    """`stop_signal` comes first; what ignores it is killed after its `grace`."""
    script = """
          trap 'echo "told by USR1" >> log; exit 0' USR1
          trap 'echo "told by TERM" >> log' TERM
          echo up >> log
          while :; do sleep 0.02 || true; done"""
    file = project.steps(f"name: one\n      config: {{{config}}}\n      run: |{script}")
    runner = project.start("run", file)
    project.wait_for("up")
    runner.send_signal(signal.SIGINT)
    assert runner.wait(timeout=PATIENCE) == Exit.INTERRUPTED
    assert project.log() == log


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("file: nowhere.sh", "the file '{folder}/nowhere.sh' is not there"),
        ("run: 'true', working_dir: nowhere", "the folder '{folder}/nowhere' is not there"),
        ("shell: {{argv: [nosuchprogram]}}", "nosuchprogram cannot be started: No such file or directory"),
        ("run: x, shell: 'nosuchshell {{0}}'", "nosuchshell cannot be started: No such file or directory"),
        ("shell: {{argv: [./w.yaml]}}", "./w.yaml cannot be started: Permission denied"),
    ],
)
def test_what_cannot_be_started_is_told(project: Project, config: str, message: str) -> None:
    """A missing file, folder or program fails the step with its name, and is not tried again."""
    text = config.replace("{{", "{").replace("}}", "}")
    done = project.wfe("run", project.steps(f"{{name: one, retry: 3, config: {{{text}}}}}"))
    assert done.returncode == Exit.FAILED
    assert message.format(folder=project.folder) in done.stdout
    assert "tried again" not in done.stdout


def test_a_terminal_is_the_steps_own(project: Project) -> None:
    """A step with `tty` controls a terminal, and job control works there, though wfe itself has none."""
    script = "set -m; sleep 5 & kill %1; ps -o tty= -p $$; echo done"
    file = project.steps(f"{{name: one, config: {{run: '{script}', tty: true}}}}")
    done = project.wfe("run", file)
    assert done.returncode == 0, done.stdout
    assert "one | pts/" in done.stdout

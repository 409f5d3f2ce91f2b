from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Project


def test_a_run_of_several_files_needs_none_of_them_later(project: Project) -> None:
    """A failed run of a file with includes, templates and variables is retried after the files are gone."""
    project.write(
        "templates:\n  say: {run: 'echo $<< vars.word >> $<< vars.n + 1 >>; test -e ok'}\n", "lib.yaml"
    )
    file = project.write(
        "include: lib.yaml\nvars: {n: 1, word: ~}\n"
        "workflow: {id: w, steps: [{name: a, extends: say, outputs: {}}]}\n"
    )
    done = project.wfe("run", file, "--var", "word=$(touch PWNED)", "--var", "n=41", "--id", "r")
    assert done.returncode == 1
    assert "a | $(touch PWNED) 42" in done.stdout
    (project.folder / "lib.yaml").unlink()
    (project.folder / "ok").touch()
    done = project.wfe("retry", "r")
    assert done.returncode == 0, done.stderr
    assert "a | $(touch PWNED) 42" in done.stdout
    assert "the file lib.yaml is gone" in done.stdout
    assert not (project.folder / "PWNED").exists()


def test_variables_of_the_command_line_are_checked(project: Project) -> None:
    """A variable without a value, one of a wrong type and an option that is none exit with 2."""
    file = project.write("vars: {n: 1, must: ~}\nworkflow: {id: w, steps: [{name: a, run: 'true'}]}\n")
    done = project.wfe("validate", file)
    assert (done.returncode, "give it with  --var must=VALUE" in done.stderr) == (2, True)
    assert project.wfe("validate", file, "--var", "must=x").returncode == 0
    done = project.wfe("validate", file, "--var", "must=x", "--var", "n=y", "--format", "json")
    assert [each["code"] for each in json.loads(done.stdout)["problems"]] == ["E043"]
    assert "--var takes NAME=VALUE" in project.wfe("run", file, "--var", "x").stderr


def test_secrets_come_from_a_file_or_the_environment(project: Project) -> None:
    """A missing secret stops the run with its name; a file gives it; resume and retry ask again."""
    file = project.write(
        "workflow:\n  id: w\n  secrets: [TOKEN]\n  steps:\n"
        '    - {name: a, run: \'test "$<< secrets.TOKEN >>" = "$(cat expected)"; test -e ok\'}\n'
    )
    (project.folder / "expected").write_text("hunter2-x", "utf-8")
    done = project.wfe("run", file)
    assert done.returncode == 2
    assert "the secret 'TOKEN' is missing" in done.stderr
    secrets = project.folder / "s.env"
    secrets.write_text("TOKEN='hunter2-x'\n", "utf-8")
    secrets.chmod(0o644)
    assert "chmod 600" in project.wfe("run", file, "--secret-file", "s.env").stderr
    secrets.chmod(0o600)
    assert project.wfe("run", file, "--id", "r", "--secret-file", "s.env").returncode == 1
    (project.folder / "ok").touch()
    done = project.wfe("retry", "r")
    assert (done.returncode, "the secret 'TOKEN' is missing" in done.stderr) == (2, True)
    assert project.wfe("retry", "r", TOKEN="hunter2-x").returncode == 0
    database = b"".join(path.read_bytes() for path in (project.folder / ".wfe").iterdir() if path.is_file())
    assert b"hunter2" not in database

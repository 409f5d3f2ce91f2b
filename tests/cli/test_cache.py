"""Steps that need not run again: `sources`, `generates`, `cache`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import Shell

BUILD = """
workflow:
  id: w
  inputs: {flag: {type: string, default: a}}
  outputs: {size: $<< steps.build.outputs.size >>}
  steps:
    - name: build
      sources: [src/**/*.txt]
      generates: [out.txt]
      env: {FLAG: $<< inputs.flag >>}
      run: |
        echo ran >> log
        cat src/*.txt > out.txt
        echo "size=$(wc -c < out.txt)" >> "$WFE_OUTPUT"
      outputs: {size: int}
"""


def write(shell: Shell, text: str) -> None:
    """Write the file of the workflow."""
    (shell.folder / "w.yaml").write_text(text, "utf-8")


@pytest.fixture
def built(project: Any) -> Any:
    """A project whose step has run once."""
    (project.folder / "src").mkdir()
    (project.folder / "src" / "a.txt").write_text("four")
    project.write(BUILD)
    first = project.wfe("run", "w.yaml")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "there is no earlier result" in first.stdout
    return project


def test_an_unchanged_step_is_not_run_again(built: Any) -> None:
    """Language: its outputs are there all the same, and the terminal says why it was not run."""
    again = built.wfe("run", "w.yaml")
    assert "not run: nothing has changed since w-" in again.stdout
    assert "size: 4" in again.stdout
    assert built.log() == ["ran"]


def test_what_changed_is_told(built: Any) -> None:
    """Language: another file, input, script or a missing result runs the step, and says so."""
    (built.folder / "src" / "b.txt").write_text("more")
    assert "src/b.txt has changed" in built.wfe("run", "w.yaml").stdout
    assert "have changed" in built.wfe("run", "w.yaml", "-i", "flag=b").stdout
    (built.folder / "out.txt").unlink()
    assert "out.txt is not there" in built.wfe("run", "w.yaml", "-i", "flag=b").stdout
    built.write(BUILD.replace("echo ran", "echo  ran"))
    assert "its script, environment or inputs have changed" in built.wfe("run", "w.yaml").stdout
    assert built.log() == ["ran"] * 5


def test_what_cannot_be_read_is_as_good_as_nothing(built: Any) -> None:
    """A damaged entry of the cache runs the step again, and harms nothing."""
    for file in (built.folder / ".wfe" / "cache").glob("*.json"):
        file.write_text("{")
    assert "there is no earlier result" in built.wfe("run", "w.yaml").stdout
    assert built.log() == ["ran", "ran"]


def test_a_step_that_does_not_make_what_it_generates_fails(project: Any) -> None:
    """Language: `generates` is a promise."""
    file = project.steps("{name: a, generates: [no.txt], run: 'true'}")
    done = project.wfe("run", file)
    assert done.returncode == 1
    assert "did not make 'no.txt'" in done.stdout


def test_a_cache_puts_the_files_back(project: Any) -> None:
    """Language: `cache` keeps the files of a step for each key, and puts them back."""
    project.write(
        "workflow:\n  id: w\n  inputs: {k: string}\n  steps:\n"
        "    - name: a\n      cache: {key: $<< inputs.k >>, paths: [made/*], ttl: 1h}\n"
        "      run: mkdir -p made; echo $<< inputs.k >> | tee -a log > made/file\n"
    )
    for key in ("one", "two", "one"):
        assert project.wfe("run", "w.yaml", "-i", f"k={key}").returncode == 0
    assert project.log() == ["one", "two"]
    assert (project.folder / "made" / "file").read_text() == "one\n"


SCRIPTS = """
workflow:
  id: w
  steps:
    - {name: a, cache: {}, config: {file: a.sh, pass_env: [SEEN]}}
    - {name: b, type: python, cache: {}, config: {file: b.py}}
    - {name: c, cache: {}, type: transform, config: {expression: 5}}
    - {name: d, run: 'echo "$<< steps.a.stdout >>, $<< steps.b.stdout >>, $<< steps.c.exit_code >>" >> log'}
"""


def test_a_script_and_its_environment_are_what_a_step_is_made_of(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Language: the text of a script file and the values of `pass_env` count; the output is there again."""
    write(shell, SCRIPTS)
    for script, seen, reason in (
        ("one", "1", "there is no earlier result"),
        ("one", "1", "not run: nothing has changed"),
        ("two", "1", "run: a.sh has changed"),
        ("two", "2", "run: its script, environment or inputs have changed"),
    ):
        (shell.folder / "a.sh").write_text(f"echo {script} $SEEN")
        (shell.folder / "b.py").write_text(f"print('{script}')")
        monkeypatch.setenv("SEEN", seen)
        assert reason in shell.wfe("run", "w.yaml")
    assert shell.log() == ["one 1, one, ", "one 1, one, ", "two 1, two, ", "two 2, two, "]


CALLS = """
workflow:
  id: w
  steps:
    - {name: lone, type: python, cache: {}, config: {call: "lone:f", working_dir: lib}}
    - {name: packed, type: python, cache: {}, config: {call: "pack.inner:f", working_dir: lib}}
    - {name: far, type: python, cache: {}, config: {call: "platform:node"}}
"""


def test_modules_are_what_a_step_is_made_of(shell: Shell) -> None:
    """Language: the module of `call`, or all of its package, counts; one that is installed does not."""
    write(shell, CALLS)
    lib = shell.folder / "lib"
    (lib / "pack").mkdir(parents=True)
    for change, again in (
        ({"lone.py": "def f(): print('one')", "pack/inner.py": "from .more import f", "pack/more.py": ""}, 3),
        ({}, 0),
        ({"lone.py": "def f(): print('two')"}, 1),
        ({"pack/more.py": "def f(): print('three')"}, 1),
        ({"other.py": ""}, 0),
    ):
        for name, text in change.items():
            (lib / name).write_text(text or "def f(): pass\n", "utf-8")
        told = shell.wfe("run", "w.yaml")
        assert told.count(" | run: ") == again, told
        assert told.count("not run: nothing has changed") == 3 - again


@pytest.mark.deno
def test_modules_of_deno_are_what_a_step_is_made_of(shell: Shell) -> None:
    """Language: the local files and folders of `modules` count."""
    config = '{modules: {one: one.ts, "all/": more/}, script: "import {x} from \'one\'; Wfe.log(x)"}'
    write(shell, f"workflow:\n  id: w\n  steps: [{{name: a, type: deno, cache: {{}}, config: {config}}}]\n")
    (shell.folder / "more").mkdir()
    for name, reason in (
        ("one.ts", "there is no earlier result"),
        (None, "not run: nothing has changed"),
        ("one.ts", "one.ts has changed"),
        ("more/two.ts", "more/two.ts has changed"),
    ):
        if name is not None:
            (shell.folder / name).write_text(f"export const x = '{reason}';", "utf-8")
        assert reason in shell.wfe("run", "w.yaml")


def test_output_that_was_not_kept_is_made_again(shell: Shell) -> None:
    """Language: a later step that begins to read the output of a cached one gets it."""
    step = "    - {name: a, cache: {}, run: echo text}\n"
    write(shell, "workflow:\n  id: w\n  steps:\n" + step)
    shell.wfe("run", "w.yaml")
    write(
        shell,
        "workflow:\n  id: w\n  steps:\n"
        + step
        + "    - {run: 'echo $<< steps.a.stdout >> >> log', name: b}\n",
    )
    assert "run: a later step reads what it wrote" in shell.wfe("run", "w.yaml")
    assert "not run" in shell.wfe("run", "w.yaml")
    assert shell.log() == ["text", "text"]


def test_a_folder_stands_for_its_files(shell: Shell) -> None:
    """Language: in `sources`, `generates` and `paths`, also as `folder/**`; no file at all never skips."""
    write(
        shell,
        "workflow:\n  id: w\n  steps:\n"
        "    - {name: a, sources: [src], generates: [made], cache: {paths: ['made/**']},"
        " run: 'mkdir -p made/x; cat src/f >> log; cp src/f made/x/f'}\n"
        "    - {name: b, run: cat made/x/f}\n",
    )
    (shell.folder / "src").mkdir()
    (shell.folder / "src" / "f").write_text("1\n")
    shell.wfe("run", "w.yaml")
    (shell.folder / "made" / "x" / "f").write_text("damaged\n")
    again = shell.wfe("run", "w.yaml")
    assert "not run" in again
    assert "b | 1" in again
    (shell.folder / "src" / "f").write_text("2\n")
    assert "src/f has changed" in shell.wfe("run", "w.yaml")
    assert shell.log() == ["1", "2"]
    (shell.folder / "src" / "f").unlink()
    write(shell, "workflow:\n  id: w\n  steps: [{name: z, sources: [src], run: echo}]\n")
    shell.wfe("run", "w.yaml")
    assert "no file matches 'src' of its sources" in shell.wfe("run", "w.yaml")


def test_an_artifact_of_a_cached_step_is_the_one_it_made(shell: Shell) -> None:
    """Language: a file that is missing, or that somebody has changed, is no artifact of the step."""
    write(
        shell,
        "workflow:\n  id: w\n  steps:\n"
        "    - {name: a, cache: {}, run: echo made | tee -a log > f, artifacts: {f: f}}\n"
        "    - {name: b, run: cat $<< steps.a.artifacts.f >>}\n",
    )
    file = shell.folder / "f"
    for change in (lambda: None, lambda: None, file.unlink, lambda: file.write_text("other\n")):
        change()
        told = shell.wfe("run", "w.yaml")
        assert "b | made" in told
    assert "run: f is not what it left" in told
    assert shell.log() == ["made"] * 3


def test_an_archive_belongs_to_its_entry(shell: Shell) -> None:
    """A run that dies between archive and entry, or two that fill one place, mix up nothing."""
    write(
        shell,
        "workflow:\n  id: w\n  inputs: {k: string}\n  steps:\n"
        "    - {name: a, cache: {paths: [f]}, outputs: {k: string},"
        " run: 'echo $<< inputs.k >> | tee -a log > f; echo k=$<< inputs.k >> >> $WFE_OUTPUT'}\n"
        "    - {name: b, run: 'echo $<< steps.a.outputs.k >> $(cat f)'}\n",
    )
    cache = shell.folder / ".wfe" / "cache"
    for key in ("one", "two"):
        shell.wfe("run", "w.yaml", "-i", f"k={key}")
        assert len(list(cache.glob("*.tar"))) == 1
        assert len(list(cache.iterdir())) == 2
    (archive,) = cache.glob("*.tar")
    (entry,) = cache.glob("*.json")
    newer = archive.read_bytes()
    older = entry.read_bytes()
    shell.wfe("run", "w.yaml", "-i", "k=one")
    # As if the run had died before its entry, and as if the archive had been replaced behind its back.
    (written,) = cache.glob("*.tar")
    entry.write_bytes(older)
    assert "the kept files cannot be read" in shell.wfe("run", "w.yaml", "-i", "k=two")
    (written,) = cache.glob("*.tar")
    written.write_bytes(newer[: len(newer) // 2])
    assert "b | two two" in shell.wfe("run", "w.yaml", "-i", "k=two")
    assert shell.log() == ["one", "two", "one", "two", "two"]

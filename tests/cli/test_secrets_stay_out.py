"""A secret that a pipeline handles stays out of the store, the logs, the reports and every terminal."""

from __future__ import annotations

import base64
import os
import signal
import urllib.parse
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import on_terminal
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Project

pytestmark = pytest.mark.signals

SECRET = 'Zebra/quux+9?"hunter2&Üñ=kiwi'
OTHER = "correct-horse-battery"
STEPS = r"""
workflow:
  id: w
  secrets: [TOKEN, OTHER]
  outputs: {said: $<< steps.harmless.outputs.said >>}
  steps:
    - name: pieces
      secrets: [TOKEN]
      run: |
        for ((i = 0; i < ${#TOKEN}; i++)); do printf %s "${TOKEN:i:1}"; done; echo
        printf '%s' "${TOKEN:0:9}"; read -rt 0.2 < <(:) || true; printf '%s\n' "${TOKEN:9}" >&1
        echo "$TOKEN" >&2
    - name: forms
      secrets: [TOKEN]
      run: |
        printf %s "$TOKEN" | base64 -w0; echo
        printf 'u:%s' "$TOKEN" | base64 -w0; echo
        printf 'us:%s' "$TOKEN" | base64 -w0; echo
        python3 -c 'import json, os, urllib.parse as u
        t = os.environ["TOKEN"]
        print(u.quote(t, safe=""), u.quote_plus(t), json.dumps(t), json.dumps(t, ensure_ascii=False))'
        echo "::warning title=$TOKEN::$TOKEN"
    - {name: expression, continue_on_error: true, run: echo $<< secrets.TOKEN | int >>}
    - {name: computed, continue_on_error: true, run: 'echo $(( $<< secrets.TOKEN >> ))'}
    - {name: folder, continue_on_error: true, run: 'true', working_dir: /x/$<< secrets.OTHER >>}
    - {name: file, continue_on_error: true, config: {file: $<< secrets.OTHER >>.sh}}
    - {name: program, continue_on_error: true, config: {shell: {argv: [$<< secrets.OTHER >>]}}}
    - {name: read, config: {run: cat, stdin: $<< secrets.TOKEN >>}}
    - {name: terminal, config: {run: echo "$T", tty: true, env: {T: $<< secrets.TOKEN >>}}}
    - name: cached
      sources: [source]
      env: {T: $<< secrets.TOKEN >>}
      run: echo "$T"; echo "length=${#T}" >> "$WFE_OUTPUT"
    - name: harmless
      env: {T: $<< secrets.TOKEN >>}
      run: echo "said=${#T}" >> "$WFE_OUTPUT"
    - name: given
      retry: 2
      secrets: [TOKEN]
      continue_on_error: true
      run: echo "given=x${TOKEN}x" >> "$WFE_OUTPUT"
    - name: marked
      secrets: [TOKEN]
      outputs: {t: string}
      continue_on_error: true
      run: echo "##wfe[output t=$TOKEN]"
    - name: named
      secrets: [OTHER]
      continue_on_error: true
      run: echo "{\"$OTHER\":1}" >> "$WFE_OUTPUT"
    - name: artifact
      secrets: [OTHER]
      continue_on_error: true
      run: echo > "f-$OTHER"
      artifacts: {a: {path: "f-*"}}
    - name: link
      secrets: [OTHER]
      continue_on_error: true
      run: ln -sf nothing "l-$OTHER"
      artifacts: {a: {path: "l-*"}}
    - name: left
      secrets: [OTHER]
      run: mkdir -p c; echo "$OTHER" > c/npmrc
      cache: {paths: [c]}
    - name: generated
      secrets: [OTHER]
      run: echo > "g-$OTHER"
      sources: ["g-*", source]
    - name: last
      secrets: [TOKEN]
      run: echo "the reason is $TOKEN" >&2; exit 3
"""
HANGS = r"""
workflow:
  id: h
  secrets: [TOKEN, OTHER]
  steps:
    - name: hang
      secrets: [TOKEN, OTHER]
      config: {shell: {argv: [bash, -c, 'cat > /dev/null; echo "$TOKEN"; echo "x=$OTHER" >> "$WFE_OUTPUT"; echo up >> log; until test -e go; do sleep 0.01; done', $<< secrets.OTHER >>]}, stdin: $<< secrets.TOKEN >>}
"""  # noqa: E501


def needles() -> list[bytes]:
    """What must not be found: every eight characters of the secrets, in each form."""
    found: list[bytes] = []
    for secret in (SECRET, OTHER):
        raw = secret.encode()
        url, plus = urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)
        encoded = [base64.b64encode(b"x" * shift + raw)[2 * bool(shift) + shift % 3 :] for shift in range(3)]
        for text in (raw, url.encode(), plus.encode(), *encoded):
            found += [text[at : at + 8] for at in range(len(text) - 7)]
    return found


def leaks(raw: bytes) -> list[bytes]:
    """Tell what of the secrets stands in some bytes."""
    return [needle for needle in needles() if needle in raw]


def kept(folder: Path) -> bytes:
    """Every byte of every file below `.wfe`: the database, its log, what runs leave, the cache."""
    files = [file for file in sorted(folder.glob(".wfe/**/*")) if file.is_file()]
    assert any(file.name == "wfe.db" for file in files)
    return b"\0".join(str(file).encode() + b"\0" + file.read_bytes() for file in files)


@pytest.fixture
def secretive(project: Project) -> Project:
    """A project whose environment holds the secrets."""
    project.env |= {"TOKEN": SECRET, "OTHER": OTHER}
    project.write("", "source")
    return project


@pytest.mark.slow
def test_a_secret_is_masked_wherever_it_comes_up(secretive: Project) -> None:
    """Printed in pieces, base64, errors, outputs, caches, events, reports: nothing shows or stores it."""
    file = secretive.write(STEPS)
    summary = secretive.folder / "summary.md"
    github = {"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    runs = [
        secretive.wfe("run", file, "--id", "plain", "--junit", "junit.xml", **github),
        secretive.wfe("run", file, "--id", "json", "--progress", "json"),
        secretive.wfe("run", file, "--id", "quiet", "--progress", "quiet"),
    ]
    assert [run.returncode for run in runs] == [1, 1, 1], runs[0].stdout + runs[0].stderr
    shown = [run.stdout + run.stderr for run in runs]
    shown += [on_terminal(["run", file, "--id", "tty"], secretive.folder, secretive.env).raw]
    # Everything came as far as it was to come, and what was to fail failed for its reason.
    told = shown[0]
    for words in (
        "the reason is ***",
        "the folder '/x/***' is not there",
        "***.sh' is not there",
        "*** cannot be started",
        "'***' is no whole number",
        "output 'given' contains the secret TOKEN",
        "output 't' contains a secret",
        "output '***' contains the secret OTHER",
        "the name of 'f-***' contains the secret OTHER",
        "the name of 'l-***' contains the secret OTHER",
        "its result is not kept: the secret OTHER is in its files",
    ):
        assert words in told, told
    assert "said: 29" not in told
    show = ["show", "plain", "--values"]
    for command in (show, [*show, "--json"], ["logs", "plain"], ["explain", "plain"], ["list", "--json"]):
        done = secretive.wfe(*command)
        shown.append(done.stdout + done.stderr)
    assert '$<< secrets.OTHER >> = {"$secret": "OTHER"}' in "".join(shown)
    assert "no run" in secretive.wfe("search", "hunter2").stdout
    for text in (*shown, summary.read_text("utf-8"), (secretive.folder / "junit.xml").read_text("utf-8")):
        assert text
        assert leaks(text.encode()) == []
    assert "'--id' contains the secret 'OTHER'" in secretive.wfe("run", file, "--id", f"r-{OTHER}").stderr
    assert list(secretive.folder.glob(".wfe/cache/*.json"))
    assert leaks(kept(secretive.folder)) == []


def test_a_secret_is_not_on_the_disk_when_everything_was_killed(secretive: Project) -> None:
    """Runner killed: neither what is left of a step that ended since, nor the log of the database, has it."""
    file = secretive.write(HANGS)
    runner = secretive.start("run", file, "--id", "r")
    secretive.wait_for("up")
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    (work,) = secretive.folder.glob(".wfe/wfe.run/*/*/work")
    # What the step itself writes into its file of outputs lies there while it runs, and no longer.
    assert OTHER in (work / "output").read_text("utf-8")
    (work / "output").write_bytes(b"")
    assert leaks(kept(secretive.folder)) == []
    (work / "output").write_text(f"x={OTHER}\n", "utf-8")
    secretive.write("", "go")
    eventually(lambda: list(secretive.folder.glob(".wfe/wfe.run/*/*/result.json")))
    assert not work.exists()
    assert leaks(kept(secretive.folder)) == []
    done = secretive.wfe("resume", "r")
    assert done.returncode == 1
    assert "its result was taken" in done.stdout
    assert "output 'x' contains the secret OTHER" in done.stdout
    assert leaks((done.stdout + done.stderr).encode() + kept(secretive.folder)) == []


def test_the_needles_are_found_where_they_are() -> None:
    """The search of this file finds each form."""
    assert leaks(f"x{SECRET[3:12]}x".encode())
    for shift in range(3):
        assert leaks(base64.b64encode(b"x" * shift + OTHER.encode() + os.urandom(2)))
    assert leaks(urllib.parse.quote(SECRET).encode())
    assert not leaks(b"*** and nothing else")

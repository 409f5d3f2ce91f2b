# ruff: noqa: E501 - a table of configs reads better in one line each
from __future__ import annotations

import pytest

from wfe_yaml import YamlError, load_workflow_from_str
from wfe_yaml.errors import Code

TEXT = "workflow:\n  id: w\n  inputs: {{v: string}}\n  steps:\n    - {{name: a, type: {kind}, config: {{{config}}}}}\n"

RUN = [
    ("shell", "shell: {argv: [sh, -c, '@@']}"),
    ("shell", "shell: {argv: [bash, -euo, pipefail, -c, 'echo @@']}"),
    ("shell", "shell: {argv: [env, python3, -c, 'print(\"@@\")']}"),
    ("shell", "shell: {argv: [bash]}, stdin: '@@'"),
    ("shell", "run: sh, stdin: '@@'"),
    ("shell", "run: 'if true; then bash -s a; fi', stdin: 'echo @@'"),
    ("shell", "run: 'coproc sh', stdin: '@@'"),
    ("docker", "image: i, command: [sh, -ec, 'echo @@']"),
    ("docker", "image: i, entrypoint: sh, command: [-c, 'echo @@']"),
    ("docker", "image: i, entrypoint: sh, stdin: '@@'"),
    ("docker", "image: i, run: 'cat | sh', stdin: '@@'"),
    ("zypi", "image: i, command: [perl, -e, '@@']"),
]


@pytest.mark.parametrize(("kind", "config"), RUN)
def test_what_a_shell_in_a_list_or_an_input_would_run_is_refused(kind: str, config: str) -> None:
    """Without a shell around it, too: code for one, as an argument or as input, cannot be a value."""
    text = TEXT.format(kind=kind, config=config).replace("@@", "$<< inputs.v >>")
    with pytest.raises(YamlError) as caught:
        load_workflow_from_str(text)
    (problem,) = caught.value.problems
    assert problem.code is Code.PLACEMENT
    assert problem.location is not None
    assert text[problem.location.start :].startswith("$<< inputs.v >>")
    assert "env:" in str(problem.hint)


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("shell", "shell: {argv: [cat, '@@']}, stdin: '@@'"),
        ("shell", "shell: {argv: [sh, -c, 'cat; echo \"$1\"', _, '@@']}, stdin: '@@'"),
        ("shell", "run: 'cat; sh x.sh; bash < other', stdin: '@@'"),
        ("shell", "run: 'import sys', shell: python, stdin: '@@'"),
        ("docker", "image: i, command: [python3, run.py, '@@'], stdin: '@@'"),
        ("docker", "image: i, run: \"#!/usr/bin/env python3\\nprint(input())\", stdin: '@@'"),
        ("zypi", "image: i, command: [sh, -c, 'echo \"$1\"', _, '@@'], stdin: '@@'"),
    ],
)
def test_a_value_that_stays_an_argument_or_data_is_let_in(kind: str, config: str) -> None:
    """Each element of a list stays one argument, and what a program reads is its data."""
    load_workflow_from_str(TEXT.format(kind=kind, config=config).replace("@@", "$<< inputs.v >>"))

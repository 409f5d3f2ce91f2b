"""Commands that are given as a list: no shell reads them, but they may start one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_yaml.errors import Code
from wfe_yaml.expressions.shell.contexts import USE_ENV, Command, Spot, Word
from wfe_yaml.expressions.shell.placement import runs_input
from wfe_yaml.expressions.shell.programs import Programs, basename
from wfe_yaml.expressions.shell.reasons import INPUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_yaml.expressions.templates import Expression, Template
    from wfe_yaml.source.problems import Problems


def check_arguments(arguments: Sequence[Template], stdin: Template | None, problems: Problems) -> None:
    """Refuse expressions whose values a shell or an interpreter would run: `[sh, -c, 'echo $<< … >>']`.

    Args:
        arguments: the program and its arguments.
        stdin: what it reads.
        problems: where refusals are noted.
    """
    expressions: list[Expression] = []
    words: list[Word] = []
    for template in arguments:
        word = Word(0, quoted=True)
        for part in template.parts:
            if isinstance(part, str):
                word.add(part)
                continue
            word.holes.append(len(expressions))
            word.direct.append(len(expressions))
            word.add(None)
            expressions.append(part)
        words.append(word)
    if not words:
        return
    programs = Programs([Spot(0) for _ in expressions])
    command = Command(words=words)
    programs.programs(basename(words[0]), command, words)
    refused = [
        (each, spot.refused) for each, spot in zip(expressions, programs.spots, strict=True) if spot.refused
    ]
    for expression, why in refused:
        problems.add(Code.PLACEMENT, f"an expression cannot stand here: {why}", expression.location, USE_ENV)
    if command.reads_code and stdin is not None:
        _refuse(stdin, problems)


def check_input(script: Template, stdin: Template | None, problems: Problems, *, bash: bool) -> None:
    """Refuse the expressions in what a script reads, if it runs that as code: `run: sh`."""
    if stdin is not None and not stdin.constant and runs_input(script, arrays=bash):
        _refuse(stdin, problems)


def _refuse(stdin: Template, problems: Problems) -> None:
    for expression in stdin.expressions:
        message = f"an expression cannot stand here: {INPUT}"
        problems.add(Code.PLACEMENT, message, expression.location, USE_ENV)

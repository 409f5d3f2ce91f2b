"""What commands do with their arguments: which of them run, compute or name something with a value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wfe_yaml.expressions.shell.contexts import ScriptError
from wfe_yaml.expressions.shell.programs import (
    ENVIRONMENTS,
    RUNNING_BUILTINS,
    WRAPPERS,
    Programs,
    basename,
    is_stream,
    path_before_hole,
)
from wfe_yaml.expressions.shell.reasons import (
    CODE,
    COMMAND,
    INTEGER_VARIABLES,
    NAMES,
    OPTIONS,
    SPECIAL,
    STDIN,
    TEST,
)
from wfe_yaml.expressions.shell.variables import forbidden_variable

if TYPE_CHECKING:
    from wfe_yaml.expressions.shell.contexts import Command, Spot, Word

_EVALUATING = frozenset(
    {"eval", "trap", "source", ".", "fc", "bind", "complete", "compgen", "enable", "hash"}
)
"""Builtins whose arguments become code."""
_NAMING = frozenset({
    "declare", "typeset", "local", "read", "unset", "let", "getopts", "mapfile", "readarray", "wait",
    "compopt",
})  # fmt: skip
"""Builtins whose arguments are names or arithmetic."""
_READING = frozenset({"read", "mapfile", "readarray"})
"""Those of them that set variables to what comes in."""
_SETTING = frozenset({"export", "readonly"})
"""Builtins that take NAME=value; the value is safe, the name is not."""
_MOST_STARTS = 50
"""How many words of a command may come before the one that names it; then nothing is let in."""
_ARITHMETIC_TESTS = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_TEXT_TESTS = frozenset({"=", "==", "!=", "<", ">", "=~", "-nt", "-ot", "-ef"})
_SAFE_UNARY = frozenset({f"-{letter}" for letter in "abcdefghknoprstuwxzGLNOS"})


@dataclass(slots=True)
class Facts:
    """What is known of a whole script, and what a second reading of it starts from."""

    typed: bool = False
    """It declares integer variables or references."""
    functions: set[str] = field(default_factory=set[str])
    """Its functions that run what comes on their standard input."""

    def copy(self) -> Facts:
        """Give the same facts once more."""
        return Facts(self.typed, set(self.functions))


class Rules(Programs):
    """Judges commands; the verdicts go into the spots.

    Args:
        spots: the place of each expression, by number.
        facts: what is known of the script.
    """

    def __init__(self, spots: list[Spot], facts: Facts) -> None:
        super().__init__(spots)
        self.facts = facts
        self._assigned: list[int] = []
        self._kept: list[Command] = []
        """`exec` without a command: what it opens is read by what comes after it."""
        self._code_read = False
        """Something in the script runs its standard input."""
        self.reads_input: bool = False
        """And that may be the standard input of the script."""

    def finish(self) -> None:
        """Judge what only the whole script can tell."""
        if self.facts.typed:
            self.refuse(self._assigned, INTEGER_VARIABLES)
        if self._code_read:
            for command in self._kept:
                self.refuse(command.fed, STDIN)

    def assign(self, name: str | None, holes: list[int]) -> None:
        """Judge that a variable (None: its name is not known) is set to these expressions."""
        if name is None or forbidden_variable(name):
            self.refuse(holes, SPECIAL.format(name=name or ""))
        self._assigned.extend(holes)

    # ------------------------------------------------------------ commands

    def judge(self, command: Command) -> None:
        """Judge a command whose words are complete.

        Raises:
            ScriptError: it changes how the rest of the script is read.
        """
        for word in command.assignments:
            self.assign(word.assigns, word.holes)
            for number in word.direct:
                self.spots[number].whole_word = False
        self._start(command)
        self._code_read = self._code_read or command.reads_code

    def _start(self, command: Command) -> None:
        """Find the word that names the command, and judge the rest by it."""
        words = command.words
        for _ in range(_MOST_STARTS):
            if not words:
                return
            first = words[0]
            name = basename(first)
            if first.holes and not path_before_hole(first):
                self.refuse(first.direct, COMMAND)
                for number in first.direct:
                    self.spots[number].whole_word = False
            if first.literal is not None:
                self._builtin(first.literal, command, words[1:])
            elif name is None and all((word.literal or "").startswith("-") for word in words[1:]):
                # `… | $SHELL`: nobody knows what it does with its input.
                command.reads_code = command.reads_code or not first.text.startswith(("./", "../"))
            self.programs(name, command, words)
            if first.braces or _is_pattern(first):
                self.refuse_words(words, COMMAND)
            if name is not None and name in ENVIRONMENTS:
                self.environment(name, command, words[1:])
            elif name is not None and name in WRAPPERS:
                self.wrapped(name, command, words[1:])
            if first.literal not in RUNNING_BUILTINS and not first.splits:
                return
            # `command …` runs what follows; `$X …` does, too, when X is empty.
            words = _behind_options(first.literal, words[1:])
        self.refuse_words(words, COMMAND)

    def judge_pipeline(self, pipeline: list[Command]) -> bool:
        """Judge what flows into a command that runs its input; tells whether there is one."""
        reading = [place for place, command in enumerate(pipeline) if command.reads_code]
        if not reading:
            return False
        self._code_read = True
        # The first one may hand on what it reads: `cat | sh`.
        self.reads_input = self.reads_input or not pipeline[0].has_input
        for command in pipeline[: reading[-1]]:
            self.refuse(command.holes(), STDIN)
        for place in reading:
            self.refuse(pipeline[place].redirected, STDIN)
        return True

    def _builtin(self, name: str, command: Command, args: list[Word]) -> None:
        everything = [hole for arg in args for hole in arg.holes]
        if name in _EVALUATING:
            self.refuse(everything, CODE.format(name=name))
            if name in ("source", ".") and any(map(is_stream, args)):
                command.reads_code = True
        elif name == "alias" and args:
            raise ScriptError("alias changes how the rest of the script is read", args[0].start)
        elif name in _NAMING:
            self.refuse(everything, NAMES.format(name=name))
            if name in ("declare", "typeset", "local"):
                self._note_types(args)
            elif name in _READING:
                self._reading(name, command, args)
        elif name in self.facts.functions:
            command.reads_code = True
        elif name in _SETTING:
            for arg in args:
                self._setting(name, arg)
        elif name == "printf":
            self._printf(args)
        elif name in ("test", "["):
            self._test(name, args)
        elif name == "set":
            self._after_dashes(name, args)
        elif name == "exec" and not args:
            self._kept.append(command)

    def _reading(self, name: str, command: Command, args: list[Word]) -> None:
        """`read PATH`, `mapfile -C code`, or any of them where variables may be integers or references."""
        special = any(arg.literal is None or forbidden_variable(arg.literal) for arg in args)
        calls = name != "read" and any(re.fullmatch("-[A-Za-z]*C.*", arg.text) for arg in args)
        if special or calls or self.facts.typed:
            command.reads_code = True

    def _note_types(self, args: list[Word]) -> None:
        """Notice `declare -i`, `declare -n` and options that cannot be read: assignments are evaluated."""
        for arg in args:
            hidden = not arg.static and arg.text[:1] in ("", "-", "+")
            if hidden or re.fullmatch(r"[-+][A-Za-z]*[in][A-Za-z]*", arg.text):
                self.facts.typed = True

    def _setting(self, name: str, arg: Word) -> None:
        variable, equals, _ = arg.text.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*\+?", variable):
            self.refuse(arg.holes, NAMES.format(name=name))
        elif forbidden_variable(variable.rstrip("+")):
            self.refuse(arg.holes, SPECIAL.format(name=variable))
        else:
            self._assigned.extend(arg.holes)

    def _printf(self, args: list[Word]) -> None:
        """`printf -v NAME`: until a format that is certainly no option, a value could be one."""
        while args:
            first, args = args[0], args[1:]
            if first.literal == "-v":
                self.refuse(args[0].holes if args else [], NAMES.format(name="printf -v"))
                variable = args[0].literal if args else None
                args = args[1:]
                self.assign(variable, [hole for arg in args for hole in arg.holes])
            elif first.literal == "--":
                return
            else:
                if first.text[:1] in ("", "-"):
                    self.refuse(first.holes, OPTIONS.format(name="printf"))
                if first.splits:
                    self.refuse_words(args, OPTIONS.format(name="printf"))
                return

    def _after_dashes(self, name: str, args: list[Word]) -> None:
        for arg in args:
            if arg.literal == "--":
                return
            self.refuse(arg.holes, OPTIONS.format(name=name))

    # ------------------------------------------------------------ tests

    def judge_conditional(self, words: list[Word]) -> None:
        """Judge one primary of `[[ … ]]`."""
        if len(words) == 3 and words[1].literal is not None:  # noqa: PLR2004
            self._binary("[[", words[0], words[1].literal, words[2])
        elif len(words) == 2:  # noqa: PLR2004
            self._unary("[[", words[0], words[1])
        elif len(words) > 1:
            self.refuse_words(words, TEST.format(name="[["))

    def _test(self, name: str, args: list[Word]) -> None:
        if name == "[" and args and args[-1].literal == "]":
            args = args[:-1]
        for arg in args:
            for number in arg.direct:
                self.spots[number].whole_word = False
        if args and args[0].literal == "!":
            args = args[1:]
        if len(args) <= 1:
            return
        if len(args) == 2:  # noqa: PLR2004
            self._unary(name, args[0], args[1])
        elif len(args) == 3 and args[1].literal is not None:  # noqa: PLR2004
            self._binary(name, args[0], args[1].literal, args[2])
        else:
            self.refuse_words(args, TEST.format(name=name) + ": write one comparison, or use [[ ]]")

    def _unary(self, name: str, operator: Word, operand: Word) -> None:
        if operator.literal not in _SAFE_UNARY:
            self.refuse_words([operator, operand], TEST.format(name=name))

    def _binary(self, name: str, left: Word, operator: str, right: Word) -> None:
        if operator in _ARITHMETIC_TESTS:
            for number in (*left.holes, *right.holes):
                self.spots[number].integer = True
        elif operator not in _TEXT_TESTS:
            self.refuse_words([left, right], TEST.format(name=name))


def _is_pattern(word: Word) -> bool:
    """Whether a command is named by a pattern, `/bin/s[h]`, which bash fits to the names of files."""
    text = word.literal
    return text is not None and not word.quoted and "[" in text and text.find("]") > text.find("[")


def _behind_options(name: str | None, words: list[Word]) -> list[Word]:
    """Give what follows the options of `command`, `exec` and kin, or of a command that may be nothing."""
    options = 0
    while options < len(words) and (words[options].literal or "").startswith("-"):
        options += 1
        if name == "exec" and (words[options - 1].literal or "").endswith("a"):
            options += 1
    return words[options:]

"""What commands do with their arguments: which of them run, compute or name something with a value."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from wfe_yaml.expressions.shell.contexts import Command, Spot, Word

_EVALUATING = frozenset(
    {"eval", "trap", "source", ".", "alias", "fc", "bind", "complete", "compgen", "enable"}
)
"""Builtins whose arguments become code."""
_NAMING = frozenset({
    "declare", "typeset", "local", "read", "unset", "let", "getopts", "mapfile", "readarray", "wait",
    "compopt",
})  # fmt: skip
"""Builtins whose arguments are names or arithmetic."""
_SETTING = frozenset({"export", "readonly"})
"""Builtins that take NAME=value; the value is safe, the name is not."""
_POSITIONAL = frozenset({"timeout", "chroot", "flock", "taskset", "chrt", "gosu", "faketime"})
"""Wrappers with one argument of their own before the command."""
_TARGETS = frozenset({"find", "docker", "podman", "nerdctl", "kubectl", "env", "sudo", "doas"})
"""Wrappers whose command does not simply come first, or that are judged elsewhere."""
_RUNNING_BUILTINS = frozenset({"command", "builtin", "exec"})
_WRAPPERS = frozenset({
    "env", "sudo", "doas", "nohup", "nice", "ionice", "time", "timeout", "xargs", "stdbuf", "setsid",
    "chroot", "flock", "busybox", "find", "docker", "podman", "nerdctl", "kubectl", "unshare", "nsenter",
    "chrt", "taskset", "strace", "ltrace", "caffeinate", "arch", "gosu", "tini", "dumb-init", "faketime",
    "proot", *_RUNNING_BUILTINS,
})  # fmt: skip
"""Commands that run another command, named by their arguments."""
_ENVIRONMENTS = frozenset({"env", "sudo", "doas"})
_WHO = frozenset({"-u", "-g", "-C", "-p", "--user", "--group", "--chdir"})
"""Options of those whose value is an argument of its own."""
_SHELLS = frozenset(
    {"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "rbash", "csh", "tcsh", "yash", "pwsh"}
)
_INTERPRETERS = re.compile(
    r"(python|pypy|perl|ruby|node|nodejs|php|lua|luajit|Rscript|osascript|tclsh|guile|deno|bun)[\d.]*"
)
_CODE_OPTIONS = re.compile(r"-[A-Za-z0-9]*[cerpE]|--eval|--print|--execute|--command|eval")
_SHELL_CODE_OPTION = re.compile(r"[-+][A-Za-z]*c[A-Za-z]*")
_TAKES_VALUE = frozenset({"-o", "+o", "-O", "+O", "--rcfile", "--init-file"})
_INTERPRETER_VALUES = frozenset({"-W", "-X", "-I", "-r", "--require", "--import", "--loader", "-d"})
_PROGRAM_VALUES = frozenset({"-v", "-F", "-l", "--assign", "--field-separator"})
_PROGRAM_TEXT = re.compile(r"[gmn]?awk|g?sed")
"""Their program text can run commands: awk's `system`, sed's `e`."""
_REMOTE = frozenset({
    "ssh", "rsh", "mosh", "watch", "parallel", "at", "batch", "crontab", "su", "runuser", "script", "expect",
    "ed", "ex",
})  # fmt: skip
"""All their arguments, or their input, are given to a shell or can run one."""
_MOST_STARTS = 50
"""How many words of a command may come before the one that names it; then nothing is let in."""
_MOST_PROGRAMS = 100
"""How many programs that run code a command may name; then nothing is let in."""
_ARITHMETIC_TESTS = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_TEXT_TESTS = frozenset({"=", "==", "!=", "<", ">", "=~", "-nt", "-ot", "-ef"})
_SAFE_UNARY = frozenset({f"-{letter}" for letter in "abcdefghknoprstuwxzGLNOS"})
_FORBIDDEN_VARIABLES = re.compile(
    r"PATH|IFS|ENV|BASH.*|LD_.*|DYLD_.*|PS[0-9]|PROMPT_COMMAND|SHELLOPTS|GLOBIGNORE|PYTHON(PATH|HOME|STARTUP)|"
    r"NODE_OPTIONS|NODE_PATH|PERL5(LIB|OPT|DB)|RUBY(LIB|OPT)|GIT_(SSH.*|EXEC_PATH|CONFIG.*|ASKPASS|PAGER|EDITOR)|"
    r"EDITOR|VISUAL|PAGER|SHELL|RANDOM|SRANDOM|SECONDS|LINENO|OPTIND|OPTARG|HISTCMD|FUNCNAME|DIRSTACK|GROUPS|"
    r"U?EUID|UID|PPID|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|CDPATH|HOME|TMPDIR|WFE_.*|__WFE.*"
)


def forbidden_variable(name: str) -> bool:
    """Whether a variable changes how programs run, so that no value of an expression may set it."""
    return _FORBIDDEN_VARIABLES.fullmatch(name) is not None


def _runs_code(program: str) -> bool:
    return reads_code_from(program) or program in _REMOTE or _PROGRAM_TEXT.fullmatch(program) is not None


def reads_code_from(name: str) -> bool:
    """Whether a command of this name runs code that it is given."""
    return name in _SHELLS or _INTERPRETERS.fullmatch(name) is not None


class Rules:
    """Judges commands; the verdicts go into the spots.

    Args:
        spots: the place of each expression, by number.
    """

    def __init__(self, spots: list[Spot]) -> None:
        self._spots = spots
        self._assigned: list[int] = []
        self._typed_variables = False

    def refuse(self, holes: list[int], why: str) -> None:
        """Refuse these expressions."""
        for number in holes:
            self._spots[number].refuse(why)

    def finish(self) -> None:
        """Judge what only the whole script can tell."""
        if self._typed_variables:
            self.refuse(self._assigned, INTEGER_VARIABLES)

    # ------------------------------------------------------------ commands

    def judge(self, command: Command) -> None:
        """Judge a command whose words are complete."""
        for word in command.assignments:
            if word.assigns and forbidden_variable(word.assigns):
                self.refuse(word.holes, SPECIAL.format(name=word.assigns))
            self._assigned.extend(word.holes)
            for number in word.direct:
                self._spots[number].whole_word = False
        words = command.words
        for _ in range(_MOST_STARTS):
            if not words:
                return
            name = _basename(words[0])
            if words[0].holes and not _path_before_hole(words[0]):
                self.refuse(words[0].direct, COMMAND)
                for number in words[0].direct:
                    self._spots[number].whole_word = False
            if words[0].literal is not None:
                self._builtin(words[0].literal, words[1:])
            self._programs(name, command, words)
            if words[0].braces:
                self._refuse_words(words, COMMAND)
            if name in _WRAPPERS and name not in _TARGETS:
                self._wrapped(name, words[1:])
            if words[0].literal not in _RUNNING_BUILTINS and not words[0].splits:
                return
            # `command …` runs what follows; `$X …` does, too, when X is empty.
            words = words[1:]
            options = 0
            while options < len(words) and (words[options].literal or "").startswith("-"):
                options += 1
            words = words[options:]
        self._refuse_words(words, COMMAND)

    def _wrapped(self, name: str, args: list[Word]) -> None:
        """`nohup …`, `timeout 5 …`: a value must not be the command that is run."""
        own = 1 if name in _POSITIONAL else 0
        for arg in args:
            literal = arg.literal
            if literal is not None and (literal.startswith("-") or literal.isdecimal()) and not own:
                continue
            if literal is not None and literal.startswith("-"):
                continue
            if own and not arg.splits:
                own -= 1
                for number in arg.direct:
                    self._spots[number].whole_word = False
                continue
            if not _path_before_hole(arg):
                self.refuse(arg.direct, COMMAND)
            if not arg.splits:
                return

    def judge_pipeline(self, pipeline: list[Command]) -> bool:
        """Judge what flows into a command that runs its input; tells whether there is one."""
        reading = [place for place, command in enumerate(pipeline) if command.reads_code]
        if not reading:
            return False
        for command in pipeline[: reading[-1]]:
            self.refuse(command.holes(), STDIN)
        for place in reading:
            self.refuse(pipeline[place].redirected, STDIN)
        return True

    def _builtin(self, name: str, args: list[Word]) -> None:
        everything = [hole for arg in args for hole in arg.holes]
        if name in _EVALUATING:
            self.refuse(everything, CODE.format(name=name))
        elif name in _NAMING:
            self.refuse(everything, NAMES.format(name=name))
            if name in ("declare", "typeset", "local"):
                self._note_types(args)
        elif name in _SETTING:
            for arg in args:
                self._setting(name, arg)
        elif name == "printf":
            self._printf(args)
        elif name in ("test", "["):
            self._test(name, args)
        elif name == "set":
            self._after_dashes(name, args)
        elif name in _ENVIRONMENTS:
            self._environment(args)

    def _note_types(self, args: list[Word]) -> None:
        """Notice `declare -i`, `declare -n` and options that cannot be read: assignments are evaluated."""
        for arg in args:
            hidden = not arg.static and arg.text[:1] in ("", "-", "+")
            if hidden or re.fullmatch(r"[-+][A-Za-z]*[in][A-Za-z]*", arg.text):
                self._typed_variables = True

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
                args = args[1:]
            elif first.literal == "--":
                return
            else:
                if first.text[:1] in ("", "-"):
                    self.refuse(first.holes, OPTIONS.format(name="printf"))
                if first.splits:
                    self._refuse_words(args, OPTIONS.format(name="printf"))
                return

    def _after_dashes(self, name: str, args: list[Word]) -> None:
        for arg in args:
            if arg.literal == "--":
                return
            self.refuse(arg.holes, OPTIONS.format(name=name))

    def _environment(self, args: list[Word]) -> None:
        """`env NAME=value … command`: what comes before the command sets variables or is the command."""
        before = ""
        for arg in args:
            literal = arg.literal
            if literal is None or "=" in literal:
                match = re.match(r"([A-Za-z_][A-Za-z0-9_]*)=", arg.text)
                if match and forbidden_variable(match[1]):
                    self.refuse(arg.holes, SPECIAL.format(name=match[1]))
                elif not match and before not in _WHO and not _path_before_hole(arg):
                    self.refuse(arg.direct, COMMAND)
            elif not literal.startswith("-") and before not in _WHO:
                return
            before = literal or ""

    # ------------------------------------------------------------ tests

    def judge_conditional(self, words: list[Word]) -> None:
        """Judge one primary of `[[ … ]]`."""
        if len(words) == 3 and words[1].literal is not None:  # noqa: PLR2004
            self._binary("[[", words[0], words[1].literal, words[2])
        elif len(words) == 2:  # noqa: PLR2004
            self._unary("[[", words[0], words[1])
        elif len(words) > 1:
            self._refuse_words(words, TEST.format(name="[["))

    def _test(self, name: str, args: list[Word]) -> None:
        if name == "[" and args and args[-1].literal == "]":
            args = args[:-1]
        for arg in args:
            for number in arg.direct:
                self._spots[number].whole_word = False
        if args and args[0].literal == "!":
            args = args[1:]
        if len(args) <= 1:
            return
        if len(args) == 2:  # noqa: PLR2004
            self._unary(name, args[0], args[1])
        elif len(args) == 3 and args[1].literal is not None:  # noqa: PLR2004
            self._binary(name, args[0], args[1].literal, args[2])
        else:
            self._refuse_words(args, TEST.format(name=name) + ": write one comparison, or use [[ ]]")

    def _unary(self, name: str, operator: Word, operand: Word) -> None:
        if operator.literal not in _SAFE_UNARY:
            self._refuse_words([operator, operand], TEST.format(name=name))

    def _binary(self, name: str, left: Word, operator: str, right: Word) -> None:
        if operator in _ARITHMETIC_TESTS:
            for number in (*left.holes, *right.holes):
                self._spots[number].integer = True
        elif operator not in _TEXT_TESTS:
            self._refuse_words([left, right], TEST.format(name=name))

    def _refuse_words(self, words: list[Word], why: str) -> None:
        for word in words:
            self.refuse(word.holes, why)

    # ------------------------------------------------------------ programs

    def _programs(self, name: str | None, command: Command, words: list[Word]) -> None:
        """Judge programs that run code: shells, interpreters, awk and sed; also behind wrappers."""
        wrapped = name in _WRAPPERS
        if name is None or wrapped:
            self._option_c(words)
        programs = 0
        for place, word in enumerate(words):
            program = _basename(word)
            if program is None or not _runs_code(program):
                continue
            programs += 1
            if programs > _MOST_PROGRAMS:
                self._refuse_words(words, CODE.format(name=program))
                command.reads_code = True
                return
            args, certain = words[place + 1 :], place == 0 or wrapped
            if program in _REMOTE and certain:
                self._refuse_words(args, CODE.format(name=program))
                command.reads_code = True
            elif program in _SHELLS:
                self._shell(program, command, args, certain=certain)
            elif _INTERPRETERS.fullmatch(program):
                self._interpreter(program, command, args, certain=certain)
            elif _PROGRAM_TEXT.fullmatch(program) and certain:
                self._program_text(program, args)
            else:
                continue
            # What xargs reads becomes arguments, which for these may be code.
            command.reads_code = command.reads_code or name == "xargs"

    def _option_c(self, words: list[Word]) -> None:
        """A command that is not known (`$SHELL -c …`, `flock f -c …`): the word after `-c` may be code."""
        for option, code in pairwise(words):
            if option.literal is not None and _SHELL_CODE_OPTION.fullmatch(option.literal):
                self.refuse(code.holes, CODE.format(name=option.literal))

    def _shell(self, name: str, command: Command, args: list[Word], *, certain: bool) -> None:
        """Refuse what becomes the code (or an option before it) of a shell with these arguments."""
        code, place = False, 0
        while place < len(args):
            arg = args[place]
            if arg.splits and (certain or code):
                self._refuse_words(args[place:], CODE.format(name=name))
            literal = arg.literal
            if literal in _TAKES_VALUE:
                self._refuse_words(args[place + 1 : place + 2], CODE.format(name=name))
                place += 2
                continue
            if literal is not None and _SHELL_CODE_OPTION.fullmatch(literal) and literal != "--":
                code = True
            elif literal is None or literal[:1] not in ("-", "+"):
                break
            elif literal == "-s":
                command.reads_code = command.reads_code or certain
            place += 1
        script = args[place : place + 1]
        if code or certain:
            self._refuse_words(script, CODE.format(name=f"{name} -c" if code else name))
        if certain and not script:
            command.reads_code = True

    def _interpreter(self, name: str, command: Command, args: list[Word], *, certain: bool) -> None:
        """Refuse inline code of python, perl, node and kin, and the name of the file to run."""
        code = False
        rest = iter(args)
        for arg in rest:
            literal = arg.literal
            if literal is not None and _CODE_OPTIONS.fullmatch(literal):
                self.refuse(next(rest, arg).holes, CODE.format(name=f"{name} {literal}"))
                code = True
            elif literal in _INTERPRETER_VALUES:
                self.refuse(next(rest, arg).holes, CODE.format(name=name))
            elif arg.splits and certain:
                self._refuse_words([arg, *rest], CODE.format(name=name))
            elif literal is None or literal[:1] != "-" or literal == "-":
                if certain and not code and arg.text[:1] in ("", "-"):
                    self.refuse(arg.holes, CODE.format(name=name))
                command.reads_code = command.reads_code or (certain and literal == "-")
                return
        if certain and not code and not any(arg.literal in ("--version", "-V", "-v") for arg in args):
            command.reads_code = True

    def _program_text(self, name: str, args: list[Word]) -> None:
        """Refuse the program text of awk and sed: `-e` texts, else the first argument that is no option."""
        seen = False
        rest = iter(args)
        for arg in rest:
            literal = arg.literal
            if literal in ("-e", "--expression", "-f", "--file"):
                self.refuse(next(rest, arg).holes, CODE.format(name=name))
                seen = True
            elif literal in _PROGRAM_VALUES:
                next(rest, None)
            elif arg.splits and not seen:
                self._refuse_words([arg, *rest], CODE.format(name=name))
            elif literal is not None and literal.startswith("-") and literal != "-":
                continue
            elif not seen:
                self.refuse(arg.holes, CODE.format(name=name))
                seen = True


def _basename(word: Word) -> str | None:
    literal = word.literal
    return None if literal is None else literal.rpartition("/")[2]


def _path_before_hole(word: Word) -> bool:
    """Whether a command word begins with a fixed path, so that its value cannot name a builtin."""
    return "/" in word.text

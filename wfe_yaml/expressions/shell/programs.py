"""What programs do with their arguments and their input: shells, interpreters, awk, sed, what runs those."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from wfe_yaml.expressions.shell.reasons import CODE, COMMAND, SPECIAL
from wfe_yaml.expressions.shell.variables import forbidden_variable

if TYPE_CHECKING:
    from wfe_yaml.expressions.shell.contexts import Command, Spot, Word

_POSITIONAL = frozenset({"timeout", "chroot", "flock", "taskset", "chrt", "gosu", "su-exec", "faketime"})
"""Wrappers with one argument of their own before the command."""
_TARGETS = frozenset({
    "find", "docker", "podman", "nerdctl", "kubectl", "docker-compose", "podman-compose", "oc", "crictl",
    "buildah", "lxc", "incus", "nomad", "limactl", "vagrant", "heroku", "gcloud", "machinectl", "ansible",
    "npx", "env", "sudo", "doas", "jobs",
})  # fmt: skip
"""Wrappers whose command does not simply come first, or that are judged elsewhere."""
RUNNING_BUILTINS = frozenset({"command", "builtin", "exec", "jobs"})
"""Builtins that run the command, or the builtin, that their arguments name."""
WRAPPERS = frozenset({
    "nohup", "nice", "ionice", "time", "xargs", "stdbuf", "setsid", "busybox", "unshare", "nsenter", "strace",
    "ltrace", "caffeinate", "arch", "tini", "dumb-init", "proot", "sshpass", "systemd-run", "systemd-inhibit",
    "bwrap", "firejail", "torsocks", "proxychains", "proxychains4", "unbuffer", "valgrind", "chronic",
    "fakeroot", "dbus-run-session", "xvfb-run", "pkexec", "setpriv", "runcon", "prlimit", "numactl",
    "eatmydata", "sg",
    *_POSITIONAL, *_TARGETS, *RUNNING_BUILTINS,
})  # fmt: skip
"""Commands that run another command, named by their arguments."""
_OWN_VALUES = {
    "xargs": "-I -n -L -P -d -a -E -s",
    "stdbuf": "-i -o -e",
    "nice": "-n",
    "ionice": "-c -n -p",
    "timeout": "-k -s",
    "time": "-f -o",
    "flock": "-w -E",
    "strace": "-o -e -p -s -u -E -a -b -I -O -S",
    "ltrace": "-o -e -p -s -u -a -n -l -F",
    "chrt": "-T -P -D",
    "sshpass": "-p -f -d -P",
    "systemd-run": "-p -u -M -H -E",
    "unbuffer": "",
    "prlimit": "-p",
    "numactl": "-N -m -C -i -p",
    "bwrap": "",
    "setpriv": "",
}
"""Options of wrappers whose value is an argument of its own."""
_SHELL_WITHOUT_COMMAND = frozenset({"chroot", "unshare", "nsenter", "pkexec", "machinectl", "sg", "firejail"})
"""Wrappers that run a shell, which reads its input, when no command is given."""
ENVIRONMENTS = frozenset({"env", "sudo", "doas"})
"""Wrappers that take NAME=value before the command."""
_LOGIN = re.compile(r"-[A-Za-z]*[si]|--shell|--login")
"""With these options `sudo` and `doas` run a shell."""
_WHO = frozenset({"-u", "-g", "-C", "-p", "--user", "--group", "--chdir"})
"""Options of those whose value is an argument of its own."""
_SHELLS = frozenset({
    "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "rbash", "csh", "tcsh", "yash", "pwsh", "nu",
    "xonsh", "elvish",
})  # fmt: skip
_CLUSTER = re.compile(r"[-+][A-Za-z]+")
"""Options of one letter each, written together."""
_LONG_VALUES = frozenset({"--rcfile", "--init-file"})
_CODE_OPTIONS = {
    "python": r"-[bBdEhiIOqsSuvVxRtP3]*c",
    "perl": r"-[A-Za-z0-9]*[eE]",
    "ruby": r"-[A-Za-z0-9]*e",
    "node": r"-[A-Za-z]*[ep]|--eval|--print|eval",
    "php": r"-[rBRE]|--run|--process-(begin|code|end)",
    "other": r"-[A-Za-z0-9]*[cerpxE]|-eval|-ex|--eval|--print|--execute|--expr|--command|eval",
}
"""Options before inline code, by kind of interpreter."""
_CODE_OPTION = {kind: re.compile(pattern) for kind, pattern in _CODE_OPTIONS.items()}
_VALUES = {
    "python": frozenset({"-W", "-X", "-Q"}),
    "perl": frozenset({"-I", "-M", "-m"}),
    "ruby": frozenset({"-I", "-r", "-C", "-E", "-K", "-T", "--require"}),
    "node": frozenset({"-r", "-C", "--require", "--import", "--loader", "--conditions", "--env-file"}),
    "php": frozenset({"-d", "-c", "-z", "-S", "-t"}),
    "other": frozenset({"-l", "-I", "-d"}),
}
"""Options whose value is an argument of its own; it may name code, too."""
_KINDS = {
    "pypy": "python",
    "ipython": "python",
    "nodejs": "node",
    "deno": "node",
    "bun": "node",
    "tsx": "node",
}
_INTERPRETERS = re.compile(
    r"(python|pypy|ipython|perl|ruby|node|nodejs|deno|bun|tsx|php|lua|luajit|Rscript|R|osascript|tclsh|guile|"
    r"julia|elixir|iex|erl|irb|groovy|scala|ghc|ghci|octave|raku|racket|sbcl|clojure|m4)[\d.]*"
)
"""Programs that run code that they are given as text or find in their input."""
_CONSOLES = frozenset({"psql", "mysql", "mariadb", "sqlite3", "gdb", "dc", "sftp", "lftp", "ftp", "gnuplot"})
"""Programs whose commands, in their input or after an option, can run others: psql's and mysql's `\\!`."""
_CONSOLE_CODE = re.compile(
    r"-(c|e|f|ex|cmd|init)|--(command|execute|file|expression|eval-command|init-command)=?"
)
_AWK = re.compile(r"[gmn]?awk")
_SED = re.compile(r"g?sed")
"""Their program text can run commands: awk's `system`, sed's `e`."""
_AWK_CODE = re.compile(r"-[eEfil]|--source|--file|--exec|--include|--load")
_AWK_VALUES = frozenset({"-v", "-F", "--assign", "--field-separator"})
_AWK_ASSIGNS = re.compile(r"-v[A-Za-z_]\w*=|-F|--assign=\w+=|--field-separator=")
_SED_CODE = re.compile(r"-[nErsuzbi]*[ef]|--expression|--file")
_SED_VALUES = frozenset({"-l", "--line-length"})
_REMOTE = frozenset({
    "ssh", "rsh", "mosh", "watch", "parallel", "at", "batch", "crontab", "su", "runuser", "script", "expect",
    "ed", "ex", "entr", "pdsh", "clush",
})  # fmt: skip
"""All their arguments, or their input, are given to a shell or can run one."""
_STREAM = re.compile(r"-|/dev/stdin|/dev/fd/\d+|/proc/(self|\d+)/fd/\d+")
_MOST_PROGRAMS = 100
"""How many programs that run code a command may name; then nothing is let in."""


def is_stream(word: Word) -> bool:
    """Whether a file that is to be run is the standard input, another descriptor or `<( … )`."""
    return word.process or (word.literal is not None and _STREAM.fullmatch(word.literal) is not None)


def basename(word: Word) -> str | None:
    """Give the name of the program that a word names; None when that is not known before bash runs."""
    if word.literal is not None:
        return word.literal.rpartition("/")[2]
    _, slash, name = "".join(word.tail).rpartition("/")
    return name or None if slash else None


def path_before_hole(word: Word) -> bool:
    """Whether a command word begins with a fixed path, so that its value cannot name a builtin."""
    return "/" in word.text


def _kind(program: str) -> str:
    name = program.rstrip("0123456789.")
    name = _KINDS.get(name, name)
    return name if name in _CODE_OPTIONS else "other"


def _runs_code(program: str) -> bool:
    return (
        program in _SHELLS
        or program in _REMOTE
        or program in _CONSOLES
        or _INTERPRETERS.fullmatch(program) is not None
        or _AWK.fullmatch(program) is not None
        or _SED.fullmatch(program) is not None
    )


class Programs:
    """Judges what programs do with their arguments and their input; the verdicts go into the spots.

    Args:
        spots: the place of each expression, by number.
    """

    def __init__(self, spots: list[Spot]) -> None:
        self.spots = spots

    def refuse(self, holes: list[int], why: str) -> None:
        """Refuse these expressions."""
        for number in holes:
            self.spots[number].refuse(why)

    def refuse_words(self, words: list[Word], why: str) -> None:
        """Refuse the expressions in these words."""
        for word in words:
            self.refuse(word.holes, why)

    # ------------------------------------------------------------ wrappers

    def wrapped(self, name: str, command: Command, args: list[Word]) -> None:
        """`nohup …`, `timeout 5 …`: a value must not be the command that is run."""
        if name == "xargs":
            command.reads_code = command.reads_code or _xargs_runs_input(args)
        if name in _TARGETS:
            return
        own = 1 if name in _POSITIONAL else 0
        values = _OWN_VALUES.get(name, "").split()
        before = ""
        for arg in args:
            literal = arg.literal
            previous, before = before, literal or ""
            if literal is not None and (literal.startswith("-") or (literal.isdecimal() and not own)):
                continue
            if previous in values:
                continue
            if own and not arg.splits:
                own -= 1
                for number in arg.direct:
                    self.spots[number].whole_word = False
                continue
            if not path_before_hole(arg):
                self.refuse(arg.direct, COMMAND)
            if not arg.splits:
                return
        if name in _SHELL_WITHOUT_COMMAND:
            command.reads_code = True

    def environment(self, name: str, command: Command, args: list[Word]) -> None:
        """`env NAME=value … command`: what comes before the command sets variables or is the command."""
        before, login = "", False
        for arg in args:
            literal = arg.literal
            if literal is None or "=" in literal:
                match = re.match(r"([A-Za-z_][A-Za-z0-9_]*)=", arg.text)
                if match and forbidden_variable(match[1]):
                    self.refuse(arg.holes, SPECIAL.format(name=match[1]))
                elif arg.text.startswith("-"):
                    self.refuse(arg.holes, CODE.format(name=name))
                elif not match and before not in _WHO and not path_before_hole(arg):
                    self.refuse(arg.direct, COMMAND)
            elif not literal.startswith("-") and before not in _WHO:
                return
            elif name != "env" and before not in _WHO and _LOGIN.fullmatch(literal):
                login = True
            before = literal or ""
        command.reads_code = command.reads_code or login

    # ------------------------------------------------------------ programs that run code

    def programs(self, name: str | None, command: Command, words: list[Word]) -> None:
        """Judge programs that run code: shells, interpreters, awk and sed; also behind wrappers."""
        wrapped = name in WRAPPERS
        if name is None or wrapped:
            self._option_c(words)
        programs = 0
        for place, word in enumerate(words):
            program = basename(word)
            if program is None or not _runs_code(program):
                continue
            programs += 1
            if programs > _MOST_PROGRAMS:
                self.refuse_words(words, CODE.format(name=program))
                command.reads_code = True
                return
            self._program(program, command, words[place + 1 :], certain=place == 0 or wrapped)

    def _program(self, program: str, command: Command, args: list[Word], *, certain: bool) -> None:
        if program in _REMOTE:
            if certain:
                self.refuse_words(args, CODE.format(name=program))
                command.reads_code = True
        elif program in _SHELLS:
            self._shell(program, command, args, certain=certain)
        elif program in _CONSOLES:
            if certain:
                self._console(program, command, args)
        elif _AWK.fullmatch(program) or _SED.fullmatch(program):
            if certain:
                self._program_text(program, command, args)
        else:
            self._interpreter(program, command, args, certain=certain)

    def _option_c(self, words: list[Word]) -> None:
        """A command that is not known (`$SHELL -c …`, `flock f -c …`): the word after `-c` may be code."""
        for option, code in pairwise(words):
            literal = option.literal
            if literal is not None and _CLUSTER.fullmatch(literal) and "c" in literal:
                self.refuse(code.holes, CODE.format(name=literal))

    def _shell(self, name: str, command: Command, args: list[Word], *, certain: bool) -> None:
        """Refuse what becomes the code (or an option before it) of a shell with these arguments."""
        code, reads, place = False, False, 0
        while place < len(args):
            arg = args[place]
            literal = arg.literal
            if (arg.splits or arg.text[:1] in ("-", "+")) and literal is None and (certain or code):
                # Whatever it becomes: options, the code, or nothing at all.
                self.refuse_words(args[place:], CODE.format(name=name))
                reads = True
            if literal is None or literal[:1] not in ("-", "+"):
                break
            place += 1
            own = 1 if literal in _LONG_VALUES else 0
            if _CLUSTER.fullmatch(literal):
                code = code or "c" in literal
                reads = reads or "s" in literal
                own = sum(letter in "oO" for letter in literal)
                if name == "fish" and "C" in literal:
                    code = True
            elif literal in ("--command", "--init-command", "--commands"):
                code = True
            elif literal == "--":
                break
            self.refuse_words(args[place : place + own], CODE.format(name=name))
            place += own
        script = args[place : place + 1]
        if code or certain:
            self.refuse_words(script, CODE.format(name=f"{name} -c" if code else name))
        from_input = not script or (not code and (reads or is_stream(script[0])))
        command.reads_code = command.reads_code or (certain and from_input)

    def _interpreter(self, name: str, command: Command, args: list[Word], *, certain: bool) -> None:
        """Refuse inline code of python, perl, node and kin, and the name of the file to run."""
        kind = _kind(name)
        option, values = _CODE_OPTION[kind], _VALUES[kind]
        code, comes = False, ""
        why = CODE.format(name=name)
        for place, arg in enumerate(args):
            literal, expected, comes = arg.literal, comes, ""
            if expected:
                self.refuse(arg.holes, why)
                if literal is None or not literal.startswith("-") or expected == "value":
                    continue
            if literal is not None and option.fullmatch(literal):
                code, comes = True, "code"
            elif literal in values:
                comes = "value"
            elif arg.splits and certain:
                self.refuse_words(args[place:], why)
            elif literal is None or literal[:1] != "-" or literal == "-":
                if certain and not code and arg.text[:1] in ("", "-"):
                    self.refuse(arg.holes, why)
                if literal is None and arg.text.startswith("-"):
                    self.refuse(arg.holes, why)
                command.reads_code = command.reads_code or (certain and not code and is_stream(arg))
                return
        if certain and not code and not any(arg.literal in ("--version", "-V", "-v") for arg in args):
            command.reads_code = True

    def _console(self, name: str, command: Command, args: list[Word]) -> None:
        """Refuse what a console would run: its input, the text after an option, sqlite3's second argument."""
        code, comes, named = False, False, False
        for arg in args:
            literal = arg.literal
            option = arg.text.startswith("-")
            glued = option and literal is None and (arg.text == "-" or _CONSOLE_CODE.match(arg.text))
            if comes or glued or (named and name == "sqlite3" and not option):
                self.refuse(arg.holes, CODE.format(name=name))
                code = True
            comes = literal is not None and _CONSOLE_CODE.fullmatch(literal) is not None
            named = named or not option
        command.reads_code = command.reads_code or not code

    def _program_text(self, name: str, command: Command, args: list[Word]) -> None:
        """Refuse the program text of awk and sed: that of options, else the first argument that is none."""
        awk = _AWK.fullmatch(name) is not None
        option, values = (_AWK_CODE, _AWK_VALUES) if awk else (_SED_CODE, _SED_VALUES)
        seen, why = False, CODE.format(name=name)
        rest = iter(args)
        for arg in rest:
            literal = arg.literal
            if literal is not None and option.fullmatch(literal):
                text = next(rest, arg)
                self.refuse(text.holes, why)
                command.reads_code = command.reads_code or is_stream(text)
                seen = True
            elif literal in values:
                next(rest, None)
            elif arg.splits and not seen:
                self.refuse_words([arg, *rest], why)
            elif literal is not None and literal.startswith("-") and literal != "-":
                continue
            elif arg.text.startswith("-") and not (awk and _AWK_ASSIGNS.match(arg.text)):
                self.refuse(arg.holes, why)
            elif not seen and not arg.text.startswith("-"):
                self.refuse(arg.holes, why)
                seen = True


def _xargs_runs_input(args: list[Word]) -> bool:
    """Whether what xargs reads could become a command, or code of one."""
    values = _OWN_VALUES["xargs"].split()
    before, replaced = "", "{}"
    for place, arg in enumerate(args):
        literal = arg.literal
        previous, before = before, literal or ""
        if previous in values:
            replaced = literal or replaced if previous == "-I" else replaced
        elif re.match("-[Ii].", arg.text) or arg.text.startswith("--replace="):
            replaced = arg.text.partition("=")[2] if arg.text.startswith("--") else arg.text[2:]
        elif literal is None:
            return True
        elif not literal.startswith("-"):
            name = literal.rpartition("/")[2]
            names = [name, *(basename(each) for each in args[place:])]
            return replaced in literal or name in WRAPPERS or any(each and _runs_code(each) for each in names)
    return False

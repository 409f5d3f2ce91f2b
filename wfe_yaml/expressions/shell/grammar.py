"""The outside of words: commands, pipelines, compound commands, redirections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wfe_yaml.expressions.shell.contexts import HOLE, Command, Word
from wfe_yaml.expressions.shell.reasons import DELIMITER, DUPLICATED, NAME, STDIN
from wfe_yaml.expressions.shell.rules import Facts, Rules
from wfe_yaml.expressions.shell.scanner import META, Heredoc, WordScanner

BLANK = " \t"
_REDIRECTIONS = ("<<<", "<<-", "&>>", "<<", "<&", "<>", ">>", ">&", ">|", "&>", "<", ">")
_OPENING = frozenset({"if", "while", "until", "{"})
_GOING_ON = frozenset({"then", "else", "elif", "do", "!", "time"})
_CLOSING = {"fi": "if", "done": "loop", "}": "{"}
_AFTER_COMPOUND = frozenset({"then", "else", "elif", "do", "fi", "done", "}", "esac"})
_FD = re.compile(r"(?:\d+|\{[A-Za-z_][A-Za-z0-9_]*\})(?=[<>])")
_CLAUSE_ENDS = (";;&", ";;", ";&")
_DECLARING = frozenset({"declare", "typeset", "local", "export", "readonly"})
"""Builtins whose arguments can be assignments, those of arrays, too."""
_MOST_OPEN = 100
"""How many loops, conditions and groups may be open inside each other."""


@dataclass(slots=True)
class _Open:
    """A compound command that was begun."""

    kind: str
    outer: list[Command]
    """The pipeline it is part of."""
    command: Command


@dataclass(slots=True)
class _Level:
    """The state of one list of commands: the script, a substitution, a subshell, a clause of `case`."""

    command: Command = field(default_factory=Command)
    pipeline: list[Command] = field(default_factory=list[Command])
    open: list[_Open] = field(default_factory=list[_Open])
    reads_code: bool = False
    """Some command on this level runs what comes on its standard input."""
    piping: bool = False
    """The last operator was a bar: the pipeline goes on, on the next line, too."""
    function: str | None = None
    """The function whose body comes next."""


class ScriptReader(WordScanner):
    """Reads a whole script; afterwards `spots` tells about the place of each expression.

    Args:
        text: the script, with the character NUL for each expression.
        bash: it is for bash, not for any `sh`.
        facts: what an earlier reading has found out.
    """

    at: int
    heredocs: list[Heredoc]

    def __init__(self, text: str, *, bash: bool = True, facts: Facts | None = None) -> None:
        super().__init__(text, bash=bash)
        self.facts: Facts = Facts() if facts is None else facts
        self._rules = Rules(self.spots, self.facts)
        self._level = _Level()

    def read(self) -> None:
        """Read the script.

        Raises:
            ScriptError: it holds a construct that is not understood.
        """
        self.commands("")
        for name, holes in self.defaulted:
            self._rules.assign(name, holes)
        self._rules.finish()

    @property
    def reads_input(self) -> bool:
        """Whether something in the script may run what the script itself reads."""
        return self._rules.reads_input

    # ------------------------------------------------------------ lists

    def commands(self, closer: str) -> None:
        """Read commands up to `closer`: "" for the end, ")" or "esac" for a clause of `case`."""
        outer, self._level = self._level, _Level()
        # Bash reads what stands in `$( … )` on its own, the heredocs in there, too.
        pending = self.heredocs
        if closer == ")" and self.inside:
            self.heredocs = []
        opened = self.at - 1
        with self.deeper():
            while self._command(closer):
                pass
        if closer == ")" and self.text[self.at - 1] != ")":
            raise self.fail("this '(' is never closed", max(opened, 0))
        if closer == ")" and self.inside:
            self.heredocs = pending
            if pending and "\n" in self.text[opened : self.at]:
                raise self.fail("the line of a heredoc has to end before its body begins", opened)
        inner, self._level = self._level, outer
        if inner.reads_code:
            # What runs inside inherits the standard input of the command around it.
            outer.reads_code = outer.command.reads_code = True

    def _command(self, closer: str) -> bool:
        """Read the next word, operator or redirection; False when the list has ended."""
        char = self.peek()
        if not char:
            return self._end_of_text(closer)
        if char in BLANK:
            self.at += 1
        elif self.sees("\\\n"):
            self.continued()
        elif char == "\n":
            self.at += 1
            if not (self._level.piping and self._level.command.empty):
                self._end_pipeline()
            self._bodies()
        elif char == "#":
            self.comment()
        elif char == ")":
            return self._closing_parenthesis(closer)
        elif char == ";" and closer == "esac" and any(self.sees(end) for end in _CLAUSE_ENDS):
            self._end_list()
            return False
        elif char == "(":
            self._opening_parenthesis()
        elif self._redirection():
            pass
        elif char in ";&|":
            self._separator()
        else:
            return self._word(closer)
        return True

    def _end_of_text(self, closer: str) -> bool:
        if closer:
            raise self.fail("the script ends inside a substitution, a subshell or a case", self.at)
        self._end_list()
        if self.heredocs:
            raise self.fail(f"the heredoc {self.heredocs[0].delimiter!r} has no body")
        return False

    def _closing_parenthesis(self, closer: str) -> bool:
        if closer != ")":
            raise self.fail("this ')' closes nothing")
        if self.heredocs:
            raise self.fail("a heredoc that begins inside parentheses must have its body there")
        self._end_list()
        self.at += 1
        return False

    def _end_list(self) -> None:
        self._end_pipeline()
        if self._level.open:
            raise self.fail(f"{self._level.open[-1].kind!r} is not closed here")

    def _separator(self) -> None:
        if self.sees(";;") or self.sees(";&"):
            raise self.fail("';;' outside of case")
        if self.sees("&&") or self.sees("||"):
            self.at += 2
            self._end_pipeline()
        elif self.peek() == "|":
            self.at += 2 if self.sees("|&") else 1
            self._end_command()
            self._level.piping = True
        else:
            self.at += 1
            self._end_pipeline()

    def _end_command(self) -> None:
        level = self._level
        if not level.command.empty or level.command.redirected:
            self._rules.judge(level.command)
            if level.function is not None and level.command.reads_code:
                self.facts.functions.add(level.function)
            level.function = None
            level.reads_code = level.reads_code or level.command.reads_code
            level.pipeline.append(level.command)
        level.command, level.piping = Command(), False

    def _end_pipeline(self) -> None:
        self._end_command()
        if self._rules.judge_pipeline(self._level.pipeline):
            # A heredoc of this line may feed the command that runs its input; its body is yet to be read.
            for heredoc in reversed(self.heredocs):
                if heredoc.refused:
                    break
                heredoc.refused = True
        if self._level.open:
            self._level.open[-1].command.inner.extend(
                hole for command in self._level.pipeline for hole in command.holes()
            )
        self._level.pipeline = []

    # ------------------------------------------------------------ words

    def _word(self, closer: str) -> bool:
        command = self._level.command
        if command.compound:
            # `if (true) then`: a reserved word may follow without a separator.
            self._end_pipeline()
            command = self._level.command
            word = self.word()
            if word.literal not in _AFTER_COMPOUND or word.quoted:
                raise self.fail("a word after a compound command is not understood", word.start)
            self.at = word.start
        first = not command.words
        declares = not first and command.words[0].literal in _DECLARING
        word = self.word(assigning=first or declares)
        if (
            word.holes
            and self.peek() in ("<", ">")
            and self.text[word.start] == "{"
            and self.text[word.end - 1] == "}"
        ):
            self._rules.refuse(word.holes, NAME)
        if first and word.assigns is not None:
            command.assignments.append(word)
            return True
        reserved = word.literal if first and not command.assignments and not word.quoted else None
        if reserved is not None and not command.redirected and self._reserved(reserved, word):
            return True
        if reserved == "esac" and closer == "esac":
            self.at = word.start
            self._end_list()
            return False
        command.words.append(word)
        return True

    def _reserved(self, text: str, word: Word) -> bool:
        """Handle a reserved word; False when it is none."""
        if text in _OPENING:
            self._open("loop" if text in ("while", "until") else text)
        elif text in _GOING_ON:
            self._level.command = Command()
            if text == "time":
                for option in ("-p", "--"):
                    self._blanks()
                    if self.sees(option) and self.peek(2) in ("", *META):
                        self.at += 2
        elif text in _CLOSING:
            self._close(text, word)
        elif text in ("for", "select"):
            self._open("loop")
            self._loop_head()
        elif text == "case":
            self._case()
        elif text == "function":
            self._blanks()
            word = self.word()
            self._rules.refuse(word.holes, NAME)
            self._blanks()
            if self.sees("()"):
                self.at += 2
            self._level.function = word.literal
        elif text == "[[":
            if not self.bash:
                raise self.fail("not every sh has [[: use [, or `shell: bash`", word.start)
            self._conditional()
        elif text == "coproc":
            raise self.fail("coproc is not understood", word.start)
        else:
            return False
        return True

    def _open(self, kind: str) -> None:
        level = self._level
        if len(level.open) >= _MOST_OPEN:
            raise self.fail("the script is nested too deeply")
        level.open.append(_Open(kind, level.pipeline, Command(compound=True)))
        level.pipeline, level.command, level.piping = [], Command(), False

    def _close(self, text: str, word: Word) -> None:
        level = self._level
        self._end_pipeline()
        if not level.open or level.open[-1].kind != _CLOSING[text]:
            raise self.fail(f"{text!r} closes nothing", word.start)
        opened = level.open.pop()
        opened.command.reads_code = level.reads_code
        level.pipeline, level.command = opened.outer, opened.command

    def _blanks(self) -> None:
        while self.peek() in (" ", "\t") or self.sees("\\\n"):
            if self.peek() == "\\":
                self.continued()
            else:
                self.at += 1

    def _loop_head(self) -> None:
        """Read what follows `for` and `select`, up to `do`."""
        self._blanks()
        if self.sees("(("):
            if not self.arithmetic():
                raise self.fail("this for (( is never closed")
            return
        variable = self.word()
        self._rules.refuse(variable.holes, NAME)
        self.skip_blank_lines()
        start = self.at
        if not self.sees("in") or self.word(stop=";").literal != "in":
            self.at = start
            return
        while True:
            self._blanks()
            char = self.peek()
            if not char or (char in "\n;&|()<>" and not (char in "<>" and self.peek(1) == "(")):
                return
            if char == "#":
                self.comment()
                return
            holes = self.word().holes
            self._rules.assign(variable.literal, holes)
            self._level.open[-1].command.inner.extend(holes)

    def _opening_parenthesis(self) -> None:
        command = self._level.command
        if command.empty:
            with self.collect() as found:
                if not (self.sees("((") and self.arithmetic()):
                    self.at += 1
                    self.commands(")")
            command.compound, command.inner = True, found
            return
        name = command.words[0].literal if len(command.words) == 1 and not command.assignments else None
        self.at += 1
        self._blanks()
        if name is None or self.peek() != ")":
            raise self.fail("'(' is not understood here")
        self.at += 1
        self._level.command, self._level.function = Command(), name

    # ------------------------------------------------------------ case and [[

    def _case(self) -> None:
        compound = self._level.command = Command(compound=True)
        with self.collect() as found:
            self._blanks()
            self._single()
            self.skip_blank_lines()
            if self.word().literal != "in":
                raise self.fail("case without in")
            while self._clause():
                pass
        compound.inner = found

    def _clause(self) -> bool:
        """Read `pattern | pattern ) commands ;;`; False when it was `esac`."""
        self.skip_blank_lines()
        opened = self.peek() == "("
        if opened:
            self.at += 1
            self._blanks()
        while True:
            word = self._single()
            if not opened and word.literal == "esac" and not word.quoted:
                return False
            self._blanks()
            if self.peek() == "|":
                self.at += 1
                self._blanks()
            elif self.peek() == ")":
                self.at += 1
                break
            else:
                raise self.fail("this pattern of case is not understood", word.start)
        self.commands("esac")
        for end in _CLAUSE_ENDS:
            if self.sees(end):
                self.at += len(end)
                break
        return True

    def _conditional(self) -> None:
        """Read `[[ … ]]`: primaries between `&&`, `||`, `!` and parentheses."""
        command = self._level.command
        primary: list[Word] = []
        found: list[int] = []
        depth = 0
        while True:
            self.skip_blank_lines()
            if self.at >= self._end:
                raise self.fail("this [[ is never closed")
            if self.sees("&&") or self.sees("||"):
                self.at += 2
            elif self.peek() in ("(", ")"):
                depth += 1 if self.peek() == "(" else -1
                self.at += 1
            elif self.peek() in ("<", ">") and self.peek(1) != "(":
                primary.append(Word(self.at, self.at + 1, [self.peek()]))
                self.at += 1
                continue
            else:
                word = self._regex() if primary and primary[-1].literal == "=~" else self._single()
                found.extend(word.holes)
                if word.literal == "]]" and not word.quoted and depth == 0:
                    break
                if word.literal != "!" or word.quoted or primary:
                    primary.append(word)
                continue
            self._rules.judge_conditional(primary)
            primary = []
        self._rules.judge_conditional(primary)
        self._level.command = Command(compound=True, inner=found, reads_code=command.reads_code)

    def _regex(self) -> Word:
        """Read what stands after `=~`: a word in which parentheses and bars need no quotes."""
        word = Word(self.at, static=False)
        with self.collect() as found:
            while self.at < self._end:
                if self.peek() in "()|":
                    self.at += 1
                elif self.peek() in " \t\n;&<>":
                    break
                else:
                    self._single(stop="()|")
            word.holes = found
        word.end = self.at
        if word.end == word.start:
            raise self.fail("a pattern is missing after =~")
        return word

    # ------------------------------------------------------------ redirections

    def _redirection(self) -> bool:
        """Read a redirection with its target; False when there is none."""
        start = self.at
        match = _FD.match(self.text, self.at, self._end)
        if match:
            self.at = match.end()
        for operator in _REDIRECTIONS:
            if self.sees(operator) and not (operator in "<>" and self.peek(1) == "("):
                break
        else:
            self.at = start
            return False
        self.at += len(operator)
        self._blanks()
        command = self._level.command
        if operator in ("<<", "<<-"):
            command.has_input = True
            self._heredoc_head(command, strip=operator == "<<-")
            return True
        holes = self._single().holes
        if operator in (">&", "<&"):
            # Bash expands the target a second time when it is no number.
            self._rules.refuse(holes, DUPLICATED)
        command.redirected.extend(holes)
        if operator.startswith("<"):
            command.fed.extend(holes)
            command.has_input = True
        return True

    def _single(self, stop: str = "") -> Word:
        """Read a word that stays one word, whatever comes."""
        word = self.word(stop=stop)
        for number in word.direct:
            self.spots[number].whole_word = False
        return word

    def _heredoc_head(self, command: Command, *, strip: bool) -> None:
        start = self.at
        word = self.word()
        self._rules.refuse(word.holes, DELIMITER)
        raw = self.text[start : word.end]
        if word.literal is None:
            if HOLE not in raw:
                raise self.fail("this delimiter of a heredoc is not understood", start)
            return
        self.heredocs.append(Heredoc(word.literal, strip, word.quoted, command))

    def _bodies(self) -> None:
        """Read the bodies of the heredocs that were begun on the line before."""
        pending, self.heredocs = self.heredocs, []
        for heredoc in pending:
            found = self.heredoc_body(heredoc)
            heredoc.command.redirected.extend(found)
            heredoc.command.fed.extend(found)
            if self._level.open:
                self._level.open[-1].command.inner.extend(found)
            if heredoc.refused:
                self._rules.refuse(found, STDIN)

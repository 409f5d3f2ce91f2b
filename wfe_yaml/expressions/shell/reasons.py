"""Why a value cannot come to a place in a script, in words for messages."""

from __future__ import annotations

ARITHMETIC = "bash computes with it"
NAME = "it would become the name of a variable, which bash evaluates"
SUBSCRIPT = "it would become a subscript, which bash evaluates"
BACKTICKS = "inside backticks it cannot be quoted"
ANSI_C = "inside $'…' nothing is expanded"
LOCALE = 'inside $"…" the text is looked up in a catalogue'
QUOTED_HEREDOC = "in a heredoc with a quoted delimiter nothing is expanded"
PATTERN = "in this kind of ${…} it would become a pattern"
BACKSLASH = "the backslash before it would quote the reference"
DELIMITER = "the delimiter of a heredoc is not expanded"

STDIN = "it would be read as code by the command that it is piped into"
INPUT = "it would be read as code by the command that reads it"
CODE = "{name} would run it as code"
NAMES = "{name} takes names, which bash evaluates"
DUPLICATED = "bash expands the target of '>&' and '<&' twice, and would run it as code; '>' and '&>' are safe"
COMMAND = "it would be the name of a command"
OPTIONS = "it could become an option of {name}, which takes names"
TEST = "this form of {name} takes names or expressions from values"
SPECIAL = "the variable {name} changes how commands run"
INTEGER_VARIABLES = (
    "the script declares integer variables or references, and bash evaluates what is assigned to those"
)

"""Names in a workflow file: of steps, workflows, inputs, outputs and variables."""

from __future__ import annotations

from wfe_yaml.model.kinds import MapOf, Name, OneOrMany, Text, TextTemplate

RESERVED_STEP_NAMES = frozenset({"outputs", "status", "exit_code", "error", "stdout", "stderr", "duration"})
"""They are attributes of steps in expressions."""
STEP_NAME = Name(
    "a name of a step (printable, without '/', '~' and blanks at the ends)",
    r"[^\s/~](?:[^/~\x00-\x1f\x7f]*[^\s/~])?",
    reserved=RESERVED_STEP_NAMES,
)
IDENTIFIER = Name("an identifier (letters, digits, '.', '_' and '-')", r"[A-Za-z0-9][A-Za-z0-9._-]*")
VARIABLE = Name(
    "a name (letters, digits, '_' and '-', beginning with a letter or '_')", r"[A-Za-z_][A-Za-z0-9_-]*"
)
ENVIRONMENT_NAME = Name("a name of an environment variable", r"[A-Za-z_][A-Za-z0-9_]*")

ENVIRONMENT = MapOf(ENVIRONMENT_NAME, TextTemplate(), what="a mapping from names of variables to texts")
TEMPLATES = OneOrMany(Text(), what="the name of a template, or a list of names")
"""What `extends` takes."""

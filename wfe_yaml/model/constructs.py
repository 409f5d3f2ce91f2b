"""What a step can be: its constructs, and which keys of a step belong to which."""

from __future__ import annotations

from wfe_yaml.source.problems import listing

STEP = "step"
"""The construct of a step that runs something."""
CONSTRUCTS = (
    "parallel", "dag", "for_each", "while", "if", "saga", "wait_for", "delay", "approval", "workflow",
    "schedule", "steps",
)  # fmt: skip
"""Keys that make a step something else than one that runs something. `steps` comes last: it is also the body
of some others."""
WITH_BODY = ("for_each", "while", "schedule")
"""Constructs whose body is `steps`."""
CONTAINERS = frozenset({"parallel", "dag", "for_each", "while", "if", "saga", "steps"})
RUNS = ("run", "config", "type")
"""Keys by which a step runs something."""

_LOOPS = ("parallel", "dag", "for_each", "matrix")
BELONGS: dict[str, tuple[str, ...]] = {
    "env": (STEP,),
    "working_dir": (STEP,),
    "shell": (STEP,),
    "error_behavior": (STEP, "workflow", "wait_for", "approval"),
    "retry": (STEP, "workflow", "saga"),
    "continue_on_error": (STEP, *sorted(CONTAINERS), "workflow", "wait_for", "approval"),
    "compensate": (STEP, *sorted(CONTAINERS), "workflow", "wait_for", "approval"),
    "outputs": (STEP, "wait_for", "workflow"),
    "idempotent": (STEP,),
    "secrets": (STEP,),
    "cache": (STEP,),
    "sources": (STEP,),
    "generates": (STEP,),
    "artifacts": (STEP,),
    "inputs": (STEP,),
    "allow_raw": (STEP,),
    "max_parallel": _LOOPS,
    "fail_fast": _LOOPS,
    "max_iterations": ("while",),
    "then": ("if",),
    "else": ("if",),
    "with": ("workflow",),
    "on_error": ("saga",),
}
"""Keys that only some constructs have; all others can stand on every step."""


def describe(construct: str) -> str:
    """Say what a construct is, for messages."""
    return "a step that runs something" if construct == STEP else f"`{construct}`"


def belongs(word: str) -> str:
    """Say where a key belongs."""
    return listing([describe(construct) for construct in BELONGS[word]]).replace(", ", " or ")

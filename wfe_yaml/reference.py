"""The reference page of the language, made from the records: `python -m wfe_yaml.reference`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from wfe_yaml.errors import Code
from wfe_yaml.examples import CONFIGS, RECORDS
from wfe_yaml.executors.describing import described
from wfe_yaml.executors.registry import BUILT_IN, executors
from wfe_yaml.expressions.functions import (
    BUILT_IN_FILTERS,
    BUILT_IN_TESTS,
    FILTERS,
    FUNCTIONS,
    TESTS,
)
from wfe_yaml.model.records import Record, keys_of
from wfe_yaml.schema import record_name, records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from wfe_yaml.examples import Example

_HEAD = """# The language

Every key of a workflow file, what it takes and what it means. This page is made from the code that
reads files, by `python -m wfe_yaml.reference`; `wfe schema` prints the same as JSON Schema, for editors.

Keys that begin with `x-` or `_` are yours. Texts may hold expressions, `$<< … >>`, unless a key says
otherwise.
"""
_TABLE: tuple[str, ...] = ("| key | takes | meaning | example |", "|---|---|---|---|")
_VALUES = """## Values

| written | is |
|---|---|
| types | `string`, `int`, `number`, `bool`, `any`, `list<T>`, `map<T>`; `T?` may be null |
| durations | `500ms`, `30s`, `5m`, `2h`, `1d`, `1h30m` |
| booleans | `true` and `false`; `yes`, `no`, `on`, `off` are texts, as in YAML 1.2 |
| `$<< … >>` | an expression; a value that is wholly one keeps its type |
| `$$<<` | the characters `$<<` |
"""


def reference() -> str:
    """Give the whole page, as Markdown."""
    parts = [_HEAD]
    types = {name: executors()[name] for name in BUILT_IN}
    configs: dict[type[Any], str] = {executor.config: name for name, executor in types.items()}
    for name, model in records().items():
        title = f"The config of `type: {configs[model]}`" if model in configs else model.title
        heading = title[:1].upper() + title[1:]
        about = "" if _about(model) == f"{heading}." else f"{_about(model)}\n\n"
        parts.append(f'<a id="{name}"></a>\n## {heading}\n\n{about}{_table(model, RECORDS[name])}')
    for name, executor in types.items():
        if not issubclass(executor.config, Record):
            about = inspect.cleandoc(executor.__doc__ or "")
            heading = f'<a id="{name}"></a>\n## The config of `type: {name}`'
            parts.append(f"{heading}\n\n{about}\n\n{_config_table(executor.config, CONFIGS.get(name, {}))}")
    parts.append(_VALUES)
    parts.append(_expressions())
    parts.append(_codes())
    return "\n".join(parts)


def _about(model: type[Record]) -> str:
    return " ".join((model.__doc__ or "").split())


def _table(model: type[Record], examples: Mapping[str, Example]) -> str:
    lines = list(_TABLE)
    for word, (_, spec) in keys_of(cast("Any", model)).items():
        shown = f"**`{word}`** (required)" if spec.required else f"`{word}`"
        lines.append(
            f"| {shown} | {_cell(_takes(spec.kind))} | {_cell(spec.doc)} | {_shown(word, examples)} |"
        )
    return "\n".join(lines) + "\n"


def _config_table(model: type[BaseModel], examples: Mapping[str, Example]) -> str:
    lines = list(_TABLE)
    for each in described(model):
        shown = f"**`{each.key}`** (required)" if each.required else f"`{each.key}`"
        lines.append(f"| {shown} | {_cell(each.takes)} | {_cell(each.doc)} | {_shown(each.key, examples)} |")
    return "\n".join(lines) + "\n"


def _shown(word: str, examples: Mapping[str, Example]) -> str:
    """Give the example of a key as it stands in a cell."""
    example = examples.get(word)
    return "" if example is None else f"`{_cell(example.shown)}`"


def _takes(kind: Any) -> str:
    """Say what a key takes, with links to the records inside."""
    inside = getattr(kind, "model", None)
    for part in ("full", "item", "value"):
        deeper = getattr(kind, part, None)
        for each in (deeper, getattr(deeper, "full", None)):
            inside = inside or getattr(each, "model", None)
    words: str = kind.expected
    return words if inside is None else f"{words}: [{record_name(inside)}](#{record_name(inside)})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _expressions() -> str:
    def words(*tables: Any) -> str:
        return ", ".join(f"`{name}`" for name in sorted(name for table in tables for name in table))

    return f"""## Expressions

Jinja's expression syntax, without statements and methods. Nothing can be called but what is named here.

- Filters, `value | name`: {words(FILTERS, BUILT_IN_FILTERS)}
- Tests, `value is name`: {words(TESTS, BUILT_IN_TESTS)}
- Functions, `name(…)`: {words(FUNCTIONS)}
"""


def _codes() -> str:
    lines = [
        "## Problems",
        "",
        "Codes that begin with E are errors, with W warnings.",
        "",
        "| code | meaning |",
    ]
    lines.append("|---|---|")
    lines.extend(f"| {code} | {_cell(code.about)} |" for code in Code)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    page: Path = Path("docs/reference/language.md")
    if sys.argv[1:] == ["--print"]:
        print(reference())  # noqa: T201 - it is what the option asks for
    else:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(reference(), "utf-8")

"""`wfe schema`: the JSON Schema of workflow files."""

from __future__ import annotations

import json

from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.schema import json_schema


def print_schema(key: str | None) -> int:
    """Print the schema of a file, or of what a key takes; gives the exit code.

    Raises:
        CommandError: there is no such key.
    """
    try:
        schema = json_schema(key)
    except ValueError as exc:
        raise CommandError(str(exc)) from None
    print(json.dumps(schema, ensure_ascii=False, indent=2))
    return Exit.COMPLETE

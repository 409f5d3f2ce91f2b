"""Runs the script or the function of a python step: gives it `Wfe`, and says what went wrong with it.

It runs in whatever interpreter the step names, with nothing but the standard library, so it imports little
and nothing of wfe. Arguments: what to run (`script` or `call`), the file or `module:function`, the folder
from which modules are imported, the file of the outputs, the file of the error. By stdin
come two lines of JSON: what the step gives, and what there is of the run.
"""

# ruff: noqa: PLC0415, PTH123 - it must start fast, so it imports when it must, and no pathlib
from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from typing import Any


class NoJsonError(Exception):
    """A function gave something that cannot be an output."""


class Wfe:
    """What a script has of the run."""

    def __init__(self, data: str, outputs: str) -> None:
        self._data = data
        self._outputs = outputs

    def get_data(self, path: str | Sequence[str | int] | None = None) -> Any:
        """Give what the script may see of the run, or what stands there at a path, as in `inputs.name`."""
        import json

        value: Any = json.loads(self._data)
        for part in [] if path is None else path.split(".") if isinstance(path, str) else path:
            kind: type[Any] = value.__class__
            if kind is dict:
                value = value.get(str(part))
            elif kind is list and str(part).isdecimal() and int(part) < len(value):
                value = value[int(part)]
            else:
                return None
        return value

    def set_output(self, name: str, value: object) -> None:
        """Set an output of the step; the value is JSON."""
        import json

        line = json.dumps({str(name): value}, allow_nan=False)
        with open(self._outputs, "a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def log(self, *words: object) -> None:
        """Say something on stdout."""
        print(*words, flush=True)  # noqa: T201 - that is what it is for


def run_script(target: str, wfe: Wfe, given: dict[str, Any]) -> None:
    """Run a file as the main module; what the step gives are variables of it."""
    with open(target, "rb") as stream:
        source = stream.read()
    module = type(sys)("__main__")
    module.__dict__.update(given, Wfe=wfe, __file__=target)
    sys.modules["__main__"] = module
    sys.argv[:] = [target]
    # It does not get what this file imports from `__future__`.
    code = compile(source, target, "exec", dont_inherit=True)
    exec(code, module.__dict__)  # noqa: S102 - it is the script of the step


def run_call(target: str, wfe: Wfe, given: dict[str, Any]) -> None:
    """Call a function; a mapping that it gives are the outputs, anything else is the output `result`."""
    import importlib
    import inspect

    name, _, path = target.partition(":")
    found: Any = importlib.import_module(name)
    for part in path.split("."):
        found = getattr(found, part)
    result: Any = found(**given)
    if inspect.isawaitable(result):
        import asyncio

        result = asyncio.run(_awaited(result))
    if result is not None:
        outputs: Any = {"result": result}
        kind: type[Any] = result.__class__
        if issubclass(kind, dict):
            outputs = result
        for key, value in outputs.items():
            try:
                wfe.set_output(key, value)
            except (TypeError, ValueError, RecursionError) as error:
                message = f"what {target} gives as {str(key)!r} is no JSON: {error}"
                raise NoJsonError(message) from None


async def _awaited(result: Awaitable[Any]) -> Any:
    return await result


def note(error: BaseException, target: str, trouble: str) -> None:
    """Write down what went wrong and where: the last place that is the author's own; show the traceback."""
    import json
    import traceback

    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    # The machinery of imports is nobody's own.
    machinery = ("<frozen ", getattr(sys.modules.get("importlib"), "__file__", "<frozen "))
    places = [place for place in traceback.extract_tb(trace) if not place.filename.startswith(machinery)]
    own = [place for place in places if place.filename == target] or places
    # What says itself what is wrong needs no more than its words.
    plain = isinstance(error, (NoJsonError, SystemExit))
    told: dict[str, object] = {"name": "" if plain else type(error).__name__, "message": _message(error)}
    if isinstance(error, SyntaxError) and error.filename:
        told.update(file=error.filename, line=error.lineno, message=error.msg)
    elif own and not isinstance(error, NoJsonError):
        told.update(file=own[-1].filename, line=own[-1].lineno)
    with open(trouble, "w", encoding="utf-8", errors="backslashreplace") as stream:
        json.dump(told, stream)
    if not plain:
        traceback.print_exception(type(error), error, trace)


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as other:  # noqa: BLE001 - it is the author's own
        return f"its message cannot be made ({type(other).__name__})"


def _parsed(given: bytes) -> dict[str, Any]:
    if given == b"{}":
        # The module takes as long to import as the rest of the start.
        return {}
    import json

    found: dict[str, Any] = json.loads(given)
    return found


def main() -> None:
    """Run it."""
    how, target, folder, outputs, trouble = sys.argv[1:6]
    given, data = sys.stdin.buffer.read().split(b"\n")
    sys.path[0] = folder
    try:
        wfe = Wfe(data.decode(), outputs)
        (run_script if how == "script" else run_call)(target, wfe, _parsed(given))
    except SystemExit as end:
        if isinstance(end.code, str):
            # It says why, which the interpreter shows, and ends with 1.
            note(end, target, trouble)
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, it ends the script and is told
        note(error, target, trouble)
        sys.exit(1)


if __name__ == "__main__":
    main()

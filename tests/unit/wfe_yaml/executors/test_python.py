"""The type `python`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from wfe_core import WorkflowBuilder
from wfe_core.errors import OutputError, StepError, StepTimeoutError
from wfe_host.testing.engine import WfeEngine
from wfe_yaml.executors import ProcessFailedError, python
from wfe_yaml.executors.types.python import PythonExecutor
from wfe_yaml.testing import ExecutorConformance, RunningStep, run_step


class TestLaws(ExecutorConformance):
    """`python` keeps the laws of all types."""

    executor = PythonExecutor
    good = (
        {"script": "Wfe.set_output('a', [1])"},
        {"call": "os.path:join", "with": {"a": "x"}},
        {"script": "print(n)", "with": {"n": 1}, "python": "python3", "env": {"A": "b"}},
    )
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "needs one of script, file, call": {},
        "'script' and 'call' exclude each other": {"script": "1", "call": "a:b"},
        "an expression cannot stand in 'script'": {"script": "$<< 1 >>"},
        "an expression cannot stand in 'call'": {"call": "$<< 1 >>"},
        "String should match pattern": {"call": "os.system"},
    }
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "ValueError: no": {"script": "raise ValueError('no')"},
        "No module named 'no_such_module'": {"call": "no_such_module:f"},
        "is not on PATH": {"script": "1", "python": "no-such-python"},
        "is not there": {"file": "/no/such/file.py"},
    }
    endless: ClassVar[Mapping[str, Any] | None] = {"script": "Wfe.log('begun')\nwhile True: pass"}
    secret: ClassVar[Mapping[str, Any] | None] = {
        "script": "print(token); raise ValueError(token)",
        "with": {"token": "$<< secrets.TOKEN >>"},
    }


async def test_data_go_in_and_outputs_come_out() -> None:
    """`with` are variables, `get_data` gives what there is of the run, outputs are checked as declared."""
    script = (
        "Wfe.set_output('sum', sum(rows) + n)\n"
        "Wfe.set_output('first', Wfe.get_data('inputs.rows.0'))\n"
        "Wfe.set_output('path', Wfe.get_data(['inputs', 'rows', 1]))\n"
        "Wfe.set_output('missing', Wfe.get_data('inputs.rows.first.x'))\n"
        "Wfe.set_output('names', sorted(Wfe.get_data()))\n"
        "Wfe.set_output('main', __name__)\n"
    )
    config = {"script": script, "with": {"rows": "$<< inputs.rows >>", "n": 2}}
    outputs, _ = await run_step(config, kind="python", inputs={"rows": [1, 2]})
    assert outputs == {
        "sum": 5, "first": 1, "path": 2, "missing": None, "main": "__main__",
        "names": ["inputs", "item", "matrix", "steps"],
    }  # fmt: skip
    wrong = {"script": "Wfe.set_output('n', 'x')"}
    with pytest.raises(OutputError, match="expected int"):
        await run_step(wrong, kind="python", keys={"outputs": {"n": "int"}})


async def test_a_function_is_called(tmp_path: Path) -> None:
    """Found from the working folder, plain or asynchronous; a mapping are outputs, the rest `result`."""
    (tmp_path / "shop.py").write_text(
        "import asyncio\n"
        "class Till:\n"
        "    @staticmethod\n"
        "    def total(prices): return sum(prices)\n"
        "async def later(a, b=2): await asyncio.sleep(0); return {'a': a, 'b': b}\n"
        "def nothing(): pass\n"
        "def no_json(): return {'a': object()}\n"
        "def not_a_number(): return [float('nan')]\n"
        "def itself():\n    found = {}; found['b'] = found; return found\n",
        "utf-8",
    )
    for config, outputs in (
        ({"call": "shop:Till.total", "with": {"prices": [1, 2]}}, {"result": 3}),
        ({"call": "shop:later", "with": {"a": "$<< [1] >>"}}, {"a": [1], "b": 2}),
        ({"call": "shop:nothing"}, {}),
    ):
        assert (await run_step(config, kind="python", root=tmp_path))[0] == outputs
    for name, output, why in (
        ("no_json", "a", "Object of type object is not JSON serializable"),
        ("not_a_number", "result", "Out of range float values are not JSON compliant"),
        ("itself", "b", "Circular reference detected"),
    ):
        message = rf"^what shop:{name} gives as '{output}' is no JSON: {why}[^/]* \(exit code 1\)$"
        with pytest.raises(ProcessFailedError, match=message):
            await run_step({"call": f"shop:{name}"}, kind="python", root=tmp_path)


async def test_a_file_runs_as_python_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the main module, and imports from its own folder; the environment is clean."""
    monkeypatch.setenv("WFE_TEST_X", "1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "helper.py").write_text("NAME = 'helper'\n", "utf-8")
    (tmp_path / "bin" / "main.py").write_text(
        "import os, sys, helper\n"
        "if __name__ == '__main__':\n"
        "    clean = 'WFE_TEST_X' not in os.environ\n"
        "    Wfe.set_output('a', [helper.NAME, sys.argv == [__file__], clean, os.getcwd()])\n",
        "utf-8",
    )
    outputs, _ = await run_step({"file": "bin/main.py"}, kind="python", root=tmp_path)
    assert outputs == {"a": ["helper", True, True, str(tmp_path)]}


async def test_an_error_shows_file_line_and_message(tmp_path: Path) -> None:
    """Of a script in the file and of a file; the traceback holds nothing but the author's own code."""
    speechless = "class Odd(Exception):\n    def __str__(self): return str(1 / 0)\nraise Odd"
    raising = "def f():\n    raise KeyError('x')\n\nf()\n"
    (tmp_path / "main.py").write_text(raising, "utf-8")
    for config, message in (
        ({"script": raising}, r"KeyError: 'x', at line 2 of the script \(exit code 1\)"),
        ({"file": "main.py"}, rf"KeyError: 'x', at {tmp_path}/main.py:2 \(exit code 1\)"),
        ({"script": "a = 1\nb = (\n"}, "SyntaxError: .*, at line 2 of the script"),
        ({"script": "import json\njson.loads('{')"}, "JSONDecodeError: .*, at line 2 of the script"),
        ({"script": "import sys\nsys.exit(3)"}, "^exit code 3$"),
        ({"script": "import os\nos.kill(os.getpid(), 15)"}, "SIGTERM"),
        (
            {"script": "\nimport sys\nsys.exit('no data')"},
            r"^no data, at line 3 of the script \(exit code 1\)$",
        ),
        ({"script": speechless}, r"^Odd: its message cannot be made \(ZeroDivisionError\), at line 3"),
        ({"call": "no_such_module:f"}, r"No module named 'no_such_module' \(exit code 1\)$"),
    ):
        step = RunningStep(config, kind="python", root=tmp_path)
        with pytest.raises(ProcessFailedError, match=message):
            await step.run()
        assert "python_loader" not in step.lines.text("stderr")


async def test_time_and_memory_are_limited() -> None:
    """A script that hears SIGTERM may clean up; one that does not, or takes too much, is killed."""
    polite = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('cleaned up'), sys.exit(0)))\n"
        "while True: time.sleep(0.01)\n"
    )
    step = RunningStep({"script": polite, "timeout": "2s", "grace": "60s"}, kind="python")
    with pytest.raises(StepTimeoutError, match="its timeout of 2 s"):
        await step.run()
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass\n"
    with pytest.raises(StepTimeoutError):
        await run_step({"script": deaf, "timeout": "500ms", "grace": "0s"}, kind="python")
    hog = "a = []\nwhile True: a.append(bytearray(b'x' * 5_000_000))\n"
    with pytest.raises(ProcessFailedError, match="more memory than its 100 MiB"):
        await run_step({"script": hog, "memory": "100m"}, kind="python")


async def test_a_script_is_as_python_runs_it() -> None:
    """What is imported from `__future__` by others is not its own; it can start processes of itself."""
    script = (
        "import multiprocessing\n"
        "def twice(n: 1 + 1) -> None: return 2 * n\n"
        "if __name__ == '__main__':\n"
        "    Wfe.set_output('kind', twice.__annotations__['n'])\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        Wfe.set_output('found', pool.map(twice, [1, 2]))\n"
    )
    assert (await run_step({"script": script}, kind="python"))[0] == {"kind": 2, "found": [2, 4]}


async def test_what_a_script_leaves_behind_ends_with_it() -> None:
    """A thread is waited for, what is said at the end is heard, and children that went their own way end."""
    script = (
        "import atexit, os, threading, time\n"
        "atexit.register(print, 'the end')\n"
        "threading.Thread(target=lambda: Wfe.set_output('late', 1)).start()\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    while True: time.sleep(60)\n"
    )
    step = RunningStep({"script": script}, kind="python")
    assert await step.run() == {"late": 1}
    assert step.lines.text("stdout") == "the end"


async def test_the_interpreter_can_be_chosen(tmp_path: Path) -> None:
    """By name, or by a path that counts from the folder of the file."""
    (tmp_path / "py").symlink_to(sys.executable)
    script = "import sys; Wfe.set_output('a', sys.executable)"
    outputs, _ = await run_step({"script": script, "python": "./py"}, kind="python", root=tmp_path)
    assert outputs == {"a": str(tmp_path / "py")}
    with pytest.raises(StepError, match="cannot be started"):
        await run_step({"script": script, "python": "./nothing"}, kind="python", root=tmp_path)


async def test_it_is_a_body_for_the_builder(wfe: WfeEngine) -> None:
    """`.input(with_=…)` gives the arguments when the step runs."""
    flow = (
        WorkflowBuilder("w")
        .then(python(call="operator:mul", with_={}))
        .input(with_=lambda data: {"a": data["n"], "b": 3})
        .build()
    )
    wfe.register(flow)
    with pytest.raises(Exception, match="takes no keyword arguments"):
        await wfe.result(await wfe.start(flow, {"n": 4}))
    script = python(script="Wfe.set_output('twice', 2 * Wfe.get_data('inputs.n'))")
    doubling = WorkflowBuilder("doubling").then(script).build()
    wfe.register(doubling)
    assert await wfe.result(await wfe.start(doubling, {"n": 4})) == {"n": 4, "twice": 8}

"""The type `deno`, against the real program."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from wfe_core import WorkflowBuilder
from wfe_core.errors import OutputError, StepError, StepTimeoutError
from wfe_host.testing.engine import WfeEngine
from wfe_yaml import YamlError
from wfe_yaml.executors import ProcessFailedError, deno
from wfe_yaml.executors.base import Tools
from wfe_yaml.executors.types import deno as module
from wfe_yaml.executors.types.deno import DenoExecutor
from wfe_yaml.loader import local_tools
from wfe_yaml.testing import ExecutorConformance, RunningStep, run_step

pytestmark = pytest.mark.deno


@pytest.fixture(scope="module", autouse=True)
def _deno() -> None:
    try:
        module.deno_binary(os.environ)
    except StepError as exc:
        pytest.skip(str(exc))


class TestLaws(ExecutorConformance):
    """`deno` keeps the laws of all types."""

    executor = DenoExecutor
    good = (
        {"script": "Wfe.setOutput('a', [1])"},
        {"script": "Wfe.log('x')", "permissions": {"read": ["/"], "run": False}, "memory": "1g"},
    )
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "needs either 'script' or 'file'": {},
        "an expression cannot stand in 'script'": {"script": "$<< 1 >>"},
        "an expression cannot stand in 'permissions'": {"script": "1", "permissions": {"net": ["$<< 1 >>"]}},
        "expected a valid list": {"script": "1", "permissions": {"net": "all"}},
        "expected a host such as": {"script": "1", "permissions": {"net": ["a,b"]}},
        "found '::1'": {"script": "1", "permissions": {"net": ["[::1]", "::1"]}},
        "found 'a:65536'": {"script": "1", "permissions": {"net": ["*.a:65535", "a:65536"]}},
        "at least 1 character": {"script": "1", "permissions": {"read": [""]}},
        "unknown key 'reads'": {"script": "1", "permissions": {"reads": ["a"]}},
        "belongs to wfe": {"script": "1", "env": {"WFE_X": "1"}},
    }
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Error: no": {"script": "throw new Error('no')"},
        "is not there": {"file": "/no/such/file.ts"},
        "Unexpected": {"script": "const = 3;"},
    }
    endless: ClassVar[Mapping[str, Any] | None] = {"script": "Wfe.log('begun'); for (;;) {}"}
    secret: ClassVar[Mapping[str, Any] | None] = {
        "script": "Wfe.log(Deno.env.get('T')); throw new Error(Deno.env.get('T'))",
        "env": {"T": "$<< secrets.TOKEN >>"},
        "permissions": {"env": ["T"]},
    }


# ---------------------------------------------------------------- permissions

PROBES = """
const results = {};
async function probe(name, what) {
  try { results[name] = String(await what()); } catch (e) { results[name] = e.name; }
}
"""


async def probe(
    probes: Mapping[str, str], root: Path, *, tools: Tools | None = None, **config: Any
) -> dict[str, str]:
    """Try things in a script; gives for each what came of it, or the name of the error."""
    lines = [f"await probe({json.dumps(name)}, async () => {code});" for name, code in probes.items()]
    script = PROBES + "\n".join(lines) + "\nWfe.setOutput('results', results);"
    outputs, _ = await run_step({"script": script, **config}, kind="deno", root=root, tools=tools)
    results: dict[str, str] = outputs["results"]
    return results


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a secret file and a module, and with signs in its path that addresses escape."""
    root = tmp_path / "a #b%20c"
    (root / "lib").mkdir(parents=True)
    (root / "secret.txt").write_text("secret", "utf-8")
    (root / "secret.json").write_text('{"a": "secret"}', "utf-8")
    (root / "lib" / "greet.ts").write_text(
        'import { name } from "./name.ts";\nexport const greet = (): string => "hello " + name;\n', "utf-8"
    )
    (root / "lib" / "name.ts").write_text('export const name: string = "you";\n', "utf-8")
    return root


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Redirect where the path says, or give a module."""
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.path.rpartition('/')[2]}/")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/typescript")
        self.end_headers()
        self.wfile.write(b"export default 'answer';")

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    """Two servers of this machine."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _Answers) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield servers[0].server_address[1], servers[1].server_address[1]
    for server in servers:
        server.shutdown()
        server.server_close()


def everything(folder: Path, ports: tuple[int, int]) -> dict[str, str]:
    """What a script can try."""
    secret = json.dumps(str(folder / "secret.txt"))
    worker = json.dumps(
        f"try {{ postMessage(Deno.readTextFileSync({secret})) }} catch (e) {{ postMessage(e.name) }}"
    )
    return {
        "read": f"Deno.readTextFileSync({secret})",
        "stat": f"(Deno.statSync({secret}), 'seen')",
        "list": f"[...Deno.readDirSync({json.dumps(str(folder))})].length > 0",
        "import": f"(await import({json.dumps((folder / 'lib' / 'greet.ts').as_uri())})).greet()",
        "write": f"(Deno.writeTextFileSync({json.dumps(str(folder / 'new.txt'))}, 'x'), 'written')",
        "remove": f"(Deno.removeSync({json.dumps(str(folder / 'gone.txt'))}), 'removed')",
        "env": "Deno.env.get('HOME') !== undefined",
        "env-all": "Object.keys(Deno.env.toObject()).length > 0",
        "net": f"(await fetch('http://127.0.0.1:{ports[0]}/')).status",
        "net-other": f"(await fetch('http://127.0.0.1:{ports[1]}/')).status",
        "redirect": f"(await fetch('http://127.0.0.1:{ports[0]}/to/{ports[1]}')).status",
        "connect": f"((await Deno.connect({{port: {ports[0]}}})).close(), 'connected')",
        "listen": "(Deno.listen({port: 0}).close(), 'listened')",
        "run": "new Deno.Command('true').outputSync().code",
        "run-other": "new Deno.Command('ls').outputSync().code",
        "node-run": "(await import('node:child_process')).execSync('true').length",
        "node-read": f"(await import('node:fs')).readFileSync({secret}, 'utf-8')",
        "ffi": "(Deno.dlopen('libc.so.6', {}), 'opened')",
        "sys": "Deno.hostname() !== ''",
        "remote": f"(await import('http://127.0.0.1:{ports[0]}/m.ts')).default",
        "npm": "(await import('npm:left-pad')).default !== undefined",
        "data": "(await import('data:text/javascript,export default 1+1')).default",
        "data-read": "(await import('data:text/javascript,' + encodeURIComponent("
        f"`export default Deno.readTextFileSync({secret})`))).default",
        "worker": "await new Promise((done, fail) => { const worker = new Worker('data:text/javascript,' + "
        f"encodeURIComponent({worker}), {{type: 'module'}}); "
        "worker.onmessage = (e) => { worker.terminate(); done(e.data); }; worker.onerror = fail; })",
    }  # fmt: skip


DENIED = {"NotCapable", "TypeError", "Error", "PermissionDenied"}
ALWAYS = {"data": "2"}
"""Code in a data URL may run: it has no more rights than the script."""


async def test_nothing_is_allowed_by_itself(folder: Path, ports: tuple[int, int]) -> None:
    """With empty permissions everything is denied, in imported code and in workers too."""
    results = await probe(everything(folder, ports), folder)
    allowed = {name: told for name, told in results.items() if told not in DENIED}
    assert allowed == ALWAYS
    assert not (folder / "new.txt").exists()


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ({"read": ["secret.txt"]}, {"read", "stat", "node-read", "data-read", "worker"}),
        ({"read": ["."]}, {"read", "stat", "list", "import", "node-read", "data-read", "worker"}),
        ({"write": ["new.txt"]}, {"write"}),
        ({"write": ["."]}, {"write", "remove"}),
        ({"env": ["HOME"]}, {"env"}),
        ({"env": ["HO*"]}, {"env"}),
        ({"net": ["127.0.0.1:PORT0"]}, {"net", "connect"}),
        ({"net": ["127.0.0.1"]}, {"net", "net-other", "redirect", "connect"}),
        ({"net": ["127.0.0.1:PORT0", "127.0.0.1:PORT1"]}, {"net", "net-other", "redirect", "connect"}),
        (
            {"net": ["127.0.0.1", "0.0.0.0"]},
            {"net", "net-other", "redirect", "connect", "listen"},
        ),
        ({"run": ["true"]}, {"run"}),
        ({"run": True}, {"run", "run-other"}),
        ({"dynamic_import": True}, {"remote"}),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, dict) else "",
)
async def test_exactly_what_is_named_is_allowed(
    permissions: dict[str, Any], allowed: set[str], folder: Path, ports: tuple[int, int]
) -> None:
    """A permission allows what it names: that file, that host and port, that program, and nothing beside."""
    (folder / "gone.txt").touch()
    if isinstance(permissions.get("net"), list):
        named = [
            each.replace("PORT0", str(ports[0])).replace("PORT1", str(ports[1]))
            for each in permissions["net"]
        ]
        permissions = {"net": named}
    probes = everything(folder, ports)
    if permissions.get("dynamic_import"):
        # It would ask a registry, and a script may not depend on that.
        del probes["npm"]
    results = await probe(probes, folder, permissions=permissions)
    assert {name for name, told in results.items() if told not in DENIED} == {*allowed, *ALWAYS}


async def test_a_script_keeps_nothing_for_another(tmp_path: Path) -> None:
    """`localStorage` and `caches`, which need no permission, would last and be shared by all deno steps."""
    put = "await (await caches.open('a')).put('http://a', new Response('x'))"
    cache = json.dumps(f"{put}; postMessage('kept')")
    tries = {
        "storage": "(localStorage.setItem('a', 'x'), localStorage.getItem('a'))",
        "cache": "(await (await caches.open('a')).put('http://a', new Response('x')), 'kept')",
        "worker": f"await new Promise((done, fail) => {{ const worker = new Worker('data:text/javascript,' + "
        f"encodeURIComponent({cache}), {{type: 'module'}}); worker.onmessage = (e) => done(e.data); "
        "worker.onerror = (e) => { e.preventDefault(); fail(new Error(e.message)); }; })",
    }
    here, none = str(tmp_path), "/dev/null"
    for environ in ({"XDG_CACHE_HOME": here}, {"HOME": here}, {"XDG_CACHE_HOME": none}):
        tools = local_tools(environ=environ)
        results = await probe(tries, tmp_path, tools=tools)
        await tools.processes.close()
        assert set(results.values()) <= {"NotADirectory", "Error"}, results
    names = {name for _, folders, files in os.walk(tmp_path) for name in (*folders, *files)}
    assert not names & {"local_storage", "web_cache"}


async def test_a_link_leads_where_it_points(folder: Path) -> None:
    """A link in a folder that may be read gives its target, as documented; a script can make none."""
    (folder / "lib" / "out").symlink_to("../secret.txt")
    tries = {
        "link": f"Deno.readTextFileSync({json.dumps(str(folder / 'lib' / 'out'))})",
        "import": f"import({json.dumps((folder / 'lib' / 'out').as_uri())}, {{with: {{type: 'text'}}}})",
        "dots": f"Deno.readTextFileSync({json.dumps(str(folder / 'lib') + '/../secret.txt')})",
        "soft": f"Deno.symlinkSync('../secret.json', {json.dumps(str(folder / 'lib' / 'new'))})",
        "hard": "Deno.linkSync({}, {})".format(
            *(json.dumps(str(folder / each)) for each in ("secret.json", "lib/new"))
        ),
    }
    results = await probe(tries, folder, permissions={"read": ["lib"], "write": ["lib"]})
    assert results.pop("link") == "secret"
    assert set(results.values()) <= DENIED
    assert not (folder / "lib" / "new").exists()


@pytest.mark.parametrize("kind", ["text", "json"])
async def test_a_static_import_reads_no_file(kind: str, folder: Path) -> None:
    """`import … with {type: "text"}` reads any file in a main module; here it does not."""
    target = folder / ("secret.txt" if kind == "text" else "secret.json")
    script = f'import found from {json.dumps(target.as_uri())} with {{type: "{kind}"}};\nWfe.log(found);'
    step = RunningStep({"script": script}, kind="deno", root=folder)
    with pytest.raises(ProcessFailedError, match="Requires read access"):
        await step.run()
    assert "secret" not in step.lines.text("stdout")
    allowed = {"script": script, "permissions": {"read": [target.name]}}
    assert "secret" in (await run_step(allowed, kind="deno", root=folder))[1].text("stdout")


async def test_a_static_import_of_code_needs_permission(folder: Path, ports: tuple[int, int]) -> None:
    """Nor does it load code: from a file that is not named, or from elsewhere."""
    for address in ((folder / "lib" / "greet.ts").as_uri(), f"http://127.0.0.1:{ports[0]}/m.ts"):
        with pytest.raises(ProcessFailedError):
            await run_step({"script": f"import {json.dumps(address)};"}, kind="deno", root=folder)


# ---------------------------------------------------------------- what a script has


async def test_modules_have_names(folder: Path, ports: tuple[int, int]) -> None:
    """`modules` gives names to a file, a folder and an address; the files are readable, nothing else."""
    script = 'import {greet} from "lib/greet.ts"; import {name} from "who"; Wfe.setOutput("a", greet()+name);'
    modules = {"lib/": "lib/", "who": "lib/name.ts"}
    outputs, _ = await run_step({"script": script, "modules": modules}, kind="deno", root=folder)
    assert outputs == {"a": "hello youyou"}
    remote = {
        "script": 'import a from "m"; Wfe.setOutput("a", a);',
        "modules": {"m": f"http://127.0.0.1:{ports[0]}/m"},
    }
    with pytest.raises(ProcessFailedError):
        await run_step(remote, kind="deno", root=folder)
    outputs, _ = await run_step({**remote, "permissions": {"dynamic_import": True}}, kind="deno", root=folder)
    assert outputs == {"a": "answer"}


async def test_a_file_runs_where_it_lies(folder: Path) -> None:
    """`file` is the program; it may import what `modules` or `read` name."""
    (folder / "main #1.ts").write_text(
        'import { greet } from "./lib/greet.ts";\nWfe.setOutput("a", greet());\n', "utf-8"
    )
    config = {"file": "main #1.ts", "permissions": {"read": ["lib"]}}
    outputs, _ = await run_step(config, kind="deno", root=folder)
    assert outputs == {"a": "hello you"}


async def test_data_go_in_and_outputs_come_out() -> None:
    """`getData` gives the inputs of any size; `setOutput` any JSON, checked against the declaration."""
    script = """
        type Row = { n: number };
        const rows = Wfe.getData("inputs.rows") as Row[];
        const whole = Wfe.getData() as { inputs: { text: string } };
        Wfe.setOutput("sum", rows.reduce((sum: number, row: Row) => sum + row.n, 0));
        Wfe.setOutput("size", whole.inputs.text.length);
        Wfe.setOutput("missing", Wfe.getData("inputs.rows.7.n") ?? null);
        Wfe.setOutput("first", Wfe.getData(["inputs", "rows", "0", "n"]));
        Wfe.setOutput("own", Wfe.getData("constructor") === undefined);
    """
    inputs = {"rows": [{"n": 1}, {"n": 2}], "text": "é" * 150_000}
    outputs, _ = await run_step({"script": script}, kind="deno", inputs=inputs)
    assert outputs == {"sum": 3, "size": 150_000, "missing": None, "first": 1, "own": True}
    wrong = {"script": "Wfe.setOutput('n', 'x')"}
    for keys, message in (
        ({"outputs": {"n": "int"}}, "expected int"),
        ({"outputs": {"m": "int"}}, "not declared"),
    ):
        with pytest.raises(OutputError, match=message):
            await run_step(wrong, kind="deno", keys=keys)


async def test_an_error_shows_file_line_and_message(tmp_path: Path) -> None:
    """Of a script in the file, and of a file; asynchronous errors too."""
    thrown = "type A = {a: number};\nfunction f(a: A) { throw new TypeError('boom ' + a.a); }\nf({a: 1});"
    (tmp_path / "main.ts").write_text(thrown, "utf-8")
    for config, message in (
        ({"script": thrown}, r"TypeError: boom 1, at line 2 of the script \(exit code 1\)"),
        ({"file": "main.ts"}, rf"TypeError: boom 1, at {tmp_path}/main.ts:2:26 \(exit code 1\)"),
        (
            {"script": "\nsetTimeout(() => { throw new RangeError('late') }, 1)"},
            "RangeError: late, at line 2",
        ),
        ({"script": "Promise.reject(new Error('lost'))"}, "Error: lost, at line 1"),
        ({"script": "throw {code: 5}"}, "{ code: 5 }"),
        ({"script": "Deno.exit(3)"}, "exit code 3$"),
        ({"script": "await new Promise(() => {})"}, "^the script awaits something that never comes"),
        ({"script": "\nWfe.setOutput('a', 1n)"}, "serialize a BigInt, at line 2 of the script"),
        ({"script": "Wfe.setOutput('a', () => 1)"}, r'"a" is no JSON: a function, at line 1 of'),
        ({"script": "Wfe.setOutput('a', 0 / 0)"}, r'"a" is no JSON: NaN, at line 1 of'),
        ({"script": "\nthrow new Error('x'.repeat(2 ** 21))"}, "^Error: x{4000}, at line 2 of the script"),
    ):
        step = RunningStep(config, kind="deno", root=tmp_path)
        with pytest.raises(ProcessFailedError, match=message):
            await step.run()
        assert "deno_loader" not in step.lines.text("stderr")


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(
    "script", ["for (;;) {}", "await fetch('http://127.0.0.1:PORT')", "setInterval(() => {}, 1000)"]
)
async def test_time_is_limited(script: str) -> None:
    """A loop that hears no signal, a request without an answer, a timer: ended when their time is up."""
    silent = await asyncio.start_server(_never_answer, "127.0.0.1", 0)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        config = {
            "script": script.replace("PORT", str(port)),
            "timeout": "500ms",
            "permissions": {"net": ["127.0.0.1"]},
        }
        with pytest.raises(StepTimeoutError, match=r"its timeout of 0\.5 s"):
            await run_step(config, kind="deno")


async def _never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


@pytest.mark.parametrize(
    "script",
    [
        "const a = []; for (;;) a.push(new Uint8Array(5_000_000).fill(1));",
        "const a = []; for (;;) a.push({x: Math.random(), y: 'y' + Math.random()});",
    ],
    ids=["buffers", "heap"],
)
async def test_memory_is_limited(script: str) -> None:
    """Neither the heap nor what lies outside of it grows beyond the limit."""
    with pytest.raises(ProcessFailedError, match="memory"):
        await run_step({"script": script, "memory": "150m"}, kind="deno")


# ---------------------------------------------------------------- elsewhere


async def test_a_path_with_a_comma_is_refused(tmp_path: Path) -> None:
    """In the lists of Deno it would stand for two other paths, and there is no way to write it."""
    with pytest.raises(StepError, match="no permission for a path with a comma"):
        await run_step({"script": "1", "permissions": {"read": ["a,/etc"]}}, kind="deno", root=tmp_path)
    tools = local_tools(home=tmp_path / "a,b")
    with pytest.raises(StepError, match="the path of the run has a comma"):
        await run_step({"script": "1"}, kind="deno", tools=tools)
    await tools.processes.close()


async def test_without_deno_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the extra nor a program on the PATH: the message names both."""

    def nothing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", nothing)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(StepError, match=r"pip install 'wfe\[deno\]', or put it on PATH"):
        await run_step({"script": "1"}, kind="deno")


async def test_it_is_a_body_for_the_builder(wfe: WfeEngine) -> None:
    """The data of the workflow are its inputs; its outputs are merged into them."""
    script = "Wfe.setOutput('twice', 2 * Wfe.getData('inputs.n'));"
    flow = WorkflowBuilder("w").then(deno(script=script)).build()
    wfe.register(flow)
    assert await wfe.result(await wfe.start(flow, {"n": 4})) == {"n": 4, "twice": 8}


def test_a_variable_that_changes_programs_takes_no_value() -> None:
    """`LD_PRELOAD` and the like may stand in a file, but no expression may give them."""
    with pytest.raises(YamlError, match="changes how programs run"):
        RunningStep({"script": "1", "env": {"LD_PRELOAD": "$<< inputs.a >>"}}, kind="deno", inputs={"a": 1})

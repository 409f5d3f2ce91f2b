"""The type `browser` in a container, against a real daemon and a real Chromium."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.services.chromium import CHROMIUM, chromium_image
from tests.services.docker import Docker, docker_or_skip
from tests.services.local import UnavailableError
from tests.waiting import until
from wfe_core.errors import StepError, StepTimeoutError
from wfe_yaml.executors import ProcessFailedError
from wfe_yaml.executors.types.browser import BrowserExecutor
from wfe_yaml.testing import ExecutorConformance, RunningStep

pytestmark = [pytest.mark.slow, pytest.mark.docker, pytest.mark.browser, pytest.mark.signals]

INSIDE = {"in": "docker", "image": CHROMIUM, "timeout": "5m"}
ENDLESS = {"html": "<p>", "wait": {"selector": "#never"}}


@pytest.fixture(scope="module", autouse=True)
def engine() -> Iterator[Docker]:
    """The daemon, as the environment names it, with the image."""
    found = docker_or_skip()
    try:
        chromium_image(found)
    except UnavailableError as exc:
        pytest.skip(str(exc))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", found.host)
        patch.delenv("DOCKER_CONTEXT", raising=False)
        yield found


class TestLaws(ExecutorConformance):
    """A browser in a container keeps the laws of all types."""

    executor = BrowserExecutor
    good = ({"html": "<p>hello", "mode": "dom", **INSIDE},)
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "'vcpus': is for a browser in a microVM: say `in: zypi`": {"html": "", "vcpus": 2, **INSIDE},
    }
    failing: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "ERR_CONNECTION_REFUSED": {"url": "http://127.0.0.1:65535/", "network": "host", **INSIDE},
        "the image 'no-such-image:1' cannot be had": {
            **INSIDE, "html": "", "image": "no-such-image:1", "pull": "never",
        },
        "no program of these names, choose one by browser: no-such-browser": {
            "html": "", "browser": "no-such-browser", **INSIDE,
        },
        "cannot make its sandbox here": {"html": "", "sandbox": True, **INSIDE},
        "out of memory: the kernel killed it, because it used too much, more than its 40 MiB": {
            "html": "", "memory": "40m", **INSIDE,
        },
    }  # fmt: skip
    endless: ClassVar[Mapping[str, Any] | None] = {
        "html": "<script>console.log('begun'); for (;;) {}</script>",
        **INSIDE,
    }
    secret: ClassVar[Mapping[str, Any] | None] = {
        "html": "<p>$<< secrets.TOKEN >></p><script>console.log('$<< secrets.TOKEN >>')</script>",
        "env": {"TOKEN": "$<< secrets.TOKEN >>"},
        **INSIDE,
    }


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Give a page, and no other."""
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Here</title><p id=p>first</p><script>p.textContent = 'last'</script>")

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    """A server of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def step(config: Mapping[str, Any], **others: Any) -> tuple[RunningStep, str]:
    """A step in a container of the image, and the label of its container."""
    running = RunningStep({**INSIDE, **config}, kind="browser", **others)
    return running, f"wfe.run={running.ctx.instance_id}"


async def test_what_a_page_shows(engine: Docker, site: str, tmp_path: Path) -> None:
    """Text, document and picture are those of a browser of this machine; files are written on this one."""
    page = {"url": site, "network": "host"}
    running, label = step(page)
    assert await running.run() == {"title": "Here", "url": site, "status": 200, "text": "last"}
    assert engine.containers(label) == []
    running, label = step({**page, "mode": "dom"})
    assert '<p id="p">last</p>' in (await running.run())["dom"]
    picture = {**page, "mode": "screenshot", "path": "a/b.png", "width": 320, "height": 200}
    running, label = step(picture, root=tmp_path)
    await running.run()
    png = (tmp_path / "a" / "b.png").read_bytes()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (320, 200)
    assert engine.containers(label) == []


async def test_a_page_that_is_not_there_is_a_failure(engine: Docker, site: str) -> None:
    """The status counts as it does on this machine, and the container goes."""
    running, label = step({"url": f"{site}none", "network": "host"})
    with pytest.raises(ProcessFailedError, match="none: 404 Not Found, expected 2xx"):
        await running.run()
    assert engine.containers(label) == []


async def test_a_cancelled_step_leaves_no_container(engine: Docker) -> None:
    """Its container has no rights, no folders and the declared variables; cancelled, it is gone."""
    running, label = step({**ENDLESS, "env": {"COLOUR": "red", "HOME": "/work"}})
    task = asyncio.create_task(running.run())
    await until(lambda: "waits for #never" in running.lines.text("stdout"))
    (name,) = engine.containers(label)
    told = json.loads(engine("inspect", name))[0]
    assert told["HostConfig"]["CapDrop"] == ["ALL"]
    assert told["HostConfig"]["SecurityOpt"] == ["no-new-privileges"]
    assert told["Mounts"] == []
    assert {"COLOUR=red", "HOME=/work"} <= set(told["Config"]["Env"])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.containers(label) == []


@pytest.mark.parametrize("timeout", ["300ms", "4s"])
async def test_after_its_timeout_nothing_is_left(engine: Docker, timeout: str) -> None:
    """Whether the container is being made just then, or runs."""
    running, label = step({**ENDLESS, "timeout": timeout})
    with pytest.raises(StepTimeoutError, match="its timeout"):
        await running.run()
    assert engine.containers(label) == []


async def test_no_secret_stands_in_a_command_line(engine: Docker) -> None:
    """An image whose name holds a secret is refused before anything runs."""
    config = {"html": "", "image": "x/$<< secrets.TOKEN >>"}
    running, label = step(config, secrets={"TOKEN": "s3cr3t-s3cr3t"})
    with pytest.raises(StepError, match="the secret TOKEN would stand in a command line"):
        await running.run()
    assert engine.containers(label) == []

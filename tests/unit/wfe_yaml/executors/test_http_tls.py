"""The type `http` over TLS: who a server is, is checked, against the public authorities and one's own."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from wfe_core.errors import StepError
from wfe_yaml.testing import run_step

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")


class _Greets(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Greet."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args: object) -> None:
        """Be quiet."""


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *args: object) -> None:
        """Clients that refuse the server break the handshake off."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority of our own, another one, and the certificate of a server for 127.0.0.1."""
    root = tmp_path_factory.mktemp("tls")
    for name in ("ca", "other"):
        request("-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}", cwd=root)
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1")
    request("-keyout", "server.key", "-out", "server.pem", "-subj", "/CN=server", *signed, cwd=root)
    return root


def request(*args: str, cwd: Path) -> None:
    """Make a certificate."""
    subprocess.run(["openssl", "req", "-x509", *KEY, *args], cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    """A server with that certificate."""
    server = _Quiet(("127.0.0.1", 0), _Greets)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


async def ask(folder: Path, **config: Any) -> dict[str, Any]:
    """Run a step and give its outputs."""
    outputs, _ = await run_step(config, kind="http", root=folder)
    return outputs


async def test_an_authority_of_ones_own_is_trusted_when_it_is_named(folder: Path, url: str) -> None:
    """With `ca` the server is believed; without it, with another one, or by another name it is not."""
    assert (await ask(folder, url=url, ca="ca.pem"))["body"] == "hello"
    for refused in ({"url": url}, {"url": url, "ca": "other.pem"}):
        with pytest.raises(StepError, match="CERTIFICATE_VERIFY_FAILED"):
            await ask(folder, **refused)
    elsewhere = url.replace("127.0.0.1", "localhost")
    with pytest.raises(StepError, match="Hostname mismatch"):
        await ask(folder, url=elsewhere, ca="ca.pem")


async def test_a_file_without_certificates_is_told(folder: Path) -> None:
    """It is named, and trying again is no use."""
    (folder / "empty.pem").write_text("nothing")
    for name, why in (("none.pem", "No such file"), ("empty.pem", "no certificates in PEM")):
        with pytest.raises(StepError, match=why) as caught:
            await ask(folder, url="https://127.0.0.1:65535", ca=name)
        assert not caught.value.retryable

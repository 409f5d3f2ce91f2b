"""Who may come in, and how: a real node behind an endpoint that speaks TLS and wants an account."""

from __future__ import annotations

import asyncio
import base64
import secrets
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.certificates import certificates_or_skip
from tests.services.opensearch.node import OpenSearch
from tests.services.opensearch.proxy import Answer, Proxy, Request
from wfe_core import WorkflowBuilder, step
from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.ports import InstanceQuery
from wfe_core.registry import open_providers
from wfe_host import HostConfig, WorkflowHost

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(300)]

PASSWORD = "s cret/@:"
ACCOUNT = "worker:s%20cret%2F%40%3A"
"""As it stands in a URL."""
PATH = "/search/of/jobs"
_REFUSED = Answer(401, "Unauthorized")


class Endpoint:
    """What hosts speak to: `https://127.0.0.1/search/of/jobs`, for one account.

    Attributes:
        proxy: in front of the node.
        folder: of the certificates.
        prefix: of the indexes.
    """

    def __init__(self, proxy: Proxy, folder: Path) -> None:
        self.proxy = proxy
        self.folder = folder
        self.prefix = f"t{secrets.token_hex(8)}"

    def url(
        self, account: str = ACCOUNT, *, ca: str = "ca.crt", scheme: str = "https", host: str = ""
    ) -> str:
        """Give its URL, as users write it."""
        where = f"{account}@{host or '127.0.0.1'}:{self.proxy.port}{PATH}"
        trusted = f"&ca={self.folder / ca}" if ca else ""
        return f"{scheme}://{where}?prefix={self.prefix}&replicas=0&fallback=none{trusted}"


def guard(request: Request) -> Answer | None:
    """Let the account in, as OpenSearch's own security plugin does: its answer to others is no JSON."""
    given = request.headers.get("Authorization", "").removeprefix("Basic ")
    return None if base64.b64decode(given).decode() == f"worker:{PASSWORD}" else _REFUSED


@pytest.fixture
async def endpoint(server: OpenSearch, tmp_path: Path) -> AsyncIterator[Endpoint]:
    """An endpoint in front of the node that all tests share."""
    folder = await asyncio.to_thread(certificates_or_skip, tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    async with Proxy(server.base.removeprefix("opensearch+"), context, path=PATH) as proxy:
        proxy.fault = guard
        made = Endpoint(proxy, folder)
        yield made
        await asyncio.to_thread(server.forget, made.prefix)


@step
async def work() -> dict[str, str]:
    """Leave a word that can be found."""
    return {"found": "needle"}


async def look(url: str) -> None:
    """Search, as a host does."""
    providers = open_providers("memory://", search=url)
    assert providers.search is not None
    async with providers.store, providers.search as search:
        await search.search(InstanceQuery(text="needle"))


@pytest.mark.parametrize("scheme", ["https", "opensearch+https"])
async def test_a_host_searches_over_tls_with_an_account(endpoint: Endpoint, scheme: str) -> None:
    """Every request goes to the path of the URL, and shows the account; the URL says all that is needed."""
    definition = WorkflowBuilder("flow").then(work).build()
    async with WorkflowHost.connect("memory://", search=endpoint.url(scheme=scheme)) as host:
        host.register(definition)
        handle = await host.start(definition, {})
        await handle.result()
        assert [one.id for one in await host.search("needle")] == [handle.id]
        assert (await host.health())["search"] == "ok"
        assert await host.reindex() == 1
        assert [one.id for one in await host.search("needle")] == [handle.id]
    assert endpoint.proxy.requests
    assert all(one.path.startswith(f"{PATH}/") for one in endpoint.proxy.requests)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ca": "other.crt"}, r"certificate of .* is not trusted: give its authority as \?ca="),
        ({"ca": ""}, r"certificate of .* is not trusted: give its authority as \?ca="),
        ({"host": "localhost"}, "is not trusted: .* the name that it is made out to"),
        ({"account": "worker:guessed"}, "does not know this user or password; check the URL"),
        ({"scheme": "http", "ca": ""}, "cannot be reached|not understood"),
        ({"ca": "missing.crt"}, "the certificates in .*missing.crt cannot be read"),
        ({"ca": "server.key"}, "the certificates in .*server.key cannot be read"),
    ],
    ids=["authority", "system", "name", "password", "plain", "missing", "key"],
)
async def test_what_is_wrong_is_told(endpoint: Endpoint, given: dict[str, str], message: str) -> None:
    """With a remedy, and without the password, which is in no text and no cause."""
    with pytest.raises(ProviderError, match=message) as caught:
        await look(endpoint.url(**given))
    shown = f"{caught.value} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert "cret" not in shown
    assert "guessed" not in shown
    if given.get("scheme") != "http":
        assert not isinstance(caught.value, ProviderUnavailableError)


async def test_a_host_goes_on_when_its_account_is_refused(endpoint: Endpoint) -> None:
    """A password that was changed stops nobody: it says what is wrong, and the store's search answers."""
    definition = WorkflowBuilder("flow").then(work).build()
    url = endpoint.url("worker:changed").replace("&fallback=none", "")
    async with WorkflowHost.connect("memory://", config=HostConfig(), search=url) as host:
        host.register(definition)
        handle = await host.start(definition, {})
        await handle.result()
        assert [one.id for one in await host.search("needle")] == [handle.id]
        assert "does not know this user or password" in (await host.health())["search"]

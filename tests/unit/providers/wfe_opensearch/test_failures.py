from __future__ import annotations

import opensearchpy
import pytest

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_opensearch.failures import BusyError, RefusedError, reason_of, translate
from wfe_opensearch.location import Location

WHERE = Location.parse("opensearch+http://user:secret@h:9200")


def answer(
    status: int, kind: str = "some_exception", reason: str = "it is so"
) -> opensearchpy.TransportError:
    """The driver's error for an answer of the server."""
    return opensearchpy.TransportError(
        status, kind, {"error": {"type": kind, "reason": reason}, "status": status}
    )


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (answer(401), RefusedError, "does not know this user or password; check the URL"),
        (answer(403), RefusedError, "does not let this user do it; grant the right"),
        (answer(400), RefusedError, r"refused a request \(some_exception: it is so\)"),
        (answer(429), BusyError, "takes nothing at the moment"),
        (answer(503), BusyError, "takes nothing at the moment"),
        (
            answer(403, "cluster_block_exception", "read-only"),
            BusyError,
            "cluster_block_exception: read-only",
        ),
        (opensearchpy.ConnectionError("N/A", "x", OSError("no route")), ProviderUnavailableError, "no route"),
        (opensearchpy.ConnectionTimeout("TIMEOUT", "x", TimeoutError()), ProviderUnavailableError, "in time"),
        (
            opensearchpy.SSLError("N/A", "x", OSError("self-signed")),
            ProviderError,
            "give its authority as .ca=",
        ),
        (opensearchpy.SerializationError("<html>"), ProviderError, "not understood: <html>"),
    ],
)
def test_each_error_has_its_meaning(
    error: opensearchpy.OpenSearchException, kind: type[ProviderError], message: str
) -> None:
    """In wfe's words, with a remedy, the place, and without user and password."""
    with pytest.raises(kind, match=message) as caught:
        raise translate(error, WHERE) from error
    assert str(WHERE) in str(caught.value)
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value, ProviderUnavailableError) == issubclass(kind, ProviderUnavailableError)


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"error": {"type": "a", "reason": "b"}}, ("a", "b")),
        ({"type": "a", "reason": "b"}, ("a", "b")),
        ({"error": "Rejected"}, ("Rejected", "")),
        ({}, ("", "")),
        (None, ("", "")),
        ("<html>", ("", "")),
    ],
)
def test_reasons_are_found_in_every_form_of_answer(info: object, expected: tuple[str, str]) -> None:
    """Whole answers, parts of bulk answers, and what a proxy says."""
    assert reason_of(info) == expected

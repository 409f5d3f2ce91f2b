"""What OpenSearch's errors mean, in wfe's words: each with a remedy, none with a password."""

from __future__ import annotations

import ssl
from typing import Any, Final, cast

import opensearchpy

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_opensearch.location import Location

UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
DONE: Final = range(200, 300)
MISSING: Final = 404
CONFLICT: Final = 409
TOO_LARGE: Final = 413
BUSY: Final = 429
BROKEN: Final = 500
_LONGEST = 300


class RefusedError(ProviderError):
    """The server understood a request and refused it.

    Attributes:
        status: of the answer, as HTTP has it.
        kind: OpenSearch's name of the error, such as `resource_already_exists_exception`.
    """

    def __init__(self, message: str, *, status: int, kind: str) -> None:
        self.status = status
        self.kind = kind
        super().__init__(message)


class BusyError(ProviderUnavailableError):
    """The server is there and cannot take what it was sent at the moment."""


def translate(error: opensearchpy.OpenSearchException, where: Location) -> ProviderError:
    """Say what an error of the driver means; raise it `from` the error."""
    if isinstance(error, opensearchpy.SSLError) or _is_about_certificates(error):
        return ProviderError(
            f"the certificate of {where} is not trusted: give its authority as ?ca=, and the name that it is "
            f"made out to ({_short(error)})"
        )
    if isinstance(error, opensearchpy.ConnectionTimeout):
        return ProviderUnavailableError(f"{where} did not answer in time: raise ?timeout= if it is only slow")
    if isinstance(error, opensearchpy.ConnectionError):
        return ProviderUnavailableError(
            f"{where} cannot be reached: does OpenSearch run, and is the URL right? ({_short(error)})"
        )
    if isinstance(error, opensearchpy.TransportError) and isinstance(error.status_code, int):
        return refused(error.status_code, *reason_of(error.info), where)
    return ProviderError(f"{where} gave an answer that is not understood: {_short(error)}")


def refused(status: int, kind: str, reason: str, where: Location) -> ProviderError:
    """Say what an answer with an error means."""
    text = f"{kind}: {reason}"[:_LONGEST] if reason else kind or f"status {status}"
    if status == BUSY or status >= BROKEN or kind == "cluster_block_exception":
        return BusyError(f"{where} takes nothing at the moment, see its load, disks and indexes ({text})")
    said = {
        UNAUTHORIZED: "does not know this user or password; check the URL",
        FORBIDDEN: "does not let this user do it; grant the right, or use another one",
    }.get(status, "refused a request")
    return RefusedError(f"{where} {said} ({text})", status=status, kind=kind)


def reason_of(info: object) -> tuple[str, str]:
    """Find the kind and the reason of an error in the body of an answer."""
    body = cast("dict[str, Any]", info) if isinstance(info, dict) else {}
    error: Any = body.get("error", body)
    if isinstance(error, dict):
        parts = cast("dict[str, Any]", error)
        return str(parts.get("type", "")), str(parts.get("reason", ""))
    return str(error or ""), ""


def _is_about_certificates(error: opensearchpy.OpenSearchException) -> bool:
    """Whether a certificate's name or authority is wrong: the driver says only that it cannot connect."""
    found = (*error.args[2:], error.__cause__, error.__context__)
    return any(
        isinstance(getattr(one, "certificate_error", one), ssl.SSLCertVerificationError) for one in found
    )


def _short(error: opensearchpy.OpenSearchException) -> str:
    # The driver's errors are made of status, kind and what was answered, or what failed underneath.
    cause = next((part for part in error.args[2:] if isinstance(part, Exception)), error)
    return str(cause).partition("\n")[0][:_LONGEST] or type(cause).__name__

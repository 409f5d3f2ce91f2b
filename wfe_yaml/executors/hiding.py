"""Errors of steps without the secrets that they might tell."""

from __future__ import annotations

from collections.abc import Mapping
from traceback import TracebackException

from wfe_yaml.executors.masking import mask_text, revealed


def mask_error(error: Exception, secrets: Mapping[str, str]) -> None:
    """Mask secrets in the message of an error, which is stored and shown.

    So is what led to it: that is cut off if it shows a secret.
    """
    if not secrets:
        return
    if revealed(str(error), secrets) is not None:
        error.args = tuple(mask_text(each, secrets) if isinstance(each, str) else each for each in error.args)
    if revealed("".join(TracebackException.from_exception(error).format()), secrets) is not None:
        error.__cause__ = error.__context__ = None

"""How the command names a store and the providers beside it."""

from __future__ import annotations

import pytest

from wfe_yaml.cli.exits import CommandError
from wfe_yaml.cli.stores import Store


def test_options_and_the_environment_name_other_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An option counts more than the environment, which speaks for commands without the option."""
    monkeypatch.setenv("WFE_LOCKS", "redis://env")
    monkeypatch.setenv("WFE_HUB", "redis://hub")
    monkeypatch.delenv("WFE_SEARCH", raising=False)
    store = Store.of("x.db", locks="redis://option", queue="redis://q")
    assert dict(store.beside) == {"locks": "redis://option", "queue": "redis://q", "hub": "redis://hub"}
    assert dict(Store.of(None).beside) == {"locks": "redis://env", "hub": "redis://hub"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:p@ss@db/x", "postgresql://me:***@db/x"),
        ("postgresql://me@db/x", "postgresql://me@db/x"),
        ("postgresql://db/x", "postgresql://db/x"),
        ("a.db", "sqlite:///a.db"),
    ],
)
def test_a_password_is_not_printed(url: str, shown: str) -> None:
    """What `wfe host` says of its store has no password, nor has a command that is proposed."""
    store = Store.of(url)
    assert store.shown == shown
    assert "p@ss" not in store.option
    assert ("***" in store.option) == ("***" in shown)


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ({"locks": "redis://me:secret@h/x"}, r"^--locks: /x is no database"),
        ({"search": "redis://me:secret@h"}, "^--search=redis://: this provider has no search; it has locks"),
        ({"queue": "oracle://me:secret@h"}, "^--queue: no provider knows URLs that begin with oracle://"),
    ],
)
async def test_a_provider_that_will_not_do_is_named(beside: dict[str, str], message: str) -> None:
    """The error begins with the option that is wrong."""
    with pytest.raises(CommandError, match=message) as caught:
        async with Store.of("memory://", **beside).open():
            pass
    assert "secret" not in str(caught.value)

from __future__ import annotations

import pytest

from tests.cli.screens import PAGE, SCREENS, Screen, look

pytestmark = pytest.mark.signals


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.title)
def test_the_transcripts_are_current(screen: Screen, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each transcript of docs/screens.md is what the command shows today, up to times."""
    shown = look(screen, tmp_path_factory.mktemp("screen"))
    assert f"## {screen.title}\n\n```console\n{shown}\n```\n" in PAGE.read_text("utf-8")

"""Artifacts: kept by content, verified when read, from inside the folder only, removed with their runs."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wfe_yaml.artifacts import ArtifactError, ArtifactStore

HOUR = 3_600_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a pipeline."""
    folder = tmp_path / "root"
    (folder / "out" / "deep").mkdir(parents=True)
    (folder / "out" / "a.txt").write_text("a")
    (folder / "out" / "deep" / "b.txt").write_text("b")
    (folder / "out" / "prog").write_text("#!/bin/sh\n")
    (folder / "out" / "prog").chmod(0o755)
    (tmp_path / "secret.txt").write_text("not yours")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    """An empty store."""
    return ArtifactStore(tmp_path / "store")


def test_a_file_is_kept_whatever_becomes_of_the_original(store: ArtifactStore, root: Path) -> None:
    """One file is found under its name, read-only, with the content it had."""
    kept = store.keep(root, "out/a.txt", run="r")
    assert kept is not None
    (root / "out" / "a.txt").write_text("changed")
    path = store.path_of(kept)
    assert (path.name, path.read_text(), kept["files"], kept["bytes"]) == ("a.txt", "a", 1, 1)
    assert path.stat().st_mode & 0o222 == 0


@pytest.mark.parametrize("pattern", ["out", "out/**/*", "*"])
def test_a_folder_or_a_pattern_is_kept_with_all_its_files(
    store: ArtifactStore, root: Path, pattern: str
) -> None:
    """Several files are found in a folder, with their names, and programs stay programs."""
    kept = store.keep(root, pattern, run="r")
    assert kept is not None
    folder = store.path_of(kept)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {"out/a.txt", "out/deep/b.txt", "out/prog"}
    assert os.access(folder / "out" / "prog", os.X_OK)
    assert not (folder / "out" / "a.txt").stat().st_mode & 0o111


def test_the_same_content_is_kept_once(store: ArtifactStore, root: Path) -> None:
    """Content-addressed: the same files again take no room, and are the same artifact."""
    first = store.keep(root, "out", run="r")
    objects = sorted((store.folder / "objects").rglob("*"))
    assert store.keep(root, "out", run="s") == first
    assert sorted((store.folder / "objects").rglob("*")) == objects


def test_nothing_is_kept_where_there_is_nothing(store: ArtifactStore, root: Path) -> None:
    """A pattern without files gives no artifact; what that means is for the step to say."""
    assert store.keep(root, "none/*.txt", run="r") is None


@pytest.mark.parametrize("pattern", ["../secret.txt", "/etc/passwd", "out/../../secret.txt", "", "a\0b"])
def test_a_path_does_not_leave_the_folder(store: ArtifactStore, root: Path, pattern: str) -> None:
    """Absolute paths and `..` are refused, whatever an expression made of them."""
    with pytest.raises(ArtifactError, match="stays below"):
        store.keep(root, pattern, run="r")


def _file_link(root: Path) -> str:
    (root / "link").symlink_to(root.parent / "secret.txt")
    return "link"


def _folder_link(root: Path) -> str:
    (root / "away").symlink_to(root.parent)
    return "away/secret.txt"


def _link_inside(root: Path) -> str:
    (root / "out" / "link").symlink_to("a.txt")
    return "out"


def _dangling(root: Path) -> str:
    (root / "gone").symlink_to("nowhere")
    return "gone*"


def _pipe(root: Path) -> str:
    os.mkfifo(root / "pipe")
    return "pipe"


@pytest.mark.parametrize("make", [_file_link, _folder_link, _link_inside, _dangling, _pipe])
def test_only_regular_files_are_kept(store: ArtifactStore, root: Path, make: Callable[[Path], str]) -> None:
    """A symbolic link, also on the way to a file, and a pipe are refused; nothing waits for a pipe."""
    pattern = make(root)
    with pytest.raises(ArtifactError, match="cannot be kept as an artifact"):
        store.keep(root, pattern, run="r")


@pytest.mark.parametrize(
    "pattern", ["away/*", "away/**", "*/*.txt", "**/away/*", "away/*/deep.txt", "awa?/**/x"]
)
def test_what_lies_beyond_a_link_is_not_searched(store: ArtifactStore, root: Path, pattern: str) -> None:
    """A link may lead to anywhere, so a pattern that goes through one is refused where it meets the link."""
    (root.parent / "wide" / "a").mkdir(parents=True)
    (root.parent / "wide" / "a.txt").write_text("a")
    (root / "away").symlink_to(root.parent / "wide")
    with pytest.raises(ArtifactError, match=r"^'away' cannot be kept as an artifact"):
        store.keep(root, pattern, run="r")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("**", ["out/a.txt", "out/deep/b.txt", "out/prog"]),
        ("**/*.txt", ["out/a.txt", "out/deep/b.txt"]),
        ("out/**/[ab].*", ["out/a.txt", "out/deep/b.txt"]),
        ("o?t/./*", ["out/a.txt", "out/deep/b.txt", "out/prog"]),
        ("out/a.txt/*", []),
    ],
)
def test_patterns_name_files_and_whole_folders(
    store: ArtifactStore, root: Path, pattern: str, found: list[str]
) -> None:
    """`*`, `?` and `[…]` stand for a part of a name, `**` for folders; a folder stands for all in it."""
    kept = store.keep(root, pattern, run="r")
    folder = root.parent if kept is None else store.path_of(kept)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert ([] if kept is None else names) == found


def test_a_secret_is_refused_across_pieces(store: ArtifactStore, root: Path) -> None:
    """Decision 38: what contains a secret is not kept, wherever in the file it stands."""
    (root / "big").write_bytes(b"x" * ((1 << 20) - 3) + b"s3cr3t" + b"y" * 9)
    with pytest.raises(ArtifactError, match="contains the secret TOKEN"):
        store.keep(root, "big", run="r", secrets={"TOKEN": "s3cr3t", "SHORT": "xy"})
    assert not [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_secret_is_refused_in_other_forms_and_in_names(store: ArtifactStore, root: Path) -> None:
    """As JSON, base64, or as the name of a file: an artifact is kept and shown as a whole."""
    secrets = {"TOKEN": 's3cr3t"word'}
    (root / "a.json").write_text(json.dumps({"a": secrets["TOKEN"]}))
    (root / "b").write_bytes(base64.b64encode(b"user:" + secrets["TOKEN"].encode()))
    (root / "c").mkdir()
    (root / "c" / secrets["TOKEN"]).write_text("nothing")
    for pattern in ("a.json", "b"):
        with pytest.raises(ArtifactError, match="contains the secret TOKEN"):
            store.keep(root, pattern, run="r", secrets=secrets)
    with pytest.raises(ArtifactError, match=r"the name of 'c/\*\*\*' contains the secret TOKEN"):
        store.keep(root, "c", run="r", secrets=secrets)
    assert not [path for path in store.folder.rglob("*") if path.is_file()]


def test_what_many_files_have_is_no_secret(store: ArtifactStore, root: Path) -> None:
    """A line of a key is in all keys, and four letters are anywhere: they keep no file back."""
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----"
    (root / "a").write_text("-----BEGIN PRIVATE KEY-----\nanother\n")
    (root / "b").write_bytes(base64.b64encode(b"abcd"))
    for pattern in ("a", "b"):
        assert store.keep(root, pattern, run="r", secrets={"KEY": key, "SHORT": "abcd"})
    (root / "b").write_text("x abcd y")
    with pytest.raises(ArtifactError, match="contains the secret SHORT"):
        store.keep(root, "b", run="r", secrets={"SHORT": "abcd"})


def _change(tree: Path) -> None:
    file = tree / "out" / "a.txt"
    file.chmod(0o644)
    file.write_text("b")


def _swap(tree: Path) -> None:
    (tree / "out" / "a.txt").unlink()
    (tree / "out" / "a.txt").symlink_to("/etc/hostname")


def _add(tree: Path) -> None:
    (tree / "out" / "more").write_text("more")


@pytest.mark.parametrize("damage", [_change, _swap, _add])
def test_damage_is_found_when_an_artifact_is_read(
    store: ArtifactStore, root: Path, damage: Callable[[Path], None]
) -> None:
    """Verified on read: changed, swapped or added files are refused, until the step has made them again."""
    kept = store.keep(root, "out", run="r")
    assert kept is not None
    damage(store.path_of(kept))
    with pytest.raises(ArtifactError, match="wfe retry"):
        ArtifactStore(store.folder).path_of(kept)
    with pytest.raises(ArtifactError, match="wfe retry"):
        store.path_of(kept)
    assert store.keep(root, "out", run="r") == kept
    assert (store.path_of(kept) / "out" / "a.txt").read_text() == "a"


def test_a_lost_folder_is_laid_out_again(store: ArtifactStore, root: Path) -> None:
    """The names can be had again from the contents; without these it is gone, and says so."""
    kept = store.keep(root, "out/a.txt", run="r")
    assert kept is not None
    (store.folder / "trees").rename(store.folder / "away")
    assert store.path_of(kept).read_text() == "a"
    with pytest.raises(ArtifactError, match="not in"):
        store.path_of({**kept, "tree": "0" * 64})


def test_what_no_run_has_any_more_is_removed(store: ArtifactStore, root: Path) -> None:
    """Retention: artifacts go with the last run that has them, or at their time; what is new stays."""
    shared = store.keep(root, "out/a.txt", run="one")
    assert store.keep(root, "out/a.txt", run="two/child") == shared
    alone = store.keep(root, "out/deep", run="one")
    brief = store.keep(root, "out/prog", run="two", until=5)
    assert shared is not None
    assert alone is not None
    assert brief is not None
    assert store.runs() == ["one", "two"]
    now = int(root.stat().st_mtime * 1e6)
    assert store.sweep({"one"}, now=now) == 0  # all of it is too new
    assert store.path_of(alone).is_dir()
    assert store.sweep(set(), now=now + 2 * HOUR) == 2
    assert store.path_of(shared).read_text() == "a"
    for each in (alone, brief):
        with pytest.raises(ArtifactError):
            store.path_of(each)
    assert store.sweep({"two"}, now=now + 2 * HOUR) == 1
    assert not [path for path in store.folder.rglob("*") if path.is_file()]

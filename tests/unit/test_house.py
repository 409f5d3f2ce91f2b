"""The laws of the house: what the tree looks like, whatever the code does."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = sorted(ROOT / path for path in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])

MAX_LINES = 500
MAX_PUBLIC_METHODS = 15
# Each method of a facade delegates in a statement; SyncWorkflowHost mirrors WorkflowHost call by call.
FACADES = frozenset({"WorkflowHost", "SyncWorkflowHost", "WorkflowBuilder", "Branch"})
PUBLIC_HOSTS = frozenset({"pypi.org", "files.pythonhosted.org"})


def modules() -> list[Path]:
    """Every Python file of the shipped packages."""
    return [path for package in PACKAGES for path in sorted(package.rglob("*.py"))]


def shown(path: Path) -> str:
    """The path as a reader of the repository knows it."""
    return path.relative_to(ROOT).as_posix()


def public_methods(cls: ast.ClassDef) -> set[str]:
    """Names of the methods that a class defines for its users; properties are attributes, not methods."""

    def is_property(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        return any(
            ast.unparse(decorator).endswith(("property", ".setter", ".deleter"))
            for decorator in function.decorator_list
        )

    return {
        node.name
        for node in cls.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not is_property(node)
    }


def crowded_classes(source: str) -> list[str]:
    """Classes with more public methods than one idea needs."""
    return [
        f"{cls.name} has {len(methods)} public methods"
        for cls in ast.walk(ast.parse(source))
        if isinstance(cls, ast.ClassDef)
        and cls.name not in FACADES
        and len(methods := public_methods(cls)) > MAX_PUBLIC_METHODS
    ]


def test_every_package_of_the_tree_is_shipped() -> None:
    """A package that stands in the tree is in the wheel, and the wheel names no package that isn't there."""
    found = {
        init.parent for folder in (ROOT, ROOT / "providers") for init in folder.glob("wfe_*/__init__.py")
    }
    assert found == set(PACKAGES)


def test_every_package_is_linted_and_measured() -> None:
    """The floors, the import order and the coverage count the same packages as the wheel."""
    names = sorted(package.name for package in PACKAGES)
    tool = PROJECT["tool"]
    assert sorted(tool["importlinter"]["root_packages"]) == names
    assert sorted(tool["ruff"]["lint"]["isort"]["known-first-party"]) == names
    assert sorted(tool["coverage"]["run"]["source_pkgs"]) == names


@pytest.mark.parametrize("package", PACKAGES, ids=shown)
def test_a_package_is_typed_and_says_what_it_is(package: Path) -> None:
    """Every shipped package carries py.typed and a docstring."""
    assert (package / "py.typed").is_file()
    assert ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8")))


def test_providers_is_a_plain_folder() -> None:
    """`providers` is no package, so it can't collide with a package of a user's own."""
    assert not (ROOT / "providers" / "__init__.py").exists()


def test_entry_points_name_shipped_packages() -> None:
    """Every provider that is announced by entry point lives in a package of the wheel."""
    announced = {
        point.module.split(".")[0]
        for point in entry_points(group="wfe.providers")
        if point.dist and point.dist.name == "wfe"
    }
    assert announced
    assert announced <= {package.name for package in PACKAGES}


def test_no_module_outgrows_a_reader() -> None:
    """No file of the packages exceeds 500 lines, those excepted that are generated for machines to read."""
    written = [path for path in modules() if path.parent.name != "generated"]
    lengths = {shown(path): len(path.read_text("utf-8").splitlines()) for path in written}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_class_outgrows_its_idea() -> None:
    """No class has more than 15 public methods, the facades excepted."""
    crowded = {shown(path): crowded_classes(path.read_text("utf-8")) for path in modules()}
    assert {path: classes for path, classes in crowded.items() if classes} == {}


def test_methods_are_counted_once_and_properties_not_at_all() -> None:
    """The count takes public methods, sync or async, each overloaded name once, and leaves attributes out."""
    methods = "".join(f"    async def m{n}(self): ...\n" for n in range(MAX_PUBLIC_METHODS))
    free = "    @property\n    def p(self): ...\n    def m0(self): ...\n    def _private(self): ...\n"
    assert crowded_classes(f"class Full:\n{methods}{free}") == []
    assert crowded_classes(f"class Over:\n{methods}    def more(self): ...\n") == [
        "Over has 16 public methods"
    ]
    assert crowded_classes(f"class WorkflowHost:\n{methods}    def more(self): ...\n") == []


def test_every_ruff_ignore_has_a_reason() -> None:
    """Ruff selects ALL; a rule is ignored only with the reason beside it, or above a seam's own line."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    ruff = text.partition("[tool.ruff.lint]")[2].partition("[tool.ruff.lint.pydocstyle]")[0]
    rules = [line for line in ruff.splitlines() if re.match(r'\s+"[A-Z]+\d*",', line)]
    assert rules
    assert [line for line in rules if not re.search(r"# \S", line)] == []


def test_the_lock_names_only_the_public_index() -> None:
    """Whoever locks behind a mirror doesn't lock everybody else to it."""
    urls = re.findall(r'https?://[^"\s]+', (ROOT / "uv.lock").read_text("utf-8"))
    assert {urlsplit(url).hostname for url in urls} <= PUBLIC_HOSTS

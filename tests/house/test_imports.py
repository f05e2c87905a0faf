"""Who may know whom, held without the import linter: each domain package in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.tree import ROOT, files, imports, name

OUTSIDE = ("starlette", "tortoise", "httpx", "jinja2")
FORBIDDEN = {
    "eligibility": ("service", "forms", "petitions", *OUTSIDE),
    "forms": ("service", "petitions", *OUTSIDE),
    "petitions": ("service", "forms", "eligibility", *OUTSIDE),
}
LOAD_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(" ".join(sorted(name for name in sys.argv[2:] if name in sys.modules)))
"""
PAGES = ("resident", "caseworker", "leaders", "public", "api")
WRITES_AND_READS = ("service.models",)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_domain_package_loads_without_what_it_must_not_know(package: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD_ALL, package, *FORBIDDEN[package]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.split() == []


def test_pages_reach_tables_only_through_actions_and_queries() -> None:
    folders = [f"service/{page}" for page in PAGES]
    found = [
        f"{name(path)}:{line} imports {imported}"
        for path in files(*folders, suffix=".py")
        for line, imported in imports(path)
        if imported.startswith(WRITES_AND_READS)
    ]
    assert found == []


def test_the_product_never_imports_its_tests() -> None:
    found = [
        f"{name(path)}:{line} imports {imported}"
        for path in files("service", "forms", "eligibility", "petitions", suffix=".py")
        for line, imported in imports(path)
        if imported.split(".")[0] in {"tests", "pytest", "hypothesis", "playwright"}
    ]
    assert found == []

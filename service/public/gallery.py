"""Every component with its examples, from the YAML beside each; shown in the demonstration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment
from markupsafe import Markup

from service.templating import TEMPLATES

COMPONENTS = TEMPLATES / "components"


@dataclass(frozen=True, slots=True)
class Example:
    """One rendering of a component, by the arguments written beside it."""

    name: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Component:
    """A component's purpose, parameters and rendered examples."""

    name: str
    about: str
    parameters: Mapping[str, str]
    examples: Sequence[Example]


def components(environment: Environment, folder: Path = COMPONENTS) -> list[Component]:
    """All components in order of name, rendered by one language's environment."""
    return [component(environment, file) for file in sorted(folder.glob("*.yaml"))]


def component(environment: Environment, file: Path) -> Component:
    told = read(file, file.stat().st_mtime_ns)
    macro = getattr(environment.get_template(f"components/{file.stem}.html").module, file.stem)
    extra = {"caller": lambda: Markup("<p>{}</p>").format(told["call"])} if "call" in told else {}
    examples = [
        Example(name.replace("_", " "), macro(**values, **extra))
        for name, values in told["examples"].items()
    ]
    return Component(file.stem, told["about"], told["parameters"], examples)


@lru_cache(256)
def read(file: Path, _changed_at: int) -> Mapping[str, Any]:
    """What is written beside a component, read again only after it was changed."""
    told: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return told

"""How templates become Python: the page Jinja's own code writes, byte for byte, in less time.

Jinja is ready for functions that are handed the context, for macros without automatic escaping and
for attributes whose names nobody chose. Our templates have none of these, so a call is a call, what
is escaped goes straight into the page, and a macro takes its arguments by their names.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from jinja2.compiler import CodeGenerator
from jinja2.runtime import Macro, Undefined
from jinja2.utils import missing
from markupsafe import Markup, _escape_inner  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from jinja2 import Environment, nodes
    from jinja2.compiler import Frame

# What a template's code calls by these names. It stands on the line of Jinja's own import, so that
# every line keeps its number.
OURS = "from service.template_code import ByName as Macro, escaped as escape"


def escaped(value: object) -> str:
    """What `markupsafe.escape` gives, as text that is written into the page at once."""
    if type(value) is str:
        return str(_escape_inner(value))
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return str(_escape_inner(str(value)))


def tag_attributes(attributes: Mapping[str, object]) -> Markup:
    """` name="value"` for each that is something. The names are ours; the values are escaped."""
    written = [
        f' {name}="{escaped(value)}"'
        for name, value in attributes.items()
        if value is not None and not isinstance(value, Undefined)
    ]
    return Markup("".join(written))  # noqa: S704 (escaped three lines above)


class ByName(Macro):
    """A macro that is called by names alone, as ours are; every other call goes Jinja's way."""

    def __init__(
        self,
        environment: Environment,
        function: Callable[..., str],
        name: str,
        arguments: list[str],
        *needs: bool,
    ) -> None:
        super().__init__(environment, function, name, arguments, *needs)
        self._simple = not (self.caller or self.catch_kwargs or self.catch_varargs)

    def __call__(self, *args: Any, **given: Any) -> str:
        if args or not self._simple:
            return super().__call__(*args, **given)
        take = given.pop
        values = [take(name, missing) for name in self.arguments]
        if given:
            raise TypeError(f"macro {self.name!r} takes no argument {next(iter(given))!r}")
        return Markup(self._func(*values))  # noqa: S704 (a macro's body is escaped as it is written)


class PlainCalls(CodeGenerator):
    """Writes a call in a template as a call, where Jinja asks first what it may be handed."""

    stream: TextIO

    def visit_Call(  # noqa: N802 (the visitor's own names)
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        self.visit(node.node, frame)
        whole, self.stream = self.stream, StringIO()
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        given, self.stream = self.stream.getvalue(), whole
        self.write(f"({given.removeprefix(', ')})")

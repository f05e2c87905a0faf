"""How templates become Python: the page Jinja's own code writes, byte for byte, in less time.

Jinja is ready for functions that are handed the context, for macros without automatic escaping and
for attributes whose names nobody chose. Our templates have none of these, so a call is a call, an
attribute is an attribute, what is escaped goes straight into the page, and a macro is a function of
its arguments.
"""

from __future__ import annotations

from functools import partial
from io import StringIO
from keyword import iskeyword
from typing import TYPE_CHECKING

from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Undefined, markup_join
from markupsafe import Markup, _escape_inner  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from jinja2.compiler import Frame, MacroRef

# What a template's code calls by these names. It stands on the line of Jinja's own import, so that
# every line keeps its number.
OURS = "from service.template_code import escaped as escape, joined as markup_join, safe as _safe_"
# Text that is escaped already, such as a macro's body, as such.
safe: Callable[[str], Markup] = partial(str.__new__, Markup)


def escaped(value: object) -> str:
    """What `markupsafe.escape` gives, as text that is written into the page at once."""
    if type(value) is str:
        return str(_escape_inner(value))
    if type(value) is Markup:
        return value
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return str(_escape_inner(str(value)))


def joined(parts: tuple[object, ...]) -> str:
    """`a ~ b`: text where all parts are text, else Jinja's own way."""
    for part in parts:
        if type(part) is not str:
            return markup_join(parts)
    return "".join(parts)  # type: ignore[arg-type]


def tag_attributes(attributes: Mapping[str, object]) -> Markup:
    """` name="value"` for each that is something. The names are ours; the values are escaped."""
    written = [
        f' {name}="{escaped(value)}"'
        for name, value in attributes.items()
        if value is not None and not isinstance(value, Undefined)
    ]
    return safe("".join(written))


class PlainCalls(CodeGenerator):
    """Writes a call in a template as a call, where Jinja asks first what it may be handed; and the
    like."""

    stream: TextIO

    def visit_Call(  # noqa: N802 (the visitor's own names)
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        self.visit(node.node, frame)
        whole, self.stream = self.stream, StringIO()
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        given, self.stream = self.stream.getvalue(), whole
        self.write(f"({given.removeprefix(', ')})")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        """The attribute where there is one, and Jinja's own look for it where there is none."""
        found, of = self.temporary_identifier(), self.temporary_identifier()
        self.write(f"({found} if ({found} := getattr(({of} := ")
        self.visit(node.node, frame)
        self.write(f"), {node.attr!r}, missing)) is not missing")
        self.write(f" else environment.getattr({of}, {node.attr!r}))")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        super().visit_Concat(nodes.Concat(_or_nothing(node.nodes), lineno=node.lineno), frame)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802
        super().visit_Output(nodes.Output(_or_nothing(node.nodes), lineno=node.lineno), frame)

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        """A macro as a plain function. What asks for its caller or for any arguments stays Jinja's
        own."""
        names = [argument.name for argument in macro_ref.node.args]
        special = (macro_ref.accesses_caller, macro_ref.accesses_kwargs, macro_ref.accesses_varargs)
        if any(special) or any(iskeyword(name) for name in names):
            super().macro_def(macro_ref, frame)
            return
        taken = ", ".join(f"{name}=_missing_" for name in names)
        # Bound now: the next macro of the template is called `macro` as well.
        self.write(
            f"(lambda _macro_, _missing_: lambda {taken}: _safe_(_macro_({', '.join(names)})))"
            "(macro, missing)"
        )


def _or_nothing(written: list[nodes.Expr]) -> list[nodes.Expr]:
    """`'a' if b` without an else writes nothing, and needs no object to say so."""
    return [
        nodes.CondExpr(each.test, each.expr1, nodes.Const(""), lineno=each.lineno)
        if isinstance(each, nodes.CondExpr) and each.expr2 is None
        else each
        for each in written
    ]

"""A typed name as a signature: letters that somebody else can read."""

from __future__ import annotations

from forms import grammars
from forms.grammars import Refused
from service.i18n import _

LONGEST_NAME = 100
NO_NAME = _("Type your name to sign.")
LONG_NAME = _("Type your name with at most 100 letters.")


def signature_fault(typed: str) -> str | None:
    """What to say of a signature that will not do, still in English."""
    if len(typed) > LONGEST_NAME:
        return LONG_NAME
    try:
        name = grammars.clean(typed)
    except Refused as refused:
        return refused.message.text
    return None if any(each.isalpha() for each in name) else NO_NAME

"""Keys of agencies and partners, and where agencies want their hints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.actions.api_keys import AGENCY, PARTNER, create_key, revoke_key
from service.actions.endpoints import remove_endpoint, set_endpoint
from service.administration.accounts import Option
from service.administration.shown_once import shown_once
from service.body import read_form
from service.caseworker.case_words import agency_name
from service.errors import Invalid, Malformed, NotFound
from service.i18n import _
from service.queries.api_keys import all_keys
from service.queries.endpoints import endpoint_of
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.body import Form
    from service.queries.api_keys import KeyLine

PAGE = "/staff/keys"
PARTNER_FORM = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
LONGEST_LABEL = 100
ONE_HOLDER = _("Choose an office, or name a partner: one of the two.")
PARTNER_NAME = _("A partner’s name has small letters, digits, _ and - only.")
NO_ADDRESS = _("Give a public https address.")
NO_OFFICE = _("Choose an office.")
ONCE = _("It is shown this once. Anyone who has it can act for its holder.")
FIELDS = ("holder", "partner", "label", "agency", "url")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the list."""

    id: str
    holder: str
    label: str
    made: str
    ended: str | None


@dataclass(frozen=True, slots=True)
class Address:
    """Where one agency's hints go."""

    agency: str
    name: str
    url: str
    paused: str | None


@dataclass(frozen=True, slots=True)
class KeysView:
    """Keys, addresses, and the forms to change them."""

    heading: str
    keys: Sequence[Key]
    addresses: Sequence[Address]
    agencies: Sequence[Option]
    typed: Mapping[str, str]
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


async def keys(request: Request) -> Response:
    """Every key and every address."""
    return await _page(request, {})


async def changed(request: Request) -> Response:
    """Make or end a key; set or take away an address."""
    form, actor, now = await read_form(request), request.state.actor, now_of(request)
    if language_switch(request, form) is not None:
        return await _page(request, _typed(form))
    match form.get("_action"):
        case "make":
            return await _make(request, form)
        case "end":
            await revoke_key(actor, as_id(form.get("key")), now)
        case "set":
            return await _set(request, form)
        case "take":
            agency = form.get("agency")
            if agency not in services_of(request).city.agencies:
                raise NotFound
            await remove_endpoint(actor, agency, now)
        case _:
            raise Malformed("unknown_action")
    return redirect(PAGE)


async def _make(request: Request, form: Form) -> Response:
    services, words = services_of(request), translator_of(request)
    holder, partner = form.get("holder"), form.get("partner").strip()
    if bool(holder) == bool(partner) or (holder and holder not in services.city.agencies):
        return await _page(request, _typed(form), ("holder", ONE_HOLDER))
    if partner and (not PARTNER_FORM.fullmatch(partner) or partner in services.city.agencies):
        return await _page(request, _typed(form), ("partner", PARTNER_NAME))
    kind = AGENCY if holder else PARTNER
    label = " ".join(form.get("label").split())[:LONGEST_LABEL]
    made = await create_key(request.state.actor, kind, holder or partner, label, now_of(request))
    return shown_once(request, words.gettext("New key"), made, words.gettext(ONCE), PAGE)


async def _set(request: Request, form: Form) -> Response:
    services, agency = services_of(request), form.get("agency")
    if agency not in services.city.agencies:
        return await _page(request, _typed(form), ("agency", NO_OFFICE))
    try:
        await set_endpoint(
            request.state.actor,
            agency,
            form.get("url").strip(),
            now_of(request),
            loopback=services.settings.demo,
        )
    except Invalid:
        return await _page(request, _typed(form), ("url", NO_ADDRESS))
    return redirect(PAGE)


async def _page(
    request: Request, typed: Mapping[str, str], problem: tuple[str, str] | None = None
) -> Response:
    services, words = services_of(request), translator_of(request)
    addresses = []
    for id in services.city.agencies:
        found = await endpoint_of(id)
        if found is not None:
            paused = words.moment(found.paused_at) if found.paused_at else None
            addresses.append(Address(id, agency_name(id, services, words), found.url, paused))
    errors = [FieldProblem(problem[0], words.gettext(problem[1]))] if problem else []
    view = KeysView(
        heading=words.gettext("Keys and addresses"),
        keys=[_key(request, each) for each in await all_keys()],
        addresses=addresses,
        agencies=[Option(id, agency_name(id, services, words)) for id in services.city.agencies],
        typed={name: typed.get(name, "") for name in FIELDS},
        errors=errors,
        wrong={each.target or "": each.text for each in errors},
    )
    return render(request, "administration/keys.html", view, status=422 if problem else 200)


def _key(request: Request, line: KeyLine) -> Key:
    services, words = services_of(request), translator_of(request)
    holder = line.subject
    if line.kind == AGENCY:
        holder = agency_name(line.subject, services, words)
    else:
        holder = words.gettext("{name} (partner)", name=line.subject)
    ended = words.moment(line.revoked_at) if line.revoked_at else None
    return Key(str(line.id), holder, line.label, words.moment(line.created_at), ended)


def _typed(form: Form) -> dict[str, str]:
    return {name: form.get(name) for name in FIELDS}

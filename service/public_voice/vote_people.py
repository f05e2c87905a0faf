"""Who took part in a vote, as far as it may be shown, beside who lives in the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from petitions.results.composition import Group, composition
from petitions.results.release import Release
from service.i18n import _
from service.public_voice.vote_charts import FULL, Table
from service.voice.population import Population, load_population

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.services import Services

TIERS = {
    "mail": _("Mail"),
    "phone": _("Text message"),
    "address": _("Letter to an address"),
    "in_person": _("Card from a city office"),
    "sign_in": _("City sign-in"),
}
VOTED = _("{part} of voters, {residents} of residents")
SIGNED = _("{part} of signers, {residents} of residents")
REST, NONE = "rest", "none"


@dataclass(frozen=True, slots=True)
class Share:
    """An area's part of the voters as a bar, and a line where its part of the residents is."""

    label: str
    words: str
    width: int
    mark: int
    missing: bool


@dataclass(frozen=True, slots=True)
class People:
    """Tables by tier and area, bars by area, who is missing, and where the census is from."""

    tables: Sequence[Table]
    shares: Sequence[Share]
    missing: Sequence[str]
    too_few: Sequence[str]
    source: str
    year: str


def people_of(
    services: Services, voters: Mapping[str, Mapping[str, int]], words: Translator
) -> People:
    """`voters` as final.json has them: counts by group, small ones together."""
    census = load_population(services.settings.city)
    groups = _compared(voters.get("area", {}), census)
    missing = [_area(services, words, one.name) for one in groups if one.missing]
    few = [one.name for one in groups if one.part is None] if voters.get("area") else []
    return People(
        tables=_tables(services, voters, groups, words),
        shares=shares_of(services, groups, words, VOTED),
        missing=missing,
        too_few=[_area(services, words, name) for name in few],
        source=census.source if groups else "",
        year=str(census.year or ""),
    )


def _compared(counts: Mapping[str, int], census: Population) -> Sequence[Group]:
    shown = {name: n for name, n in counts.items() if name != REST}
    return composition(Release(shown, counts.get(REST, 0)), census.people).groups


def _area(services: Services, words: Translator, name: str) -> str:
    return words.gettext(services.voice.areas.get(name, name))


def shares_of(
    services: Services, groups: Sequence[Group], words: Translator, said: str
) -> list[Share]:
    """A bar for each area whose count is shown. `said`: a sentence with `part` and `residents`."""
    return [_share(services, one, groups, words, said) for one in groups if one.part is not None]


def _share(
    services: Services, one: Group, groups: Sequence[Group], words: Translator, said: str
) -> Share:
    longest = max([*(each.part or Fraction(0) for each in groups), *(g.residents for g in groups)])
    part = one.part or Fraction(0)
    told = words.gettext(
        said,
        part=words.percent(float(part)),
        residents=words.percent(float(one.residents)),
    )
    return Share(
        _area(services, words, one.name),
        told,
        round(FULL * part / longest),
        round(FULL * one.residents / longest),
        one.missing,
    )


def _tables(
    services: Services,
    voters: Mapping[str, Mapping[str, int]],
    groups: Sequence[Group],
    words: Translator,
) -> list[Table]:
    names = {
        "tier": {id: words.gettext(name) for id, name in TIERS.items()},
        "area": {id: words.gettext(name) for id, name in services.voice.areas.items()}
        | {NONE: words.gettext("Did not say")},
    }
    captions = {
        "tier": words.gettext("How voters showed who they are"),
        "area": words.gettext("Where voters live, as they said"),
    }
    known = {one.name: one for one in groups}
    tables = []
    for by, counts in voters.items():
        total = sum(counts.values()) or 1
        with_census = by == "area" and bool(groups)
        rows = []
        for id, n in counts.items():
            all_others = words.gettext("All others together")
            name = all_others if id == REST else names.get(by, {}).get(id, id)
            row = [name, words.number(n), words.percent(n / total)]
            if with_census:
                row.append(words.percent(float(known[id].residents)) if id in known else "")
            rows.append(row)
        columns: list[Mapping[str, object]] = [{"title": captions.get(by, by)}]
        titles = [words.gettext("Voters"), words.gettext("Part of voters")]
        titles += [words.gettext("Part of residents")] if with_census else []
        columns += [{"title": title, "number": True} for title in titles]
        tables.append(Table(captions.get(by, by), columns, rows))
    return tables

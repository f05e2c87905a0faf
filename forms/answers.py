"""A draft seen on one day, as conditions and pages read it: ages worked out, gates found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forms.conditions import Range, Scope
from forms.draft import APPLICANT, Draft, Place

DERIVED = {
    "person": ("id", "age", "applicant", "came_later", "partner"),
    "people": ("count",),
}
"""Names a condition may use that no question answers."""


EVERYWHERE = Place()


@dataclass(frozen=True, slots=True)
class Seen:
    """A draft as it looks from one place on one day (a forms.conditions.Scope)."""

    draft: Draft
    on: date
    place: Place = EVERYWHERE
    ages: dict[str, int | Range | None] = field(default_factory=dict, compare=False)
    """Ages worked out so far, shared by every view of the same draft."""

    def at(self, person: str = "", income: str = "") -> Seen:
        """The same draft from another place."""
        return self.from_place(Place(person, income))

    def from_place(self, place: Place) -> Seen:
        """The same draft from another place."""
        return Seen(self.draft, self.on, place, self.ages)

    def age(self) -> int | Range | None:
        """The age of the person here."""
        person = self.place.person
        if person not in self.ages:
            self.ages[person] = age(self.draft.person(person), self.on)
        return self.ages[person]

    def people(self) -> tuple[Scope, ...]:
        """The view from each person, the applicant first."""
        return tuple(self.at(person) for person in self.draft.people)

    def lookup(self, entity: str, name: str) -> Any:
        """A value a condition compares; None when it is not known."""
        if entity == "form":
            # A gate that was not answered is closed: what hangs on it is not asked yet.
            given = self.draft.gate(name, self.place)
            return "" if given is None or isinstance(given, Mapping) else given
        if name == "receives":
            return [m for m, on in self._receives(entity).items() if on is True]
        if entity == "people":
            return len(self.draft.people)
        if entity == "person" and name in DERIVED["person"]:
            return self._derived(name)
        return _known(self.draft.value(f"{entity}.{name}", self.place))

    def gate(self, name: str) -> Any:
        """The answer of a gate; None when it was not given, or is not known."""
        given = self.draft.gate(name, self.place)
        return None if isinstance(given, Mapping) else given

    def _derived(self, name: str) -> Any:
        match name:
            case "age":
                return self.age()
            case "id":
                return self.place.person
            case "partner":
                return self.gate("partner")
            case "came_later":
                return self.draft.typed.get(self.place.person, {}).get("came_later") is True
        return self.place.person == APPLICANT

    def _receives(self, entity: str) -> Mapping[str, Any]:
        return self.draft.members(f"{entity}.receives", self.place)

    def helps(self) -> tuple[str, ...] | None:
        """The kinds of help this person asks for; None is everything that fits."""
        person = self.place.person
        match self.draft.gate("applicants", Place()):
            case "some":
                named = self.draft.gate("applicants_named", Place())
                if isinstance(named, list) and person not in named:
                    return ()
            case "by_kind":
                asked = self.draft.typed.get(person, {}).get("helps")
                return tuple(asked) if isinstance(asked, list) else None
        return None


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "between" in value:
            low, high = value["between"]
            return Range(low, high)
        return None
    return value


def age(person: Mapping[str, Any], on: date) -> int | Range | None:
    """Whole years on a day; a Range when the birth date is partial, None when not known."""
    born = person.get("birth_date")
    if isinstance(born, str):
        return _age_from(born, on)
    months = person.get("age_months")
    return months // 12 if isinstance(months, int) else None


def _age_from(born: str, on: date) -> int | Range:
    parts = [int(part) for part in born.split("-")]
    year = parts[0]
    if len(parts) == 1:
        return Range(max(0, on.year - year - 1), on.year - year)
    month = parts[1]
    if len(parts) == 2 and month == on.month:
        return Range(max(0, on.year - year - 1), on.year - year)
    day = parts[2] if len(parts) == 3 else 1
    return on.year - year - ((on.month, on.day) < (month, day))


def candidates(seen: Seen, among: Any) -> tuple[str, ...]:
    """The people a question can name: those for whom `among` may hold, in order."""
    people = (seen.at(person) for person in seen.draft.people)
    return tuple(p.place.person for p in people if among is None or among(p) is not False)

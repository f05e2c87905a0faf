"""A stored draft as the form sees it, kept warm for the few residents who are answering now."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from forms import Draft, Flow, Needs, RulesPlanner, needs_of_rules, refitted
from service.errors import DraftUnreadable
from service.logs import frames, log
from service.security.keyring import SealBroken

if TYPE_CHECKING:
    from eligibility import Rulebook
    from service.services import Services

TABLE, COLUMN = "applications", "draft"
MOST_WARM = 256
MOST_RULEBOOKS = 4


@dataclass(frozen=True, slots=True)
class Held:
    """A draft as it was read: `revision` guards the next change to it."""

    id: UUID
    revision: int
    language: str
    has_reference: bool
    flow: Flow
    # It was sent already: these are changes to it, not sent yet.
    sent: bool = False

    @property
    def draft(self) -> Draft:
        return self.flow.draft

    @property
    def can_send(self) -> bool:
        """Name and contact are given, so an unfinished application may be sent."""
        return bool(self.draft.contact.get("name")) and "contact" in self.draft.asked


class WarmFlows:
    """Flows by (application, revision, day). Not a truth: a miss opens the stored draft anew."""

    def __init__(self, most: int = MOST_WARM) -> None:
        self._most = most
        self._flows: OrderedDict[tuple[UUID, int, date], Flow] = OrderedDict()

    def get(self, application: UUID, revision: int, on: date) -> Flow | None:
        return self._flows.get((application, revision, on))

    def put(self, application: UUID, revision: int, flow: Flow) -> None:
        self._flows[application, revision, flow.on] = flow
        self._flows.pop((application, revision - 1, flow.on), None)
        while len(self._flows) > self._most:
            self._flows.popitem(last=False)

    def forget(self, application: UUID) -> None:
        """Nothing of this application stays in memory."""
        for key in [key for key in self._flows if key[0] == application]:
            del self._flows[key]


warm = WarmFlows()
_asked_for: dict[int, tuple[Needs, RulesPlanner]] = {}


def asked_for(rules: Rulebook) -> tuple[Needs, RulesPlanner]:
    """What the programs of a rulebook need, and what is still worth asking; made once."""
    known = _asked_for.get(id(rules))
    if known is None:
        while len(_asked_for) >= MOST_RULEBOOKS:
            _asked_for.pop(next(iter(_asked_for)))
        # The planner holds the rulebook, so its id is not given to another.
        known = _asked_for[id(rules)] = (needs_of_rules(rules), RulesPlanner(rules))
    return known


def flow_of(services: Services, draft: Draft, on: date) -> Flow:
    """A draft under this city's form and rules."""
    needs, planner = asked_for(services.rules)
    return Flow(services.form, needs, draft, on, planner)


def open_draft(services: Services, application: UUID, revision: int, sealed: bytes) -> Flow:
    """The flow of a stored draft on the service's day. Raises DraftUnreadable."""
    on = services.city.calendar.day_of(services.clock.now())
    flow = warm.get(application, revision, on)
    if flow is None:
        flow = _read(services, application, sealed, on)
        warm.put(application, revision, flow)
    return flow


def _read(services: Services, application: UUID, sealed: bytes, on: date) -> Flow:
    """Raises DraftUnreadable for what is no draft, with a line for whoever has to look at it. It is
    kept as it is: a later release, or the right key, may read it."""
    try:
        document = services.keyring.open_json(
            sealed, table=TABLE, column=COLUMN, row_id=application
        )
        # A part that only a later release knows is not asked for here.
        known = {part: value for part, value in document.items() if part in Draft.__slots__}
        return refitted(flow_of(services, Draft.from_json(known), on))
    except (SealBroken, ValueError, LookupError, TypeError, AttributeError) as fault:
        told = {"fault": type(fault).__name__, "frames": frames(fault)}
        log.error("a stored draft cannot be read", actor=str(application), **told)
        raise DraftUnreadable from fault


def seal_draft(services: Services, application: UUID, draft: Draft) -> bytes:
    """What is stored of a draft."""
    return services.keyring.seal_json(
        draft.to_json(), table=TABLE, column=COLUMN, row_id=application
    )

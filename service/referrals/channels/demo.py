"""A channel that does what a file tells it: to try out what happens when delivery goes wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from service.referrals.channels import filedrop
from service.worker import Done, GiveUp, Outcome, Retry

if TYPE_CHECKING:
    from service.outbox import Claimed
    from service.services import Services

CUES = "demo-channel"
PAUSE = timedelta(seconds=1)


async def deliver(services: Services, row: Claimed) -> Outcome:
    """Deliver as a file drop, unless `demo-channel/AGENCY` in the storage folder says otherwise.

    Cues: `away` is tried again, `refuse` needs a person, `lost` says delivered and is not, which
    only reconciliation shows.
    """
    cue = services.settings.storage / CUES / row.payload["agency"]
    wish = cue.read_text(encoding="utf-8").strip() if cue.is_file() else ""
    match wish:
        case "away":
            return Retry("away on cue", PAUSE)
        case "refuse":
            return GiveUp("refused on cue")
        case "lost":
            return Done()
    return await filedrop.deliver(services, row)

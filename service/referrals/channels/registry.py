"""Every channel by the outbox topic it works on."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from service.referrals.channels import demo, email, filedrop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.outbox import Claimed
    from service.services import Services
    from service.worker import Handler, Outcome


async def hint(services: Services, row: Claimed) -> Outcome:
    """Post a hint. The client for it is loaded with the first one: it is slow to import, and a
    start-up should not wait for what it may never need."""
    webhook = await asyncio.to_thread(import_module, "service.referrals.channels.webhook")
    outcome: Outcome = await webhook.deliver(services, row)
    return outcome


HANDLERS: Mapping[str, Handler] = {
    "referral_hint": hint,  # pull, with a webhook address
    "withdrawal_hint": hint,  # the same address: something was taken back
    "referral_email": email.deliver,
    "referral_filedrop": filedrop.deliver,
    "referral_demo": demo.deliver,
}

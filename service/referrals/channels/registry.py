"""Every channel by the outbox topic it works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.referrals.channels import demo, email, filedrop, webhook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.worker import Handler

HANDLERS: Mapping[str, Handler] = {
    "referral_hint": webhook.deliver,  # pull, with a webhook address
    "referral_email": email.deliver,
    "referral_filedrop": filedrop.deliver,
    "referral_demo": demo.deliver,
}

"""Which part of the service handles which topic of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.worker import Handler


def handlers() -> dict[str, Handler]:
    """Every topic's handler. Two parts that claim one topic are a mistake of ours."""
    from service.actions.voice.carrying import HANDLERS as MERGES
    from service.actions.voice.themes import HANDLERS as THEMES
    from service.notices.delivery import HANDLERS as NOTICES
    from service.referrals.channels import HANDLERS as CHANNELS
    from service.voice.author_again import HANDLERS as AUTHORS
    from service.voice.mail import HANDLERS as VOICE
    from service.voice.reaching import HANDLERS as REACHING

    found: dict[str, Handler] = {}
    for part in (AUTHORS, CHANNELS, MERGES, NOTICES, REACHING, THEMES, VOICE):
        for topic, handler in part.items():
            if topic in found:
                raise ValueError(f"two handlers for {topic}")
            found[topic] = handler
    return found

"""How an agency learns of new cases: one module a channel, all through the outbox."""

from service.referrals.channels.registry import HANDLERS

__all__ = ["HANDLERS"]

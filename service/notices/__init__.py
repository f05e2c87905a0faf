"""Notices to residents: through the outbox, in their language, with nothing personal in them."""

from service.notices.delivery import HANDLERS

__all__ = ["HANDLERS"]

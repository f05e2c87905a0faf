"""The words of voice outside a page: mails and letters, in the language of whoever reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.voice.mail import languages_of

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.services import Services


def spoken_in(services: Services, language: str) -> Translator:
    """A language of the city, or its first one."""
    city = services.city
    offered = {each.code for each in city.languages}
    known = language if language in offered else city.languages[0].code
    return languages_of(city.languages, city.time_zone)[known]

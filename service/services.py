"""What every part of the service is given: settings, clock, rules, form, city and keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.city import City, load_city
from service.security.keyring import Keyring
from service.security.passwords import Passwords
from service.settings import ROOT
from service.voice.rules import VoiceRules, load_voice

if TYPE_CHECKING:
    from eligibility import Rulebook
    from forms import Form
    from service.clock import Clock
    from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Made once a process, never changed."""

    settings: Settings
    clock: Clock
    rules: Rulebook
    form: Form
    city: City
    keyring: Keyring
    passwords: Passwords
    voice: VoiceRules = field(default_factory=VoiceRules)


def load_services(settings: Settings, clock: Clock) -> Services:
    """Read the city and its rules. Raises RulesError with every finding when they are wrong."""
    from eligibility import load_rules
    from forms import load_form

    rules = load_rules(ROOT / "eligibility", settings.city)
    keyring = Keyring(settings.secret_keys)
    return Services(
        settings=settings,
        clock=clock,
        rules=rules,
        form=load_form(ROOT / "forms" / "questions", settings.city, rules.facts),
        city=load_city(settings.city),
        keyring=keyring,
        passwords=Passwords(keyring),
        voice=load_voice(settings.city),
    )

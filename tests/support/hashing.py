"""Passwords that are hashed at next to no cost: some thousand sign-ins are part of the tests.

What a guess costs in a city is asked in tests/service/database/test_credentials.py, and whatever
runs in a process of its own pays it.
"""

from __future__ import annotations

from dataclasses import replace

from argon2 import PasswordHasher

from service.security.passwords import Cost, Passwords
from service.services import Services

KIB, PASSES = 8, 1  # the least that Argon2 takes
NOBODY = PasswordHasher(time_cost=PASSES, memory_cost=KIB, parallelism=1).hash("nobody")
CHEAP = Cost(memory_kib=KIB, passes=PASSES, nobody=NOBODY)


def cheap(services: Services) -> Services:
    """The same services, whose passwords are hashed at this cost."""
    return replace(services, passwords=Passwords(services.keyring, CHEAP))

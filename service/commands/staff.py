"""`threshold staff`: make, list, change and close the accounts of staff."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.commands import BadUse, open_database, read_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable

    from service.city import City
    from service.clock import Clock
    from service.security.keyring import Keyring
    from service.security.passwords import Passwords

FINE = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What accounts need, without the city's rules and forms."""

    city: City
    keyring: Keyring
    passwords: Passwords
    clock: Clock


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("staff", help="make, list, change and close staff accounts")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser("add", help="make an account; prints its one-time password")
    _who(add)
    _place(add)
    add.add_argument("--name", default="", help="how colleagues call this person")
    _password(add)
    add.set_defaults(run=_runs(run_add))
    role = actions.add_parser("role", help="give an account another role; its sessions end")
    _who(role)
    _place(role)
    role.set_defaults(run=_runs(run_role))
    reset = actions.add_parser("reset", help="print a new one-time password; sessions end")
    _who(reset)
    _password(reset)
    reset.set_defaults(run=_runs(run_reset))
    factor = actions.add_parser("reset-factor", help="take an authenticator app away; sessions end")
    _who(factor)
    factor.set_defaults(run=_runs(run_reset_factor))
    disable = actions.add_parser("disable", help="close an account; its sessions end")
    _who(disable)
    disable.set_defaults(run=_runs(run_disable))
    enable = actions.add_parser("enable", help="open a closed account again")
    _who(enable)
    enable.set_defaults(run=_runs(run_enable))
    listing = actions.add_parser("list", help="print every account")
    listing.set_defaults(run=_runs(run_list))


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mail", help="the mail address the person signs in with")


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", required=True, help="caseworker, supervisor, leader…")
    parser.add_argument("--agency", help="the agency of a caseworker or supervisor")


def _password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="take the one-time password from there"
    )


async def run_add(desk: Desk, arguments: argparse.Namespace) -> int:
    from service.actions.accounts import ONE_TIME_KEPT, create_account
    from service.actor import Actor

    password = _one_time(arguments)
    now = desk.clock.now()
    await create_account(
        desk,
        Actor.SYSTEM,
        arguments.mail,
        arguments.role,
        arguments.agency,
        password,
        now,
        name=arguments.name,
        until=now + ONE_TIME_KEPT,
    )
    return _hand_over(arguments, password)


async def run_reset(desk: Desk, arguments: argparse.Namespace) -> int:
    from service.actions.accounts import reset_password
    from service.actor import Actor

    password = _one_time(arguments)
    await reset_password(desk, Actor.SYSTEM, arguments.mail, password, desk.clock.now())
    return _hand_over(arguments, password)


async def run_role(desk: Desk, arguments: argparse.Namespace) -> int:
    from service.actions.accounts import change_role
    from service.actor import Actor

    ended = await change_role(
        desk,
        Actor.SYSTEM,
        arguments.mail,
        arguments.role,
        arguments.agency,
        desk.clock.now(),
    )
    print(f"Sessions ended: {ended}")
    return FINE


async def run_disable(desk: Desk, arguments: argparse.Namespace) -> int:
    from service.actions.accounts import close_account
    from service.actor import Actor

    ended = await close_account(desk, Actor.SYSTEM, arguments.mail, desk.clock.now())
    print(f"Sessions ended: {ended}")
    return FINE


async def run_enable(desk: Desk, arguments: argparse.Namespace) -> int:
    from service.actions.accounts import open_account
    from service.actor import Actor

    await open_account(desk, Actor.SYSTEM, arguments.mail, desk.clock.now())
    return FINE


async def run_reset_factor(desk: Desk, arguments: argparse.Namespace) -> int:
    from service.actions.accounts import find_account
    from service.actions.second_factors import remove
    from service.actor import Actor

    account = await find_account(desk, arguments.mail)
    had = await remove(Actor.SYSTEM, account["id"], desk.clock.now())
    print("Taken away." if had else "There was none.")
    return FINE


async def run_list(desk: Desk, _arguments: argparse.Namespace) -> int:
    from service.queries.accounts import all_accounts

    for each in await all_accounts(desk):
        state = ("  second step" if each.second else "") + ("" if each.active else "  closed")
        print(f"{each.mail}  {each.role}  {each.agency or '-'}{state}")
    return FINE


def _one_time(arguments: argparse.Namespace) -> str:
    from service.actions.accounts import one_time_password

    if not arguments.password_stdin:
        return one_time_password()
    given = sys.stdin.readline().rstrip("\r\n")
    if len(given) < 8:
        raise BadUse(["A one-time password has at least 8 letters."])
    return given


def _hand_over(arguments: argparse.Namespace, password: str) -> int:
    if not arguments.password_stdin:
        print(password)
    print(
        "Good once, for 24 hours, to choose one's own password on the sign-in page.",
        file=sys.stderr,
    )
    return FINE


def _runs(
    work: Callable[[Desk, argparse.Namespace], Awaitable[int]],
) -> Callable[[argparse.Namespace], int]:
    """The command: open the database, do the work, and say in words what it refuses."""

    def run(arguments: argparse.Namespace) -> int:
        from service.city import load_city
        from service.clock import Clock
        from service.errors import Conflict, Invalid, NotFound
        from service.security.keyring import Keyring
        from service.security.passwords import Passwords

        settings = read_settings()
        keyring, clock = Keyring(settings.secret_keys), Clock(settings.now_offset)
        desk = Desk(load_city(settings.city), keyring, Passwords(keyring), clock)

        async def opened() -> int:
            async with open_database(settings):
                return await work(desk, arguments)

        try:
            return asyncio.run(opened())
        except Invalid as refused:
            raise BadUse([fault.detail for fault in refused.faults]) from None
        except Conflict as refused:
            raise BadUse([refused.message]) from None
        except NotFound:
            raise BadUse([f"There is no account of {arguments.mail}."]) from None

    return run

"""The same key again gets the first answer again, whatever happened in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from starlette.requests import Request

from service import db
from service.errors import Conflict, Invalid, Malformed
from service.security import idempotency
from service.security.idempotency import Answer, Record, once, required_key
from service.services import Services


def counting_work(
    answer: dict[str, Any], pause: float = 0.0
) -> tuple[list[int], Callable[[Record], Awaitable[None]]]:
    """Work that leaves one row, and says how often it was done."""
    done: list[int] = []

    async def work(record: Record) -> None:
        await asyncio.sleep(pause)
        async with db.transaction():
            await db.execute(
                "INSERT INTO rate_limits (id, bucket, window_start, count) VALUES (?, ?, 0, 1)",
                uuid4(),
                f"work-{len(done)}-{uuid4().hex}",
            )
            await record(201, answer)
        done.append(1)

    return done, work


async def works_left() -> int:
    return int((await db.fetch("SELECT count(*) AS n FROM rate_limits"))[0]["n"])


async def test_the_first_answer_comes_again_and_the_work_is_done_once(services: Services) -> None:
    done, work = counting_work({"reference": "ABCD", "secret": "1234"})
    first = await once(services, "p:send", "k1", b"{}", work)
    again = await once(services, "p:send", "k1", b"{}", work)
    assert first == Answer(201, {"reference": "ABCD", "secret": "1234"})
    assert again == Answer(201, {"reference": "ABCD", "secret": "1234"}, replayed=True)
    assert len(done) == 1


async def test_the_kept_answer_is_sealed_and_the_key_hashed(services: Services) -> None:
    _done, work = counting_work({"secret": "5555-canary"})
    await once(services, "p:send", "my-key", b"{}", work)
    stored = str(await db.fetch("SELECT * FROM idempotency_keys"))
    assert "canary" not in stored
    assert "my-key" not in stored


async def test_a_key_belongs_to_one_body_and_one_caller(services: Services) -> None:
    _done, work = counting_work({})
    await once(services, "p:send", "k1", b"{}", work)
    with pytest.raises(Invalid) as reused:
        await once(services, "p:send", "k1", b"[]", work)
    assert reused.value.code == "idempotency_key_reused"
    assert not (await once(services, "other:send", "k1", b"[]", work)).replayed


async def test_fifty_at_once_are_one_piece_of_work_and_one_answer(services: Services) -> None:
    done, work = counting_work({"n": 1}, pause=0.01)
    answers = await asyncio.gather(
        *(once(services, "p:send", "k1", b"{}", work) for _ in range(50))
    )
    assert {(answer.status, str(answer.body)) for answer in answers} == {(201, "{'n': 1}")}
    assert len(done) == 1
    assert await works_left() == 1


async def test_the_loser_of_two_processes_takes_its_work_back_and_gives_the_first_answer(
    services: Services,
) -> None:
    """Two processes know nothing of each other's running requests; only the index joins them."""
    _first_done, first = counting_work({"winner": "first"})

    async def second(record: Record) -> None:
        idempotency._running.clear()
        await once(services, "p:send", "k1", b"{}", first)
        async with db.transaction():
            await db.execute(
                "INSERT INTO rate_limits (id, bucket, window_start, count) VALUES (?, ?, 0, 1)",
                uuid4(),
                "loser",
            )
            await record(201, {"winner": "second"})

    answer = await once(services, "p:send", "k1", b"{}", second)
    assert answer == Answer(201, {"winner": "first"}, replayed=True)
    assert await works_left() == 1


async def test_work_that_ended_in_a_crash_is_done_by_the_retry(services: Services) -> None:
    """Nothing was kept, so nothing says `running` for ever."""

    async def crashes(record: Record) -> None:
        async with db.transaction():
            await record(201, {})
            raise SystemExit

    with pytest.raises(SystemExit):
        await once(services, "p:send", "k1", b"{}", crashes)
    done, work = counting_work({"n": 2})
    assert (await once(services, "p:send", "k1", b"{}", work)).body == {"n": 2}
    assert len(done) == 1


async def test_a_refusal_is_not_kept_so_the_corrected_request_may_use_the_key(
    services: Services,
) -> None:
    async def refuses(_record: Record) -> None:
        raise Invalid(code="consent_incomplete")

    with pytest.raises(Invalid):
        await once(services, "p:send", "k1", b"{}", refuses)
    _done, work = counting_work({"n": 3})
    assert (await once(services, "p:send", "k1", b'{"more": 1}', work)).status == 201


async def test_a_wait_that_grows_too_long_is_a_conflict(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0.02)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(record: Record) -> None:
        begun.set()
        await may_end.wait()
        async with db.transaction():
            await record(201, {})

    first = asyncio.create_task(once(services, "p:send", "k1", b"{}", slow))
    await begun.wait()
    with pytest.raises(Conflict) as waiting:
        await once(services, "p:send", "k1", b"{}", slow)
    assert (waiting.value.code, waiting.value.headers["Retry-After"]) == ("still_running", "1")
    may_end.set()
    assert (await first).status == 201


async def test_work_that_keeps_no_answer_is_a_mistake_of_ours(services: Services) -> None:
    async def forgets(_record: Record) -> None:
        return None

    with pytest.raises(RuntimeError):
        await once(services, "p:send", "k1", b"{}", forgets)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([], "idempotency_key_missing"),
        ([""], "idempotency_key_malformed"),
        (["x" * 256], "idempotency_key_malformed"),
        (["a\tb"], "idempotency_key_malformed"),
        (["é"], "idempotency_key_malformed"),
        (["a", "a"], "idempotency_key_malformed"),
    ],
)
def test_a_key_that_cannot_be_used_is_malformed(values: list[str], code: str) -> None:
    with pytest.raises(Malformed) as refused:
        required_key(request_with(values))
    assert refused.value.code == code


def test_any_visible_key_up_to_255_characters_will_do() -> None:
    assert required_key(request_with(["x" * 255])) == "x" * 255
    assert required_key(request_with(["a b-c/7"])) == "a b-c/7"


def request_with(values: list[str]) -> Request:
    headers = [(b"idempotency-key", value.encode()) for value in values]
    return Request({"type": "http", "headers": headers})

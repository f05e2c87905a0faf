"""Open questions: one answer a contact, read by people, grouped with help, then published."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from service import db, outbox
from service.actions.voice import questions, themes
from service.actions.voice.questions import Said
from service.actor import Actor
from service.errors import Conflict, Invalid, NotFound
from service.models.voice_questions import Reply, Theme
from service.queries.voice import questions as reading
from service.services import Services
from tests.service.staff.conftest import SignIn
from tests.service.voice.desk.conftest import Account
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock
from tests.support.rows import stored

ANSWERS = ("Benches at bus stops", "Seats at the bus stop", "Trees for shade", "More shade trees")


@pytest.fixture
async def mo(moderator: Account) -> Actor:
    return await moderator("mo")


@pytest.fixture
async def question(services: Services, mo: Actor, clock: StoppedClock) -> UUID:
    prompt = {"en": "What should we build?", "es": "¿Qué construimos?"}
    closes = clock.now() + timedelta(days=9)
    return await questions.make_question(services, mo, prompt, closes, clock.now())


async def say(services: Services, question: UUID, text: str, mail: str = "") -> None:
    now = services.clock.now()
    await questions.reply(services, question, Said(text, "en", mail), "192.0.2.1", now)


async def pass_all(services: Services, mo: Actor, question: UUID) -> None:
    found = await reading.pending(services, question)
    verdicts = dict.fromkeys([each.id for each in found], questions.PUBLISHED)
    await questions.judge(services, mo, question, verdicts, services.clock.now())


async def run_groups(services: Services) -> None:
    [row] = await db.fetch("select * from voice_outbox where topic = 'voice_group'")
    payload = services.keyring.open_json(
        bytes(row["payload"]), table="voice_outbox", column="payload", row_id=row["id"]
    )
    place = (row["id"], uuid4(), row["topic"], row["lane"], row["key"], payload)
    await themes.group(services, outbox.Claimed(*place, 1, row["created_at"], outbox.VOICE))
    await db.execute("delete from voice_outbox where id = ?", row["id"])


async def test_a_contact_has_one_answer_and_the_last_confirmed_one_counts(
    services: Services, question: UUID, clock: StoppedClock
) -> None:
    for text, mail in (("Benches", "ana@gmail.com"), ("Trees", "A.na+x@gmail.com")):
        await say(services, question, text, mail)
        assert await reading.pending(services, question) == [] or text == "Trees"
        row = await db.fetch_one("select id from voice_replies order by id desc limit 1")
        assert row is not None
        token = questions.token_of(services.keyring, row["id"])
        await questions.confirm(services, token)
        await questions.confirm(services, token)
    assert [one.text for one in await reading.pending(services, question)] == ["Trees"]
    await say(services, question, "Anonymous words")
    assert (await reading.counts(question))["pending"] == 2
    with pytest.raises(NotFound):
        await questions.confirm(services, "nonsense")
    clock.forward(timedelta(days=10))
    with pytest.raises(Conflict):
        await say(services, question, "Too late")


async def test_nothing_is_read_by_others_before_somebody_passed_it(
    services: Services, question: UUID, mo: Actor, clock: StoppedClock
) -> None:
    await say(services, question, "Call Zebedee on 206-555-0142 for benches")
    [waiting] = await reading.pending(services, question)
    with pytest.raises(Invalid):
        await questions.redact(services, mo, waiting.id, ["not there"], clock.now())
    await questions.redact(services, mo, waiting.id, ["Zebedee", "206-555-0142"], clock.now())
    row = await db.fetch_one("select * from voice_replies")
    assert row is not None
    assert row["shown"] == "Call […] on […] for benches"
    sealed = services.keyring.open_json(
        bytes(row["words"]), table="voice_replies", column="words", row_id=row["id"]
    )
    assert "Zebedee" not in sealed["text"]


async def test_people_name_the_groups_a_machine_suggests(
    services: Services,
    question: UUID,
    mo: Actor,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(themes, "GROUPS", 2)
    now = clock.now()
    for text in ANSWERS:
        await say(services, question, text)
    await pass_all(services, mo, question)
    await themes.ask_for_groups(mo, question, now)
    await run_groups(services)
    found = await reading.themes(question)
    assert sorted(each.offered for each in found) == [2, 2]
    assert [each.members for each in found] == [0, 0]
    assert await themes.take_all(mo, found[0].id, now) == 2
    with pytest.raises(Conflict, match="unnamed"):
        await questions.publish(mo, question, now)
    await themes.name_theme(mo, found[0].id, "First", "", now)
    await say(services, question, (await reading.quotes(question, found[0].id))[0].text)
    await pass_all(services, mo, question)
    await themes.ask_for_groups(mo, question, now)
    await run_groups(services)
    [first, *_others] = await reading.themes(question)
    assert (first.members, first.offered) == (2, 3)
    await questions.publish(mo, question, now)


async def test_a_question_goes_its_whole_way_in_browsers(
    staff: SignIn, browser: Browser, services: Services, clock: StoppedClock
) -> None:
    mo = await staff("mo", "moderator", None)
    page = await mo.get("/staff/voice/questions")
    form = page.form("/staff/voice/questions").fill({"prompt-en": "What should we build?"})
    assert (await form.submit()).errors == ["Give day, month and year."]
    due = services.city.calendar.day_of(clock.now()) + timedelta(days=20)
    form.fill({"due-day": str(due.day), "due-month": str(due.month), "due-year": str(due.year)})
    desk = await form.submit()
    assert desk.heading == "What should we build?"
    public = await (await browser.get("/voice/questions")).click("What should we build?")
    assert (await public.form(public.url).submit()).errors == ["Write something here."]
    wrong = await public.form(public.url).fill(text="Benches", mail="nobody").submit()
    assert wrong.errors == ["Enter a mail address, such as name@example.org."]
    done = await public.form(public.url).fill(text="Benches", mail="ana@example.org").submit()
    assert done.url == "/voice/questions/1/sent"
    row = await db.fetch_one("select id from voice_replies")
    assert row is not None
    link = questions.LINK.format(token=questions.token_of(services.keyring, row["id"]))
    asked = await browser.get(link)
    assert (await reading.counts((await reading.by_number(services, 1)).id)) == {"asked": 1}
    assert "takes the place" in (await asked.form(link).submit()).text
    desk = await mo.get(desk.url)
    desk = await desk.form(desk.url).fill(reply=[str(row["id"])]).submit()
    assert "Benches" not in desk.text
    token = desk.form(desk.url).values["_csrf"][0]
    await mo.post(desk.url, [("_csrf", token), ("_action", "group")])
    await run_groups(services)
    theme = await (await mo.get(desk.url)).click("A group without a name")
    path = theme.url
    await mo.post(path, [("_csrf", token), ("_action", "all")])
    await mo.post(path, [("_csrf", token), ("_action", "name"), ("title", "Places to sit")])
    assert "Places to sit" in (await mo.get(path)).text
    await mo.post(desk.url, [("_csrf", token), ("_action", "publish")])
    shown = await browser.get("/voice/questions/1")
    assert "Not counted by themselves: Places to sit." in shown.text
    assert "Benches" not in shown.text
    told = (await browser.client.get("/voice/questions/1/results.json")).json()
    assert (told["answers"], told["themes"], told["rest"]) == (1, [], 1)
    assert (
        "all other answers,1" in (await browser.client.get("/voice/questions/1/results.csv")).text
    )


async def test_small_themes_have_no_count_and_cannot_be_subtracted(
    services: Services, question: UUID, mo: Actor, browser: Browser, clock: StoppedClock
) -> None:
    now, sizes = clock.now(), {"Shade": 31, "Sitting": 44, "Quiet": 4, "Fish": 0}
    told = {name: UUID(int=at) for at, name in enumerate(sizes, 1)}
    for name, theme in told.items():
        await stored(Theme, id=theme, question=question, title=name)
        for n in range(sizes[name]):
            reply = {"question": question, "state": "published", "language": "en", "at": now}
            await stored(Reply, id=uuid4(), shown=f"={name} {n}", theme=theme, **reply)
    await questions.publish(mo, question, now)
    page = await browser.get("/voice/questions/1")
    assert ("44 answers" in page.text, "Not counted by themselves: Fish, Quiet" in page.text) == (
        True,
        True,
    )
    found = (await browser.client.get("/voice/questions/1/results.json")).json()
    # Shade is large enough by itself; without it the rest would tell the size of Quiet.
    assert {each["title"]: each["answers"] for each in found["themes"]} == {"Sitting": 44}
    assert (found["answers"], found["rest"]) == (79, 35)
    rows = (await browser.client.get("/voice/questions/1/answers.csv")).text.splitlines()
    assert len(rows) == 80
    assert "Quiet 1," in str(rows), "it can be read, but not by its theme"
    assert not [row for row in rows if row.endswith(",Quiet")]
    assert "en,'=Sitting 3,Sitting" in rows


async def test_a_long_queue_is_turned_over_page_by_page(
    services: Services, question: UUID, staff: SignIn
) -> None:
    for n in range(reading.AT_ONCE + 3):
        row, told = uuid4(), {"text": f"Words {n}", "person": ""}
        await stored(
            Reply,
            id=row,
            question=question,
            state="pending",
            language="en",
            words=services.keyring.seal_json(told, **questions.WORDS, row_id=row),
            at=services.clock.now(),
        )
    jo = await staff("jo", "moderator", None)
    first = await jo.get(f"/staff/voice/questions/{question}")
    second = await first.click("Next")
    boxes = [len(page.form().options("reply")) for page in (first, second)]
    assert boxes == [reading.AT_ONCE, 3]
    assert "Previous" in second.text

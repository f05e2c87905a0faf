"""Weekly figures: whole weeks, nothing under ten, and nothing to be had by subtraction."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from service import db
from service.ids import time_ordered_id
from service.leaders.chart import chart
from service.models import Application, Referral
from service.queries.weekly import (
    FEWEST,
    SENT,
    Figures,
    Week,
    enough,
    last_whole_week,
    weekly,
)
from service.services import Services
from tests.service.staff.conftest import SignIn
from tests.support.clock import StoppedClock
from tests.support.rows import stored

PROGRAMS = ("orca_lift", "basic_food")
MONDAY = date(2026, 11, 16)


async def referrals(program: str, number: int, filed: datetime) -> list[UUID]:
    made = []
    for _each in range(number):
        application = await stored(
            Application, id=uuid4(), state="submitted", created_at=filed, updated_at=filed
        )
        case = await stored(
            Referral,
            id=uuid4(),
            application_id=application.id,
            program=program,
            agency="dshs",
            granted=b"sealed",
            filed_at=filed,
            due_on=date(2026, 12, 22),
        )
        made.append(case.id)
    return made


async def move(cases: list[UUID], state: str, at: datetime) -> None:
    for case in cases:
        await db.execute(
            "insert into referral_events (id, referral_id, state, version, at)"
            " values (?, ?, ?, 1, ?)",
            time_ordered_id(),
            case,
            state,
            at,
        )


async def decide(cases: list[UUID], at: datetime, number: int = 1) -> None:
    for case in cases:
        await db.execute(
            "insert into decisions (id, referral_id, number, version, outcome, request_hash,"
            " decided_by, decided_at) values (?, ?, ?, 1, 'denied', ?, 'w', ?)",
            time_ordered_id(),
            case,
            number,
            "0" * 64,
            at,
        )


async def shown(services: Services) -> list[Week]:
    calendar = services.city.calendar
    today = calendar.day_of(services.clock.now())
    return await weekly(calendar, PROGRAMS, today)


def midnight(services: Services, day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), services.city.calendar.zone)


async def test_a_week_runs_from_the_citys_monday_to_its_sunday_and_only_when_it_is_over(
    services: Services, clock: StoppedClock
) -> None:
    start = midnight(services, MONDAY)
    await referrals("orca_lift", 10, start)
    await referrals("orca_lift", 10, start + timedelta(days=7) - timedelta(seconds=1))
    await referrals("orca_lift", 10, start - timedelta(seconds=1))
    await referrals("orca_lift", 10, start + timedelta(days=7))
    clock.forward(timedelta(days=1))
    weeks = await shown(services)
    assert [week.monday for week in weeks[:2]] == [MONDAY, MONDAY - timedelta(days=7)]
    assert [week.programs["orca_lift"].sent for week in weeks[:2]] == [20, 10]
    assert len(weeks) == 12


async def test_nine_are_not_told_and_ten_are(services: Services, clock: StoppedClock) -> None:
    start = midnight(services, MONDAY)
    cases = await referrals("orca_lift", 10, start)
    await referrals("basic_food", 9, start)
    await move(cases[:9], "acknowledged", start + timedelta(hours=1))
    await decide(cases, start + timedelta(days=2))
    clock.forward(timedelta(days=1))
    week = (await shown(services))[0]
    assert week.programs["orca_lift"] == Figures(None, 10, None, 10, 2)
    assert week.programs["basic_food"].sent is None
    assert week.shown_total(SENT) == 10


async def test_a_case_counts_once_whatever_follows(services: Services, clock: StoppedClock) -> None:
    start = midnight(services, MONDAY)
    cases = await referrals("orca_lift", 12, start - timedelta(days=8))
    await move(cases, "acknowledged", start - timedelta(days=7))
    await move(cases, "acknowledged", start)
    await decide(cases, start - timedelta(days=6))
    await decide(cases, start + timedelta(days=1), number=2)
    clock.forward(timedelta(days=1))
    newest, before = (await shown(services))[:2]
    assert newest.programs["orca_lift"] == Figures(None, None, None, None, None)
    assert before.programs["orca_lift"].acknowledged == 12
    assert before.programs["orca_lift"].decided == 12


async def test_forms_begun_come_from_counts_that_name_nobody(
    services: Services, clock: StoppedClock
) -> None:
    for program, number in (("", 31), ("orca_lift", 11), ("basic_food", 3)):
        for day, part in ((MONDAY, number - 1), (MONDAY + timedelta(days=6), 1)):
            await db.execute(
                "insert into daily_counts (id, day, measure, program, count)"
                " values (?, ?, 'started', ?, ?)",
                time_ordered_id(),
                day,
                program,
                part,
            )
    clock.forward(timedelta(days=1))
    week = (await shown(services))[0]
    assert week.started == 31
    assert week.programs["orca_lift"].started == 11
    assert week.programs["basic_food"].started is None


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_whatever_the_hidden_figures_are_everything_that_is_told_stays_the_same(
    counts: list[int],
) -> None:
    """The strongest form of "not by subtraction": change each hidden figure to any other hidden
    one, and not one thing that is shown changes."""

    def week(numbers: list[int]) -> Week:
        programs = {
            str(place): Figures(None, enough(number), None, None, None)
            for place, number in enumerate(numbers)
        }
        return Week(MONDAY, None, programs)

    for other in (0, 5, FEWEST - 1):
        changed = [other if number < FEWEST else number for number in counts]
        assert week(changed) == week(counts)
        assert week(changed).shown_total(SENT) == week(counts).shown_total(SENT)


def test_the_last_whole_week_is_over() -> None:
    for offset in range(14):
        today = date(2026, 11, 16) + timedelta(days=offset)
        monday = last_whole_week(today)
        assert monday.weekday() == 0
        assert monday + timedelta(days=7) <= today < monday + timedelta(days=14)


def test_a_chart_draws_nothing_where_nothing_is_told() -> None:
    drawn = chart([("a", 20, "20"), ("b", None, "under 10"), ("c", 10, "10")])
    assert [bar.height for bar in drawn.bars][1] == 0
    assert drawn.bars[0].height == 2 * drawn.bars[2].height
    assert all(bar.x + bar.width <= drawn.width for bar in drawn.bars)


async def test_the_page_tells_number_definition_trend_and_source_and_the_file_the_same(
    services: Services, staff: SignIn, clock: StoppedClock
) -> None:
    start = midnight(services, MONDAY)
    await referrals("orca_lift", 14, start)
    await referrals("basic_food", 4, start)
    clock.forward(timedelta(days=1))
    leader = await staff("lena", "leader", None)
    page = await leader.get("/staff/weekly")
    assert page.heading == "Weekly figures"
    here = page.tree.findall(".//nav//a[@aria-current='page']")
    assert [link.text for link in here] == ["Weekly figures"]
    figure = page.tree.find(".//p[@class='th-figure']")
    assert figure is not None
    assert figure.text == "14"
    assert "under 10" in page.text
    assert "Cases, by the time they were sent" in page.text
    assert page.tree.find(".//{http://www.w3.org/2000/svg}svg") is not None
    answer = await leader.client.get("/staff/weekly.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = {row["program"]: row["sent"] for row in rows if row["week"] == MONDAY.isoformat()}
    assert told["orca_lift"] == "14"
    assert told["basic_food"] == ""
    older = await page.click("Previous")
    assert older.status == 200
    assert (await leader.get("/staff/weekly?week=2020-01-06")).status == 404

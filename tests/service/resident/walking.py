"""A resident who walks through the form: answers by page, "I don't know" where none is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forms import FieldErrors, Flow, answer, parse_page, skip
from service.actions import drafts
from service.security.sessions import DOORS, find_session
from service.services import Services
from tests.support.browsing import Browser, PageSeen

Answers = Mapping[str, str | Sequence[str]]
MOST_PAGES = 150

CONTACT: Answers = {
    "contact_name": "Luz Prado",
    "contact_mail": "luz@example.org",
    "contact_phone": "",
    "contact_language": "en",
    "safe_to_write": "yes",
}


def born(year: int, month: int = 0, day: int = 0, person: str = "p1") -> Answers:
    return {
        f"birth_date-{person}-year": str(year),
        f"birth_date-{person}-month": str(month or ""),
        f"birth_date-{person}-day": str(day or ""),
    }


# One renter who lives alone in Seattle on a small wage.
SINGLE: Mapping[str, Answers | list[Answers]] = {
    "contact": CONTACT,
    "people": {"people-more": "no"},
    "birth_date": born(1985, 3, 4),
    "helps_wanted": {"helps_wanted": ["none"]},
}


def key_of(page: PageSeen) -> str:
    """The step a question page stands for."""
    return page.url.removeprefix("/benefits/apply/").partition("?")[0]


async def begin(browser: Browser, program: str = "") -> PageSeen:
    """The first question of a new application."""
    page = await browser.get(f"/benefits/start?only={program}" if program else "/benefits/start")
    return await page.form("/benefits/start").submit()


async def give(page: PageSeen, answers: Answers, button: str | None = None) -> PageSeen:
    """Fill in a page and go on."""
    form = page.form()
    known = {n: v if isinstance(v, str) else list(v) for n, v in answers.items() if n in form.names}
    return await form.fill(known).submit(button)


async def walk(
    page: PageSeen, answers: Mapping[str, Answers | list[Answers]], until: str = "/benefits/results"
) -> PageSeen:
    """Answer page after page until `until` comes; a page without an answer is "I don't know"."""
    left = {key: list(a) if isinstance(a, list) else [a] for key, a in answers.items()}
    for _page in range(MOST_PAGES):
        if page.url.startswith(until):
            return page
        assert page.status == 200, (page.url, page.status, page.text)
        if page.url == "/benefits/reference":
            page = await page.form().submit("Continue")
            continue
        key = key_of(page)
        if left.get(key):
            page = await give(page, left[key].pop(0))
            assert page.status == 200, (page.url, page.errors)
        else:
            page = await page.form().submit("_action=dont_know")
    raise AssertionError(f"no end after {MOST_PAGES} pages: {page.url}")


async def place(
    browser: Browser, services: Services, answers: Mapping[str, Answers | list[Answers]]
) -> PageSeen:
    """The results page of a draft with these answers, made without asking for any page."""
    now = services.clock.now()
    token = await drafts.start(services, None, "en", now)
    session = await find_session(token, "benefits", now)
    assert session is not None
    held = await drafts.read(services, session.subject)
    assert held is not None
    await drafts.save(services, held, lambda flow: answered(flow, answers), "en", now)
    await drafts.issue(services, held.id, now)
    host = browser.client.base_url.host
    door = DOORS["benefits"]
    browser.client.cookies.set(door.cookie, token, domain=host, path=door.path)
    return await browser.get("/benefits/results")


def answered(flow: Flow, answers: Mapping[str, Answers | list[Answers]]) -> Flow:
    """The flow at the end of its first stage; a page without an answer is "I don't know"."""
    left = {key: list(a) if isinstance(a, list) else [a] for key, a in answers.items()}
    step = flow.first_open()
    while step is not None:
        if left.get(step.key):
            typed = left[step.key].pop(0)
            raw = {name: [v] if isinstance(v, str) else list(v) for name, v in typed.items()}
            patch = parse_page(flow, step, raw, "en")
            assert not isinstance(patch, FieldErrors), (step.key, patch)
            flow = answer(flow, step, patch)
        else:
            flow = skip(flow, step, "dont_know", {}, "en")
        step = flow.next_after(step)
    return flow


# Four people in a flat in Seattle: one paid by the week, one working for herself.
FAMILY: Mapping[str, Answers | list[Answers]] = {
    "contact": CONTACT,
    "people": [
        {"people-more": "yes", "people-name": "Ana"},
        {"people-more": "yes", "people-name": "Leo"},
        {"people-more": "yes", "people-name": "Sol"},
        {"people-more": "no"},
    ],
    "birth_date": {
        **born(1985, 3, 4),
        **born(1987, 5, 6, "p2"),
        **born(2014, 7, 8, "p3"),
        **born(2023, 1, 2, "p4"),
    },
    "partner/p1": {"partner": "p2"},
    "parents": {"parents-p3": ["p1", "p2"], "parents-p4": ["p1", "p2"]},
    "one_tax_return": {"one_tax_return": "yes"},
    "helps_wanted": {"helps_wanted": ["none"]},
    "applicants": {"applicants": "everyone"},
    "situations": {"situations": ["in_approved_activity", "in_school", "needs_child_care"]},
    "about": {
        "about-p1": ["in_approved_activity"],
        "about-p2": ["in_approved_activity"],
        "about-p3": ["in_school"],
        "about-p4": ["needs_child_care"],
    },
    "receives": {"receives": ["none"]},
    "children_with_income": {"children_with_income": ["none"]},
    "income_kinds/p1": {"income_kinds": ["wages"]},
    "job/p1/i1": {"employer": "Cafe Sol", "pay_period": "week", "pay_told": "pays"},
    "pay/p1/i1": {
        "pays-1": "612",
        "pays-2": "655",
        "pays-3": "590",
        "pays-4": "640",
        "steady": "yes",
    },
    "more_income/p1": {"more_income-more": "no"},
    "income_kinds/p2": {"income_kinds": ["self_employment"]},
    "own_work/p2/i2": {
        "own_work": "820",
        "own_work-period": "month",
        "after_costs": "yes",
        "steady_own_work": "yes",
    },
    "more_income/p2": {"more_income-more": "no"},
    "where": {"where": "seattle", "tenure": "renter"},
    "rent": {"rent": "1850", "rent-period": "month"},
    "utility_account": {"utility_account": "unsure"},
    "childcare_cost": {"childcare_cost": "0", "childcare_cost-period": "month"},
    "bills": {"bills": ["heating", "electricity", "phone"]},
    "liquid_assets": {"liquid_assets": "400"},
}

"""One form for a whole city: what to ask, how to read it, and which facts it becomes.

In the order a page uses it:

    form = load_form(Path("forms/questions"), city_folder, rules.facts)     once, at start
    needs = needs_of_rules(rules)                                           once, at start
    planner = RulesPlanner(rules)                                           once, at start
    flow = Flow(form, needs, Draft.from_json(document), on, planner)        each request
    step = flow.find("pays/p1/i1")            None: the step does not apply (404 or first_open)
    page_view(flow, step, locale, raw=None)   what to draw; `raw` shows what was typed
    match parse_page(flow, step, raw, locale):
        case FieldErrors() as errors: ...     422, errors.of(field name)
        case patch: flow = answer(flow, step, patch)
    skip(flow, step, "dont_know", raw, locale)     the quiet ways out of page_view(...).skips
    flow.next_after(step), flow.before(step), flow.first_open(stage)
    review(flow), progress(flow, step), counts(flow), missing(flow, program)
    saved(flow, programs)                          what one form spared, for those sent
    sendable_facts(flow), wont_be_sent(flow)
    flow.draft.to_json()                      what to store

Nothing here knows a language: a Message is an English id with typed values.
"""

from __future__ import annotations

from forms.answer import answer, remove_would_lose, skip, skips
from forms.asked import FieldError, FieldErrors, Raw
from forms.definition import DECLINED, DONT_KNOW, Each, Form, Kind, Page, Question, Section, Stage
from forms.draft import (
    APPLICANT,
    Draft,
    DraftError,
    Place,
    add_income,
    add_person,
    choose,
    mark,
    only,
    remove_income,
    remove_person,
    rename_person,
    want,
)
from forms.drawing import Field, Option
from forms.facts import sendable_facts, wont_be_sent
from forms.flow import Flow
from forms.load import load_form
from forms.message import Cents, Day, Message, Value
from forms.needs import Needs, needs_of, needs_of_rules
from forms.parse import parse_first_name, parse_page
from forms.pay import a_month, pay_dates
from forms.planner import RulesPlanner
from forms.progress import Counts, Progress, Saved, counts, missing, own_form, progress, saved
from forms.resume import (
    added,
    amended_facts,
    draft_of,
    hidden,
    refitted,
    resumed,
    step_is_hidden,
    unhidden,
)
from forms.review import ReviewSection, Row, Subject, review
from forms.steps import Live, Step
from forms.view import Group, PageView, page_view
from forms.wording import person_label

__all__ = [
    "APPLICANT",
    "DECLINED",
    "DONT_KNOW",
    "Cents",
    "Counts",
    "Day",
    "Draft",
    "DraftError",
    "Each",
    "Field",
    "FieldError",
    "FieldErrors",
    "Flow",
    "Form",
    "Group",
    "Kind",
    "Live",
    "Message",
    "Needs",
    "Option",
    "Page",
    "PageView",
    "Place",
    "Progress",
    "Question",
    "Raw",
    "ReviewSection",
    "Row",
    "RulesPlanner",
    "Saved",
    "Section",
    "Stage",
    "Step",
    "Subject",
    "Value",
    "a_month",
    "add_income",
    "add_person",
    "added",
    "amended_facts",
    "answer",
    "choose",
    "counts",
    "draft_of",
    "hidden",
    "load_form",
    "mark",
    "missing",
    "needs_of",
    "needs_of_rules",
    "only",
    "own_form",
    "page_view",
    "parse_first_name",
    "parse_page",
    "pay_dates",
    "person_label",
    "progress",
    "refitted",
    "remove_income",
    "remove_person",
    "remove_would_lose",
    "rename_person",
    "resumed",
    "review",
    "saved",
    "sendable_facts",
    "skip",
    "skips",
    "step_is_hidden",
    "unhidden",
    "want",
    "wont_be_sent",
]

"""Whole ways through the form, for households of different kinds."""

from __future__ import annotations

from eligibility.household import Household
from forms import Draft, choose, counts, missing, saved, sendable_facts
from forms.facts import wont_be_sent
from tests.forms.walking import (
    CONTACT,
    Typed,
    a_flow,
    born,
    give,
    nobody_else,
    one_more,
    value,
    vocabulary,
    walk,
)

STEADY = {"steady_other": "yes"}

A_RENTER_ALONE: dict[str, Typed | list[Typed]] = {
    "contact": CONTACT,
    "people": nobody_else(),
    "birth_date": born(1992, 3, 4),
    "helps_wanted": {"helps_wanted": "none"},
    "about": {"about-p1": ["none"]},
    "receives": {"receives": ["none"]},
    "income_kinds/p1": {"income_kinds": ["wages"]},
    "job/p1/i1": {"employer": "Acme", "pay_period": "week", "pay_told": "pays"},
    "pay/p1/i1": {
        "pays-1": "410",
        "pays-2": "385",
        "pays-3": "0",
        "pays-4": "520",
        "steady": "no",
    },
    "more_income/p1": {"more_income-more": "no"},
    "child_support_payers": {"child_support_payers": ["none"]},
    "where": {"where": "seattle", "tenure": "renter"},
    "rent": {"rent": "$950", "rent-period": "month"},
    "bills": {"bills": ["heating", "phone"]},
    "utility_account": {"utility_account": "none"},
}


def test_a_single_renter_answers_each_page_once_and_in_order() -> None:
    flow, seen = walk(a_flow(), A_RENTER_ALONE)
    assert seen == list(A_RENTER_ALONE)
    facts = sendable_facts(flow)
    assert facts["household"]["rent"] == {"amount": 95000, "period": "month"}
    assert facts["people"][0]["incomes"] == [
        {
            "kind": "wages",
            "employer": "Acme",
            "period": "week",
            "amounts": [41000, 38500, 0, 52000],
            "dates": ["2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"],
            "steady": False,
        }
    ]
    Household.from_facts(facts, vocabulary())


HERE = ["in_approved_activity", "in_school", "needs_child_care"]
ABOUT: Typed = {
    "about-p1": ["in_approved_activity"],
    "about-p2": ["in_approved_activity"],
    "about-p3": ["in_school"],
    "about-p4": ["needs_child_care"],
}
THE_FAMILY: dict[str, Typed | list[Typed]] = {
    "contact": CONTACT,
    "people": [one_more("Marco"), one_more("Ana"), one_more("Leo"), nobody_else()],
    "birth_date": {
        **born(1985, 6, 1),
        **born(1987, 2, 10, "p2"),
        **born(2014, 1, 5, "p3"),
        **born(2023, 9, 30, "p4"),
    },
    "partner/p1": {"partner": "p2"},
    "parents": {"parents-p3": ["p1", "p2"], "parents-p4": ["p1", "p2"]},
    "one_tax_return": {"one_tax_return": "yes"},
    "helps_wanted": {"helps_wanted": "none"},
    "applicants": {"applicants": "everyone"},
    "situations": {"situations": HERE},
    "about": ABOUT,
    "receives": {"receives": ["apple_health"]},
    "receives_person": {
        "receives_person-p1": ["none"],
        "receives_person-p2": ["none"],
        "receives_person-p3": ["apple_health"],
        "receives_person-p4": ["apple_health"],
    },
    "children_with_income": {"children_with_income": ["none"]},
    "income_kinds/p1": {"income_kinds": ["wages"]},
    "job/p1/i1": {"employer": "", "pay_period": "week", "pay_told": "pays"},
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
        "costs": "150",
        "steady_own_work": "yes",
    },
    "more_income/p2": {"more_income-more": "no"},
    "child_support_payers": {"child_support_payers": ["none"]},
    "childcare_cost": {"childcare_cost": "400", "childcare_cost-period": "month"},
    "where": {"where": "seattle", "tenure": "renter"},
    "rent": {"rent": "1,850", "rent-period": "month"},
    "bills": {"bills": ["heating", "electricity", "phone"]},
    "utility_account": {"utility_account": "own"},
}


def test_a_family_of_four_tells_its_ties_pays_and_costs_in_one_form() -> None:
    flow, seen = walk(a_flow(), THE_FAMILY)
    assert seen == [k for k, a in THE_FAMILY.items() for _ in (a if isinstance(a, list) else [a])]
    facts = sendable_facts(flow)
    ours = {person["id"]: person for person in facts["people"]}
    assert ours["p1"]["ties"] == [
        {"kind": "spouse", "to": "p2"},
        {"kind": "parent_of", "to": "p3"},
        {"kind": "parent_of", "to": "p4"},
        {"kind": "tax_household", "to": "p1"},
        {"kind": "tax_role", "to": "head"},
    ]
    assert ours["p4"]["ties"] == [
        {"kind": "tax_household", "to": "p1"},
        {"kind": "tax_role", "to": "dependent"},
    ]
    assert ours["p2"]["incomes"] == [
        {
            "kind": "self_employment",
            "amount": 82000,
            "period": "month",
            "after_costs": True,
            "steady": True,
            "costs": 15000,
        }
    ]
    assert ours["p3"]["incomes"] == []
    assert ours["p3"]["incomes_complete"] is True
    assert ours["p3"]["child_support_paid"] == {"amount": 0, "period": "month"}
    assert ours["p3"]["pregnant"] is False
    got = {name for name, got in ours["p4"]["receives"].items() if got}
    assert got == {"apple_health"}
    assert facts["people_complete"] is True
    assert facts["household"]["mortgage"] == {"amount": 0, "period": "month"}
    assert facts["household"]["phone_bill"] == {"between": [1, None]}
    assert facts["household"]["water_bill"] == {"amount": 0, "period": "month"}
    Household.from_facts(facts, vocabulary())
    assert wont_be_sent(flow) == ()


def test_after_choosing_programs_only_what_their_agencies_need_is_asked() -> None:
    flow, _ = walk(a_flow(), THE_FAMILY)
    chosen = flow.with_draft(choose(flow.draft, ["orca_lift", "wic"]))
    assert [step.key for step in chosen.open_steps] == ["address"]
    asks_status = flow.with_draft(choose(flow.draft, ["basic_food"]))
    status = asks_status.open_steps[-1]
    assert [step.key for step in asks_status.open_steps] == ["address", "immigration"]
    people = [live.place.person for live in asks_status.live(status)]
    assert people == ["p1", "p2", "p3", "p4"]


def test_a_person_who_applies_for_nothing_is_never_asked_about_status() -> None:
    answers = {**THE_FAMILY, "applicants": {"applicants": "some"}}
    flow, seen = walk(a_flow(), {**answers, "applicants_named": {"applicants_named": ["p3"]}})
    assert "applicants_named" in seen
    chosen = flow.with_draft(choose(flow.draft, ["basic_food"]))
    assert [s.key for s in chosen.open_steps] == ["address", "immigration"]
    asked = chosen.live(chosen.open_steps[-1])
    assert [live.place.person for live in asked] == ["p3"]
    people = sendable_facts(chosen)["people"]
    assert [person["applies_for"] for person in people] == [[], [], ["basic_food"], []]


def test_an_elderly_couple_who_own_their_home_are_asked_what_only_they_can_answer() -> None:
    answers: dict[str, Typed | list[Typed]] = {
        "contact": CONTACT,
        "people": [one_more("Rosa"), nobody_else()],
        "birth_date": {**born(1950), **born(1953, 5, person="p2")},
        "partner/p1": {"partner": "p2"},
        "one_tax_return": {"one_tax_return": "yes"},
        "helps_wanted": {"helps_wanted": "none"},
        "applicants": {"applicants": "everyone"},
        "situations": {"situations": ["veteran", "medicare"]},
        "about": {"about-p1": ["veteran", "medicare"], "about-p2": ["none"]},
        "va_rating/p1": {"va_rating": "40"},
        "receives": {"receives": ["none"]},
        "income_kinds/p1": {"income_kinds": ["social_security_retirement", "pension"]},
        "other_income/p1/i1": {"other_income": "1,200", "other_income-period": "month", **STEADY},
        "other_income/p1/i2": {"other_income": "300", "other_income-period": "month", **STEADY},
        "more_income/p1": {"more_income-more": "no"},
        "income_kinds/p2": {"income_kinds": ["none"]},
        "where": {"where": "king", "tenure": "owner"},
        "owner_costs": {
            "occupied_home_6_months": "yes",
            "mortgage": "0",
            "mortgage-period": "month",
            "property_tax": "5,400",
            "property_tax-period": "year",
            "home_insurance": "1200",
            "home_insurance-period": "year",
        },
        "bills": {"bills": ["heating"]},
        "utility_account": {"utility_account": "none"},
        "medical_payers": {"medical_payers": ["p2"]},
        "medical_expenses": {
            "medical_expenses-p2": "85.50",
            "medical_expenses-p2-period": "month",
        },
        "medicare_premium": {"medicare_premium-p1": "202.90"},
        "child_support_payers": {"child_support_payers": ["none"]},
    }
    flow, seen = walk(a_flow(), answers)
    assert [key for key in seen if key not in answers] == []
    facts = sendable_facts(flow)
    first, second = facts["people"]
    assert first["medical_expenses"] == {"amount": 0, "period": "month"}
    assert second["medical_expenses"] == {"amount": 8550, "period": "month"}
    assert first["birth_date"] == "1950"
    assert first["va_rating"] == 40
    assert second["incomes"] == []
    assert second["incomes_complete"] is True
    assert facts["household"]["rent"] == {"amount": 0, "period": "month"}
    Household.from_facts(facts, vocabulary())


def test_a_pregnant_applicant_is_asked_how_many_babies_and_nobody_else_is() -> None:
    about = {**ABOUT, "about-p2": ["pregnant", "in_approved_activity"]}
    here = {"situations": [*HERE, "pregnant"]}
    answers = {**THE_FAMILY, "situations": here, "about": about}
    flow, seen = walk(a_flow(), {**answers, "expected_children/p2": {"expected_children": "2"}})
    assert [key for key in seen if key.startswith("expected_children")] == ["expected_children/p2"]
    assert value(flow, "person.expected_children", "p2") == 2


def test_a_homeless_person_is_not_asked_for_rent_and_pays_none() -> None:
    answers = {**A_RENTER_ALONE, "where": {"where": "seattle", "tenure": "homeless"}}
    del answers["rent"]
    flow, seen = walk(a_flow(), answers)
    assert "rent" not in seen
    facts = sendable_facts(flow)["household"]
    assert facts["homeless"] is True
    assert facts["tenure"] == "none"
    assert facts["rent"] == {"amount": 0, "period": "month"}


def test_answers_that_no_longer_apply_stay_in_the_draft_and_are_not_sent() -> None:
    flow, _ = walk(a_flow(), A_RENTER_ALONE)
    staying = give(flow, "where", {"where": "seattle", "tenure": "with_others"})
    assert ("household", "household.rent") in wont_be_sent(staying)
    assert sendable_facts(staying)["household"]["rent"] == {"amount": 0, "period": "month"}
    back = give(staying, "where", {"where": "seattle", "tenure": "renter"})
    assert back.open_steps == ()
    assert sendable_facts(back)["household"]["rent"] == {"amount": 95000, "period": "month"}


def test_a_job_unticked_and_ticked_again_is_not_asked_again() -> None:
    flow, _ = walk(a_flow(), A_RENTER_ALONE)
    without = give(flow, "income_kinds/p1", {"income_kinds": ["none"]})
    assert sendable_facts(without)["people"][0]["incomes"] == []
    again = give(without, "income_kinds/p1", {"income_kinds": ["wages"]})
    assert again.open_steps == ()
    assert sendable_facts(again)["people"][0]["incomes"][0]["employer"] == "Acme"


def test_another_income_is_asked_about_before_the_list_can_close() -> None:
    flow, _ = walk(a_flow(), A_RENTER_ALONE)
    step = flow.find("more_income/p1")
    assert step is not None
    more = give(flow, step.key, {"more_income-more": "yes", "more_income-kind": "ssi"})
    following = more.next_after(step)
    assert following is not None
    assert following.key == "other_income/p1/i2"
    told = give(
        more, following.key, {"other_income": "967", "other_income-period": "month", **STEADY}
    )
    closing = told.next_after(following)
    assert closing is not None
    assert closing.key == "more_income/p1"
    assert sendable_facts(told)["people"][0]["incomes_complete"] is False


def test_dont_know_is_an_answer_and_is_not_asked_again() -> None:
    flow, seen = walk(
        a_flow(), {k: A_RENTER_ALONE[k] for k in ("contact", "people", "helps_wanted")}
    )
    assert flow.open_steps == ()
    assert "rent" in seen
    facts = sendable_facts(flow)
    assert facts["household"]["tenure"] == {"unknown": "dont_know"}
    assert facts["people"][0]["birth_date"] == {"unknown": "dont_know"}
    Household.from_facts(facts, vocabulary())


def test_just_this_one_asks_less_and_one_form_asks_less_than_all_forms() -> None:
    flow = a_flow()
    one = missing(flow, "orca_lift")
    assert "rent" not in {step.key for step in one}
    assert len(one) < len(flow.open_steps)
    totals = counts(flow)
    assert totals.left == totals.asked == len(flow.steps)
    assert totals.separate > 2 * totals.asked


def test_after_sending_the_form_says_what_it_spared() -> None:
    flow, seen = walk(a_flow(), THE_FAMILY)
    sent = ["orca_lift", "wic", "utility_discount"]
    flow = flow.with_draft(choose(flow.draft, sent))
    spared = saved(flow, sent)
    assert spared is not None
    assert spared.answered == len(set(seen))
    assert spared.separate == sum(flow.lengths_alone([program]) for program in sent)
    assert saved(flow, ["orca_lift"]) is None


def test_a_program_added_later_asks_only_what_is_missing() -> None:
    orca = a_flow(programs=["orca_lift"])
    flow, seen = walk(orca, {k: a for k, a in A_RENTER_ALONE.items() if k in orca_keys()})
    wider = a_flow(flow.draft)
    opened = [step.key for step in wider.open_steps]
    assert set(opened).isdisjoint(set(seen) - {"receives", "about"})
    assert "rent" in opened


def orca_keys() -> set[str]:
    """The steps of A_RENTER_ALONE that a form for ORCA LIFT alone has."""
    return set(A_RENTER_ALONE) & {
        "contact",
        "people",
        "birth_date",
        "helps_wanted",
        "receives",
        "income_kinds/p1",
        "job/p1/i1",
        "pay/p1/i1",
        "more_income/p1",
    }


def test_an_empty_draft_already_parses_as_a_household() -> None:
    Household.from_facts(sendable_facts(a_flow(Draft())), vocabulary())

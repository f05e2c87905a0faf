"""Pages of caseworkers: sign-in, queue, cases, questions, decisions, objections, files."""

from __future__ import annotations

from starlette.routing import Route

from service.later import pages_of

page = pages_of(__name__)
POST = ["POST"]
CASE = "/staff/cases/{id}"

routes: list[Route] = [
    Route("/staff/", page("sign_in.home"), name="staff.home"),
    Route("/staff/sign-in", page("sign_in.sign_in_page"), name="staff.sign_in"),
    Route("/staff/sign-in", page("sign_in.signed_in"), methods=POST, name="staff.signed_in"),
    Route("/staff/choose-password", page("sign_in.choose_page"), name="staff.choose"),
    Route("/staff/choose-password", page("sign_in.chosen"), methods=POST, name="staff.chosen"),
    Route("/staff/second-step", page("second_step.second_page"), name="staff.second"),
    Route(
        "/staff/second-step",
        page("second_step.second_checked"),
        methods=POST,
        name="staff.second.checked",
    ),
    Route("/staff/account", page("second_step.account"), name="staff.account"),
    Route(
        "/staff/account",
        page("second_step.account_changed"),
        methods=POST,
        name="staff.account.change",
    ),
    Route("/staff/kept", page("kept.kept"), name="staff.kept"),
    Route("/staff/kept", page("kept.thrown_away"), methods=POST, name="staff.kept.drop"),
    Route("/staff/sign-out", page("sign_in.sign_out"), methods=POST, name="staff.sign_out"),
    Route("/staff/cases", page("queue.cases"), name="staff.cases"),
    Route("/staff/search", page("queue.search"), methods=POST, name="staff.search"),
    Route(CASE, page("case.case"), name="staff.case"),
    Route(f"{CASE}/print", page("case.case_print"), name="staff.case.print"),
    Route(f"{CASE}/claim", page("case.claim_case"), methods=POST, name="staff.case.claim"),
    Route(f"{CASE}/release", page("case.release_case"), methods=POST, name="staff.case.release"),
    Route(f"{CASE}/assign", page("case.assign_case"), methods=POST, name="staff.case.assign"),
    Route(f"{CASE}/notes", page("case.note_case"), methods=POST, name="staff.case.note"),
    Route(f"{CASE}/ask", page("ask.ask_page"), name="staff.case.ask"),
    Route(f"{CASE}/ask", page("ask.asked"), methods=POST, name="staff.case.asked"),
    Route(f"{CASE}/decide", page("decide.decide_page"), name="staff.case.decide"),
    Route(f"{CASE}/decide", page("decide.decided"), methods=POST, name="staff.case.decided"),
    Route(f"{CASE}/why", page("why.why"), name="staff.case.why"),
    Route(f"{CASE}/what-if", page("what_if.what_if_page"), name="staff.case.what_if"),
    Route(
        f"{CASE}/what-if",
        page("what_if.what_if_tried"),
        methods=POST,
        name="staff.case.what_if.tried",
    ),
    Route(f"{CASE}/way-back", page("way_back.way_back"), name="staff.case.back"),
    Route(f"{CASE}/way-back", page("way_back.given"), methods=POST, name="staff.case.back.given"),
    Route("/staff/objections", page("objections.objections"), name="staff.objections"),
    Route("/staff/objections/{id}", page("objections.objection"), name="staff.objection"),
    Route(
        "/staff/objections/{id}",
        page("objections.objection_answered"),
        methods=POST,
        name="staff.objection.answered",
    ),
    Route("/staff/files", page("files.files"), name="staff.files"),
    Route("/staff/files/cases.csv", page("files.cases_csv"), name="staff.files.cases"),
    Route("/staff/files/people.csv", page("files.people_csv"), name="staff.files.people"),
    Route(
        "/staff/files/decisions.csv",
        page("files.decisions_to_fill"),
        name="staff.files.decisions.fill",
    ),
    Route("/staff/files/print", page("files.print_new"), name="staff.files.print"),
    Route("/staff/files/taken", page("files.taken"), methods=POST, name="staff.files.taken"),
    Route(
        "/staff/files/decisions",
        page("files.decisions"),
        methods=POST,
        name="staff.files.decisions",
    ),
]

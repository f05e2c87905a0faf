"""Pages of caseworkers: sign-in, queue, cases, questions, decisions, objections, files."""

from __future__ import annotations

from starlette.routing import Route

from service.caseworker import (
    ask,
    case,
    decide,
    files,
    kept,
    objections,
    queue,
    second_step,
    sign_in,
    way_back,
    what_if,
)

POST = ["POST"]
CASE = "/staff/cases/{id}"

routes: list[Route] = [
    Route("/staff/", sign_in.home, name="staff.home"),
    Route("/staff/sign-in", sign_in.sign_in_page, name="staff.sign_in"),
    Route("/staff/sign-in", sign_in.signed_in, methods=POST, name="staff.signed_in"),
    Route("/staff/choose-password", sign_in.choose_page, name="staff.choose"),
    Route("/staff/choose-password", sign_in.chosen, methods=POST, name="staff.chosen"),
    Route("/staff/second-step", second_step.second_page, name="staff.second"),
    Route(
        "/staff/second-step",
        second_step.second_checked,
        methods=POST,
        name="staff.second.checked",
    ),
    Route("/staff/account", second_step.account, name="staff.account"),
    Route("/staff/account", second_step.account_changed, methods=POST, name="staff.account.change"),
    Route(kept.KEPT, kept.kept, name="staff.kept"),
    Route(kept.KEPT, kept.thrown_away, methods=POST, name="staff.kept.drop"),
    Route("/staff/sign-out", sign_in.sign_out, methods=POST, name="staff.sign_out"),
    Route("/staff/cases", queue.cases, name="staff.cases"),
    Route("/staff/search", queue.search, methods=POST, name="staff.search"),
    Route(CASE, case.case, name="staff.case"),
    Route(f"{CASE}/print", case.case_print, name="staff.case.print"),
    Route(f"{CASE}/claim", case.claim_case, methods=POST, name="staff.case.claim"),
    Route(f"{CASE}/release", case.release_case, methods=POST, name="staff.case.release"),
    Route(f"{CASE}/assign", case.assign_case, methods=POST, name="staff.case.assign"),
    Route(f"{CASE}/notes", case.note_case, methods=POST, name="staff.case.note"),
    Route(f"{CASE}/ask", ask.ask_page, name="staff.case.ask"),
    Route(f"{CASE}/ask", ask.asked, methods=POST, name="staff.case.asked"),
    Route(f"{CASE}/decide", decide.decide_page, name="staff.case.decide"),
    Route(f"{CASE}/decide", decide.decided, methods=POST, name="staff.case.decided"),
    Route(f"{CASE}/what-if", what_if.what_if_page, name="staff.case.what_if"),
    Route(f"{CASE}/what-if", what_if.what_if_tried, methods=POST, name="staff.case.what_if.tried"),
    Route(f"{CASE}/way-back", way_back.way_back, name="staff.case.back"),
    Route(f"{CASE}/way-back", way_back.given, methods=POST, name="staff.case.back.given"),
    Route("/staff/objections", objections.objections, name="staff.objections"),
    Route("/staff/objections/{id}", objections.objection, name="staff.objection"),
    Route(
        "/staff/objections/{id}",
        objections.objection_answered,
        methods=POST,
        name="staff.objection.answered",
    ),
    Route("/staff/files", files.files, name="staff.files"),
    Route("/staff/files/cases.csv", files.cases_csv, name="staff.files.cases"),
    Route("/staff/files/people.csv", files.people_csv, name="staff.files.people"),
    Route("/staff/files/decisions.csv", files.decisions_to_fill, name="staff.files.decisions.fill"),
    Route("/staff/files/print", files.print_new, name="staff.files.print"),
    Route("/staff/files/taken", files.taken, methods=POST, name="staff.files.taken"),
    Route("/staff/files/decisions", files.decisions, methods=POST, name="staff.files.decisions"),
]

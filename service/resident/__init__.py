"""The resident's pages: the form, sending, the status page and the way back."""

from __future__ import annotations

from starlette.routing import Route

from service.resident import (
    changes,
    check,
    confirmation,
    copies,
    people,
    prints,
    questions,
    results,
    returning,
    sign,
    start,
    status,
    tasks,
)

POST = ["POST"]

routes = [
    Route("/benefits/start", start.begin, name="resident.begin"),
    Route("/benefits/start", start.started, methods=POST, name="resident.start"),
    Route("/benefits/apply/{key:path}", questions.question, name="resident.question"),
    Route("/benefits/apply/{key:path}", questions.answered, methods=POST, name="resident.answer"),
    Route("/benefits/people/{person}", people.name, name="resident.name"),
    Route("/benefits/people/{person}", people.rename, methods=POST, name="resident.rename"),
    Route("/benefits/people/{person}/remove", people.ask_remove, name="resident.person"),
    Route(
        "/benefits/people/{person}/remove",
        people.removed,
        methods=POST,
        name="resident.person.remove",
    ),
    Route(
        "/benefits/incomes/{person}/{income}/remove",
        people.ask_remove_income,
        name="resident.income",
    ),
    Route(
        "/benefits/incomes/{person}/{income}/remove",
        people.removed_income,
        methods=POST,
        name="resident.income.remove",
    ),
    Route("/benefits/reference", start.reference, name="resident.reference"),
    Route(
        "/benefits/reference", start.reference_seen, methods=POST, name="resident.reference.seen"
    ),
    Route("/benefits/saved", start.stopped, name="resident.saved"),
    Route("/benefits/clear", start.clear, methods=POST, name="resident.clear"),
    Route("/benefits/status/clear", start.clear, methods=POST, name="resident.status.clear"),
    Route("/benefits/cleared", start.cleared, name="resident.cleared"),
    Route("/benefits/delete", start.delete, methods=POST, name="resident.delete"),
    Route("/benefits/results", results.results, name="resident.results"),
    Route("/benefits/results", results.chosen, methods=POST, name="resident.choose"),
    Route("/benefits/print/{program}", prints.handoff, name="resident.print"),
    Route("/benefits/check", check.check, name="resident.check"),
    Route("/benefits/check", check.checked, methods=POST, name="resident.checked"),
    Route("/benefits/sign", sign.sign, name="resident.sign"),
    Route("/benefits/send-now", sign.send_now, name="resident.send_now"),
    Route("/benefits/send", sign.send, methods=POST, name="resident.send"),
    Route("/benefits/sent", confirmation.confirmation, name="resident.sent"),
    Route("/benefits/return", returning.returning, name="resident.return"),
    Route("/benefits/return", returning.returned, methods=POST, name="resident.returned"),
    Route("/benefits/return/link", returning.ask_link, methods=POST, name="resident.link.ask"),
    Route("/benefits/link/{token}", returning.link, name="resident.link"),
    Route("/benefits/link/{token}", returning.use_link, methods=POST, name="resident.link.use"),
    Route("/benefits/status", status.status, name="resident.status"),
    Route("/benefits/status/lock", status.lock_secret, methods=POST, name="resident.lock"),
    Route("/benefits/status/requests/{id}", tasks.request_page, name="resident.request"),
    Route("/benefits/status/requests/{id}", tasks.replied, methods=POST, name="resident.reply"),
    Route("/benefits/status/decisions/{id}", tasks.decision_page, name="resident.decision"),
    Route("/benefits/status/decisions/{id}", tasks.objected, methods=POST, name="resident.object"),
    Route("/benefits/copy", copies.copy, name="resident.copy"),
    Route("/benefits/status/change", changes.changes, name="resident.changes"),
    Route("/benefits/status/change/{key:path}", changes.change, name="resident.change"),
    Route(
        "/benefits/status/change/{key:path}",
        changes.changed,
        methods=POST,
        name="resident.changed",
    ),
    Route("/benefits/status/withdraw", tasks.withdraw_page, name="resident.withdraw"),
    Route("/benefits/status/withdraw", tasks.withdrawn, methods=POST, name="resident.withdrawn"),
]

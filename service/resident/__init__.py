"""The resident's pages: the form, sending, the status page and the way back."""

from __future__ import annotations

from starlette.routing import Route

from service.later import pages_of

page = pages_of(__name__)
POST = ["POST"]

routes = [
    Route("/benefits/start", page("start.begin"), name="resident.begin"),
    Route("/benefits/start", page("start.started"), methods=POST, name="resident.start"),
    Route("/benefits/apply/{key:path}", page("questions.question"), name="resident.question"),
    Route(
        "/benefits/apply/{key:path}",
        page("questions.answered"),
        methods=POST,
        name="resident.answer",
    ),
    Route("/benefits/people/{person}", page("people.name"), name="resident.name"),
    Route("/benefits/people/{person}", page("people.rename"), methods=POST, name="resident.rename"),
    Route("/benefits/people/{person}/remove", page("people.ask_remove"), name="resident.person"),
    Route(
        "/benefits/people/{person}/remove",
        page("people.removed"),
        methods=POST,
        name="resident.person.remove",
    ),
    Route(
        "/benefits/incomes/{person}/{income}/remove",
        page("people.ask_remove_income"),
        name="resident.income",
    ),
    Route(
        "/benefits/incomes/{person}/{income}/remove",
        page("people.removed_income"),
        methods=POST,
        name="resident.income.remove",
    ),
    Route("/benefits/reference", page("start.reference"), name="resident.reference"),
    Route(
        "/benefits/reference",
        page("start.reference_seen"),
        methods=POST,
        name="resident.reference.seen",
    ),
    Route("/benefits/saved", page("start.stopped"), name="resident.saved"),
    Route("/benefits/clear", page("start.clear"), methods=POST, name="resident.clear"),
    Route(
        "/benefits/status/clear", page("start.clear"), methods=POST, name="resident.status.clear"
    ),
    Route("/benefits/leave", page("start.leave"), name="resident.leave"),
    Route("/benefits/cleared", page("start.cleared"), name="resident.cleared"),
    Route("/benefits/delete", page("start.delete"), methods=POST, name="resident.delete"),
    Route("/benefits/results", page("results.results"), name="resident.results"),
    Route("/benefits/results", page("results.chosen"), methods=POST, name="resident.choose"),
    Route("/benefits/why/{program}", page("why.why"), name="resident.why"),
    Route("/benefits/print/{program}", page("prints.handoff"), name="resident.print"),
    Route("/benefits/check", page("check.check"), name="resident.check"),
    Route("/benefits/check", page("check.checked"), methods=POST, name="resident.checked"),
    Route("/benefits/sign", page("sign.sign"), name="resident.sign"),
    Route("/benefits/send-now", page("sign.send_now"), name="resident.send_now"),
    Route("/benefits/send", page("sign.send"), methods=POST, name="resident.send"),
    Route("/benefits/sent", page("confirmation.confirmation"), name="resident.sent"),
    Route("/benefits/return", page("returning.returning"), name="resident.return"),
    Route("/benefits/return", page("returning.returned"), methods=POST, name="resident.returned"),
    Route("/benefits/return/lost", page("lost.lost"), name="resident.lost"),
    Route(
        "/benefits/return/link", page("returning.ask_link"), methods=POST, name="resident.link.ask"
    ),
    Route("/benefits/link/{token}", page("returning.link"), name="resident.link"),
    Route(
        "/benefits/link/{token}", page("returning.use_link"), methods=POST, name="resident.link.use"
    ),
    Route("/benefits/status", page("status.status"), name="resident.status"),
    Route("/benefits/status/lock", page("status.lock_secret"), methods=POST, name="resident.lock"),
    Route("/benefits/status/requests/{id}", page("tasks.request_page"), name="resident.request"),
    Route(
        "/benefits/status/requests/{id}", page("tasks.replied"), methods=POST, name="resident.reply"
    ),
    Route("/benefits/status/decisions/{id}", page("tasks.decision_page"), name="resident.decision"),
    Route(
        "/benefits/status/decisions/{id}",
        page("tasks.objected"),
        methods=POST,
        name="resident.object",
    ),
    Route("/benefits/status/amend", page("adding.change_all"), methods=POST, name="resident.amend"),
    Route("/benefits/status/add", page("adding.add"), name="resident.add"),
    Route("/benefits/status/add", page("adding.to_be_added"), methods=POST, name="resident.added"),
    Route(
        "/benefits/status/applied",
        page("elsewhere.tick_applied"),
        methods=POST,
        name="resident.applied",
    ),
    Route(
        "/benefits/status/print/{program}", page("elsewhere.print_sent"), name="resident.print.sent"
    ),
    Route("/benefits/status/contact", page("contact.contact"), name="resident.contact"),
    Route(
        "/benefits/status/contact",
        page("contact.contact_changed"),
        methods=POST,
        name="resident.contact.change",
    ),
    Route("/benefits/status/secret", page("contact.secret"), name="resident.secret"),
    Route(
        "/benefits/status/secret",
        page("contact.secret_renewed"),
        methods=POST,
        name="resident.secret.renew",
    ),
    Route(
        "/benefits/status/changes/{id}/stop",
        page("confirming.stopped"),
        methods=POST,
        name="resident.change.stop",
    ),
    Route("/benefits/confirm/{token}", page("confirming.confirm"), name="resident.confirm"),
    Route(
        "/benefits/confirm/{token}",
        page("confirming.confirmed"),
        methods=POST,
        name="resident.confirmed",
    ),
    Route("/benefits/copy", page("copies.copy"), name="resident.copy"),
    Route("/benefits/status/change", page("changes.changes"), name="resident.changes"),
    Route("/benefits/status/change/{key:path}", page("changes.change"), name="resident.change"),
    Route(
        "/benefits/status/change/{key:path}",
        page("changes.changed"),
        methods=POST,
        name="resident.changed",
    ),
    Route("/benefits/status/what-if", page("what_if.what_if"), name="resident.what_if"),
    Route(
        "/benefits/status/what-if/{key:path}",
        page("what_if.what_if_one"),
        name="resident.what_if.one",
    ),
    Route(
        "/benefits/status/what-if/{key:path}",
        page("what_if.what_if_shown"),
        methods=POST,
        name="resident.what_if.shown",
    ),
    Route("/benefits/what-if", page("what_if.ahead"), name="resident.ahead"),
    Route("/benefits/what-if/{key:path}", page("what_if.ahead_one"), name="resident.ahead.one"),
    Route(
        "/benefits/what-if/{key:path}",
        page("what_if.ahead_shown"),
        methods=POST,
        name="resident.ahead.shown",
    ),
    Route("/benefits/status/withdraw", page("tasks.withdraw_page"), name="resident.withdraw"),
    Route(
        "/benefits/status/withdraw",
        page("tasks.withdrawn"),
        methods=POST,
        name="resident.withdrawn",
    ),
]

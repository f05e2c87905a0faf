"""Pages of those who keep petitions, questions and votes in order, and of those who answer."""

from __future__ import annotations

from starlette.routing import Route

from service.later import pages_of

page = pages_of(__name__)
POST = ["POST"]

routes: list[Route] = [
    Route("/staff/voice", page("queue.queue"), name="desk.queue"),
    Route("/staff/voice/bursts", page("bursts.bursts"), name="desk.bursts"),
    Route("/staff/voice/bursts/{id}", page("bursts.burst"), name="desk.burst"),
    Route(
        "/staff/voice/bursts/{id}",
        page("bursts.burst_changed"),
        methods=POST,
        name="desk.burst.change",
    ),
    Route("/staff/voice/batches/{id}", page("bursts.batch"), name="desk.batch"),
    Route(
        "/staff/voice/batches/{id}",
        page("bursts.batch_changed"),
        methods=POST,
        name="desk.batch.change",
    ),
    Route("/staff/voice/paper", page("paper.sheets"), name="desk.paper"),
    Route("/staff/voice/paper/{number}/{sheet}", page("paper.sheet"), name="desk.paper.sheet"),
    Route(
        "/staff/voice/paper/{number}/{sheet}",
        page("paper.sheet_typed"),
        methods=POST,
        name="desk.paper.typed",
    ),
    Route("/staff/voice/petitions/{id}", page("petition.petition"), name="desk.petition"),
    Route(
        "/staff/voice/petitions/{id}",
        page("petition.petition_changed"),
        methods=POST,
        name="desk.petition.change",
    ),
    Route("/staff/voice/questions", page("questions.question_list"), name="desk.questions"),
    Route(
        "/staff/voice/questions",
        page("questions.question_made"),
        methods=POST,
        name="desk.questions.make",
    ),
    Route("/staff/voice/questions/{id}", page("questions.question_page"), name="desk.question"),
    Route(
        "/staff/voice/questions/{id}",
        page("questions.question_changed"),
        methods=POST,
        name="desk.question.change",
    ),
    Route("/staff/voice/themes/{id}", page("questions.theme_page"), name="desk.theme"),
    Route(
        "/staff/voice/themes/{id}",
        page("questions.theme_changed"),
        methods=POST,
        name="desk.theme.change",
    ),
    Route("/staff/voice/answers", page("answers.answers"), name="desk.answers"),
    Route("/staff/voice/answers/{id}", page("answers.answer_page"), name="desk.answer"),
    Route(
        "/staff/voice/answers/{id}",
        page("answers.answer_changed"),
        methods=POST,
        name="desk.answer.change",
    ),
    Route("/staff/voice/votes", page("votes.votes"), name="desk.votes"),
    Route("/staff/voice/votes/draft", page("vote_draft.draft"), name="desk.votes.draft"),
    Route(
        "/staff/voice/votes/draft",
        page("vote_draft.drafted"),
        methods=POST,
        name="desk.votes.drafted",
    ),
    Route("/staff/voice/votes/{id}", page("votes.vote"), name="desk.vote"),
    Route("/staff/voice/votes/{id}", page("votes.changed"), methods=POST, name="desk.vote.change"),
]

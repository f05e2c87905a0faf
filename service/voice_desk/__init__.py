"""Pages of those who keep petitions, questions and votes in order, and of those who answer."""

from __future__ import annotations

from starlette.routing import Route

from service.voice_desk import answers, bursts, paper, petition, questions, queue, vote_draft, votes

POST = ["POST"]

routes: list[Route] = [
    Route("/staff/voice", queue.queue, name="desk.queue"),
    Route(bursts.LIST, bursts.bursts, name="desk.bursts"),
    Route(bursts.PAGE, bursts.burst, name="desk.burst"),
    Route(bursts.PAGE, bursts.burst_changed, methods=POST, name="desk.burst.change"),
    Route(bursts.BATCH, bursts.batch, name="desk.batch"),
    Route(bursts.BATCH, bursts.batch_changed, methods=POST, name="desk.batch.change"),
    Route(paper.PAPER, paper.sheets, name="desk.paper"),
    Route(paper.PAPER + "/{number}/{sheet}", paper.sheet, name="desk.paper.sheet"),
    Route(
        paper.PAPER + "/{number}/{sheet}", paper.sheet_typed, methods=POST, name="desk.paper.typed"
    ),
    Route(petition.PAGE, petition.petition, name="desk.petition"),
    Route(petition.PAGE, petition.petition_changed, methods=POST, name="desk.petition.change"),
    Route(questions.LIST, questions.question_list, name="desk.questions"),
    Route(questions.LIST, questions.question_made, methods=POST, name="desk.questions.make"),
    Route(questions.PAGE, questions.question_page, name="desk.question"),
    Route(questions.PAGE, questions.question_changed, methods=POST, name="desk.question.change"),
    Route(questions.THEME, questions.theme_page, name="desk.theme"),
    Route(questions.THEME, questions.theme_changed, methods=POST, name="desk.theme.change"),
    Route(answers.LIST, answers.answers, name="desk.answers"),
    Route(answers.PAGE, answers.answer_page, name="desk.answer"),
    Route(answers.PAGE, answers.answer_changed, methods=POST, name="desk.answer.change"),
    Route(votes.LIST, votes.votes, name="desk.votes"),
    Route(vote_draft.PAGE, vote_draft.draft, name="desk.votes.draft"),
    Route(vote_draft.PAGE, vote_draft.drafted, methods=POST, name="desk.votes.drafted"),
    Route(f"{votes.LIST}/{{id}}", votes.vote, name="desk.vote"),
    Route(f"{votes.LIST}/{{id}}", votes.changed, methods=POST, name="desk.vote.change"),
]

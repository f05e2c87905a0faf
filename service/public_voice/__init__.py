"""Voice's public pages: petitions to write, sign and follow, and votes."""

from __future__ import annotations

from starlette.routing import Route

from service.public_voice import (
    author,
    ballot_asking,
    ballots,
    ledger,
    lists,
    merging,
    petition,
    questions,
    receipts,
    results,
    results_print,
    share,
    sign_in,
    signature,
    signature_log,
    vote_exports,
    vote_results,
    votes,
    writing,
)

POST = ["POST"]
START = "/voice/start"
VOTE = "/voice/votes/{number}"

routes = [
    Route("/voice/", lists.home, name="voice.home"),
    Route("/voice/petitions", lists.petitions, name="voice.petitions"),
    Route("/voice/refused", lists.refused, name="voice.refused"),
    Route("/voice/petitions/{number}", petition.petition, name="voice.petition"),
    Route("/voice/petitions/{number}", petition.sign, methods=POST, name="voice.sign"),
    Route("/voice/petitions/{number}/share", share.share, name="voice.share"),
    Route("/voice/petitions/{number}/sheet", share.sheet, name="voice.sheet"),
    Route("/voice/petitions/{number}/qr.svg", share.qr, name="voice.qr"),
    Route("/voice/petitions/{number}/results", results.results, name="voice.results"),
    Route("/voice/petitions/{number}/results.csv", results.results_csv, name="voice.results.csv"),
    Route(
        "/voice/petitions/{number}/results.json", results.results_json, name="voice.results.json"
    ),
    Route(
        "/voice/petitions/{number}/print", results_print.results_print, name="voice.results.print"
    ),
    Route(
        "/voice/petitions/{number}/log.csv", signature_log.petition_log, name="voice.petition.log"
    ),
    Route("/voice/log.json", signature_log.log_heads, name="voice.log"),
    Route("/voice/log/leaves.txt", signature_log.log_leaves, name="voice.log.leaves"),
    Route("/voice/ledger", ledger.ledger_page, name="voice.ledger"),
    Route("/voice/ledger.csv", ledger.ledger_csv, name="voice.ledger.csv"),
    Route("/voice/ledger.json", ledger.ledger_json, name="voice.ledger.json"),
    Route("/voice/questions", questions.questions, name="voice.questions"),
    Route("/voice/questions/confirm/{token}", questions.confirm_page, name="voice.reply.confirm"),
    Route(
        "/voice/questions/confirm/{token}",
        questions.confirmed,
        methods=POST,
        name="voice.reply.confirmed",
    ),
    Route("/voice/questions/{number}", questions.question, name="voice.question"),
    Route(
        "/voice/questions/{number}", questions.answered, methods=POST, name="voice.question.reply"
    ),
    Route("/voice/questions/{number}/sent", questions.sent, name="voice.reply.sent"),
    Route("/voice/questions/{number}/answers.csv", questions.answers_csv, name="voice.answers.csv"),
    Route("/voice/questions/{number}/results.csv", questions.results_csv, name="voice.themes.csv"),
    Route(
        "/voice/questions/{number}/results.json", questions.results_json, name="voice.themes.json"
    ),
    Route("/voice/merge/{token}", merging.merge_page, name="voice.merge"),
    Route("/voice/merge/{token}", merging.merge_answered, methods=POST, name="voice.merged"),
    Route("/voice/look", petition.look, name="voice.look"),
    Route("/voice/sign-in", sign_in.back, name="voice.sign_in"),
    Route("/voice/signature/{token}", signature.signature, name="voice.signature"),
    Route(
        "/voice/signature/{token}",
        signature.changed,
        methods=POST,
        name="voice.signature.change",
    ),
    Route(START, writing.begin, name="voice.begin"),
    Route(START, writing.begun, methods=POST, name="voice.start"),
    Route(f"{START}/ask", writing.ask, name="voice.ask"),
    Route(f"{START}/ask", writing.asked, methods=POST, name="voice.asked"),
    Route(f"{START}/similar", writing.similar, name="voice.similar"),
    Route(f"{START}/similar", writing.different, methods=POST, name="voice.different"),
    Route(f"{START}/why", writing.why, name="voice.why"),
    Route(f"{START}/why", writing.explained, methods=POST, name="voice.explained"),
    Route(f"{START}/you", writing.you, name="voice.you"),
    Route(f"{START}/you", writing.told, methods=POST, name="voice.told"),
    Route(f"{START}/check", writing.check, name="voice.check"),
    Route(f"{START}/check", writing.checked, methods=POST, name="voice.checked"),
    Route(f"{START}/sent", writing.sent, name="voice.sent"),
    Route("/voice/clear", writing.clear, methods=POST, name="voice.clear"),
    Route("/voice/mine/{token}", author.mine, name="voice.mine"),
    Route("/voice/mine/{token}", author.mine_changed, methods=POST, name="voice.mine.change"),
    Route("/voice/mine/{token}/words", author.words_page, name="voice.words"),
    Route("/voice/mine/{token}/words", author.words_sent, methods=POST, name="voice.words.send"),
    Route("/voice/sponsor/{token}", author.sponsor, name="voice.sponsor"),
    Route("/voice/sponsor/{token}", author.sponsored, methods=POST, name="voice.sponsored"),
    Route("/voice/votes", votes.votes, name="voice.votes"),
    Route("/voice/votes/how", votes.how, name="voice.votes.how"),
    Route(VOTE, votes.vote, name="voice.vote"),
    Route(f"{VOTE}/result", vote_results.result, name="voice.vote.result"),
    Route(f"{VOTE}/result.csv", vote_exports.result_csv, name="voice.vote.csv"),
    Route(f"{VOTE}/result.json", vote_exports.result_json, name="voice.vote.json"),
    Route(f"{VOTE}/print", vote_exports.result_print, name="voice.vote.print"),
    Route(f"{VOTE}/files/{{name}}", votes.file, name="voice.vote.file"),
    Route(f"{VOTE}/receipt", receipts.find, name="voice.receipt"),
    Route(f"{VOTE}/receipt", receipts.found, methods=POST, name="voice.receipt.checked"),
    Route(f"{VOTE}/ask", ballot_asking.ask, name="voice.ballot.ask"),
    Route(f"{VOTE}/ask", ballot_asking.asked, methods=POST, name="voice.ballot.asked"),
    Route(f"{VOTE}/mail", ballot_asking.mail_sent, name="voice.ballot.mail"),
    Route(f"{VOTE}/code", ballot_asking.code, name="voice.ballot.code"),
    Route(f"{VOTE}/code", ballot_asking.coded, methods=POST, name="voice.ballot.coded"),
    Route(f"{VOTE}/ballot", ballots.ballot, name="voice.ballot"),
    Route(f"{VOTE}/ballot", ballots.marked, methods=POST, name="voice.ballot.marked"),
    Route(f"{VOTE}/cast", ballots.casting, methods=POST, name="voice.ballot.cast"),
]

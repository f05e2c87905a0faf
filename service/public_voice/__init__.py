"""Voice's public pages: petitions to write, sign and follow, and votes."""

from __future__ import annotations

from starlette.routing import Route

from service.later import pages_of

page = pages_of(__name__)
POST = ["POST"]
START = "/voice/start"
VOTE = "/voice/votes/{number}"

routes = [
    Route("/voice/", page("lists.home"), name="voice.home"),
    Route("/voice/petitions", page("lists.petitions"), name="voice.petitions"),
    Route("/voice/refused", page("lists.refused"), name="voice.refused"),
    Route("/voice/petitions/{number}", page("petition.petition"), name="voice.petition"),
    Route("/voice/petitions/{number}", page("petition.sign"), methods=POST, name="voice.sign"),
    Route("/voice/petitions/{number}/share", page("share.share"), name="voice.share"),
    Route("/voice/petitions/{number}/sheet", page("share.sheet"), name="voice.sheet"),
    Route("/voice/petitions/{number}/qr.svg", page("share.qr"), name="voice.qr"),
    Route("/voice/petitions/{number}/results", page("results.results"), name="voice.results"),
    Route(
        "/voice/petitions/{number}/results.csv",
        page("results.results_csv"),
        name="voice.results.csv",
    ),
    Route(
        "/voice/petitions/{number}/results.json",
        page("results.results_json"),
        name="voice.results.json",
    ),
    Route(
        "/voice/petitions/{number}/print",
        page("results_print.results_print"),
        name="voice.results.print",
    ),
    Route(
        "/voice/petitions/{number}/log.csv",
        page("signature_log.petition_log"),
        name="voice.petition.log",
    ),
    Route("/voice/log.json", page("signature_log.log_heads"), name="voice.log"),
    Route("/voice/log/leaves.txt", page("signature_log.log_leaves"), name="voice.log.leaves"),
    Route("/voice/ledger", page("ledger.ledger_page"), name="voice.ledger"),
    Route("/voice/ledger.csv", page("ledger.ledger_csv"), name="voice.ledger.csv"),
    Route("/voice/ledger.json", page("ledger.ledger_json"), name="voice.ledger.json"),
    Route("/voice/questions", page("questions.questions"), name="voice.questions"),
    Route(
        "/voice/questions/confirm/{token}",
        page("questions.confirm_page"),
        name="voice.reply.confirm",
    ),
    Route(
        "/voice/questions/confirm/{token}",
        page("questions.confirmed"),
        methods=POST,
        name="voice.reply.confirmed",
    ),
    Route("/voice/questions/{number}", page("questions.question"), name="voice.question"),
    Route(
        "/voice/questions/{number}",
        page("questions.answered"),
        methods=POST,
        name="voice.question.reply",
    ),
    Route("/voice/questions/{number}/sent", page("questions.sent"), name="voice.reply.sent"),
    Route(
        "/voice/questions/{number}/answers.csv",
        page("questions.answers_csv"),
        name="voice.answers.csv",
    ),
    Route(
        "/voice/questions/{number}/results.csv",
        page("questions.results_csv"),
        name="voice.themes.csv",
    ),
    Route(
        "/voice/questions/{number}/results.json",
        page("questions.results_json"),
        name="voice.themes.json",
    ),
    Route("/voice/merge/{token}", page("merging.merge_page"), name="voice.merge"),
    Route(
        "/voice/merge/{token}", page("merging.merge_answered"), methods=POST, name="voice.merged"
    ),
    Route("/voice/look", page("petition.look"), name="voice.look"),
    Route("/voice/sign-in", page("sign_in.back"), name="voice.sign_in"),
    Route("/voice/signature/{token}", page("signature.signature"), name="voice.signature"),
    Route(
        "/voice/signature/{token}",
        page("signature.changed"),
        methods=POST,
        name="voice.signature.change",
    ),
    Route(START, page("writing.begin"), name="voice.begin"),
    Route(START, page("writing.begun"), methods=POST, name="voice.start"),
    Route(f"{START}/ask", page("writing.ask"), name="voice.ask"),
    Route(f"{START}/ask", page("writing.asked"), methods=POST, name="voice.asked"),
    Route(f"{START}/similar", page("writing.similar"), name="voice.similar"),
    Route(f"{START}/similar", page("writing.different"), methods=POST, name="voice.different"),
    Route(f"{START}/why", page("writing.why"), name="voice.why"),
    Route(f"{START}/why", page("writing.explained"), methods=POST, name="voice.explained"),
    Route(f"{START}/you", page("writing.you"), name="voice.you"),
    Route(f"{START}/you", page("writing.told"), methods=POST, name="voice.told"),
    Route(f"{START}/check", page("writing.check"), name="voice.check"),
    Route(f"{START}/check", page("writing.checked"), methods=POST, name="voice.checked"),
    Route(f"{START}/sent", page("writing.sent"), name="voice.sent"),
    Route("/voice/clear", page("writing.clear"), methods=POST, name="voice.clear"),
    Route("/voice/again", page("author_again.again"), name="voice.again"),
    Route("/voice/again", page("author_again.asked"), methods=POST, name="voice.again.asked"),
    Route("/voice/again/sent", page("author_again.sent"), name="voice.again.sent"),
    Route("/voice/mine/{token}", page("author.mine"), name="voice.mine"),
    Route(
        "/voice/mine/{token}", page("author.mine_changed"), methods=POST, name="voice.mine.change"
    ),
    Route("/voice/mine/{token}/words", page("author.words_page"), name="voice.words"),
    Route(
        "/voice/mine/{token}/words",
        page("author.words_sent"),
        methods=POST,
        name="voice.words.send",
    ),
    Route("/voice/sponsor/{token}", page("author.sponsor"), name="voice.sponsor"),
    Route("/voice/sponsor/{token}", page("author.sponsored"), methods=POST, name="voice.sponsored"),
    Route("/voice/votes", page("votes.votes"), name="voice.votes"),
    Route("/voice/votes/how", page("votes.how"), name="voice.votes.how"),
    Route(VOTE, page("votes.vote"), name="voice.vote"),
    Route(f"{VOTE}/result", page("vote_results.result"), name="voice.vote.result"),
    Route(f"{VOTE}/result.csv", page("vote_exports.result_csv"), name="voice.vote.csv"),
    Route(f"{VOTE}/result.json", page("vote_exports.result_json"), name="voice.vote.json"),
    Route(f"{VOTE}/print", page("vote_exports.result_print"), name="voice.vote.print"),
    Route(f"{VOTE}/files/{{name}}", page("votes.file"), name="voice.vote.file"),
    Route(f"{VOTE}/receipt", page("receipts.find"), name="voice.receipt"),
    Route(f"{VOTE}/receipt", page("receipts.found"), methods=POST, name="voice.receipt.checked"),
    Route(f"{VOTE}/ask", page("ballot_asking.ask"), name="voice.ballot.ask"),
    Route(f"{VOTE}/ask", page("ballot_asking.asked"), methods=POST, name="voice.ballot.asked"),
    Route(f"{VOTE}/mail", page("ballot_asking.mail_sent"), name="voice.ballot.mail"),
    Route(f"{VOTE}/code", page("ballot_asking.code"), name="voice.ballot.code"),
    Route(f"{VOTE}/code", page("ballot_asking.coded"), methods=POST, name="voice.ballot.coded"),
    Route(f"{VOTE}/ballot", page("ballots.ballot"), name="voice.ballot"),
    Route(f"{VOTE}/ballot", page("ballots.marked"), methods=POST, name="voice.ballot.marked"),
    Route(f"{VOTE}/cast", page("ballots.casting"), methods=POST, name="voice.ballot.cast"),
]

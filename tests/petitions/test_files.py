"""Ballot files: what is read, and what a bad file is told."""

from __future__ import annotations

import gzip
import os
import threading
import tracemalloc
from pathlib import Path
from random import Random

import pytest

from petitions.counting.files import BadFile, read_ranked
from petitions.counting.methods import Asked, count_file
from petitions.counting.pabulib import read_pabulib
from petitions.counting.profiles import NotCountable, RankedBallots
from tests.petitions.profiles import PORTLAND

PB = """META
key;value
budget;100
vote_type;approval
PROJECTS
project_id;cost;name
a;60;School
b;50;Park
VOTES
voter_id;vote
1;a,b
2;b
"""


def written(folder: Path, text: str | bytes, name: str = "ballots.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes) -> RankedBallots:
    return read_ranked(written(folder, text))


def votes(ballots: RankedBallots) -> dict[str, int]:
    return {
        ">".join(ballots.options[one] for one in ranking): count
        for ranking, count in ballots.rankings.items()
    }


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        ("Ann,Bob,Cy", "Ann>Bob>Cy"),
        ("skipped,Bob,Cy", "Bob>Cy"),
        ("Ann,skipped,Cy", "Ann>Cy"),
        ("undervote,,Cy", "Cy"),
        ("Ann,Ann,Cy", "Ann>Cy"),
        ("Ann,Bob,Ann", "Ann>Bob"),
        ("Ann,overvote,Cy", "Ann"),
        ("Ann,Ann,overvote", "Ann"),
        (" Ann , SKIPPED,Undervoted", "Ann"),
        ('"Lee, Ann",skipped,Cy', "Lee, Ann>Cy"),
        ("Ann,Over vote,Cy", "Ann"),
        ("Ann,Bob,Cy,, ", "Ann>Bob>Cy"),
        ("\n \nAnn,Bob,Cy\n\n  \n", "Ann>Bob>Cy"),
    ],
)
def test_a_row_is_one_ballot(tmp_path: Path, row: str, counted: str) -> None:
    assert votes(read(tmp_path, f"rank1,rank2,rank3\n{row}\n")) == {counted: 1}


@pytest.mark.parametrize("row", ["skipped,skipped", "overvote,Ann", ","])
def test_a_ballot_that_names_nobody_is_blank(tmp_path: Path, row: str) -> None:
    ballots = read(tmp_path, f"rank1,rank2\n{row}\nAnn,skipped\n")
    assert (ballots.ballots, ballots.blank, votes(ballots)) == (2, 1, {"Ann": 1})


@pytest.mark.parametrize(
    "header",
    ["rank1,rank2", "Rank1,RANK2", "Rank 1,Rank 2", "rank_1,rank_2", '"Rank 1","Rank 2"'],
)
def test_the_case_of_the_header_does_not_matter(tmp_path: Path, header: str) -> None:
    assert votes(read(tmp_path, f"{header}\nAnn,Bob\n")) == {"Ann>Bob": 1}
    counted = count_file(tmp_path / "ballots.csv", Asked("irv"))
    assert counted["winners"] == ["Ann"]


def test_other_columns_are_not_looked_at_and_ranks_stand_by_their_number(tmp_path: Path) -> None:
    ballots = read(tmp_path, "Precinct,rank2,rank1,Remade\nM1,Bob,Ann,yes\n")
    assert votes(ballots) == {"Ann>Bob": 1}


def test_options_are_listed_as_the_file_first_names_them(tmp_path: Path) -> None:
    assert read(tmp_path, "rank1,rank2\nCy,Ann\nBob,Cy\n").options == ("Cy", "Ann", "Bob")


@pytest.mark.parametrize("name", ["ballots.csv.gz", "ballots.csv"])
def test_a_packed_file_is_known_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    packed = gzip.compress("\ufeffrank1\r\nAnn\r\n".encode())
    assert votes(read_ranked(written(tmp_path, packed, name))) == {"Ann": 1}


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("", "empty", None),
        ("Precinct,Name\nM1,Ann\n", "columns rank1, rank2 and so on", 1),
        ("rank1,rank1\nAnn,Bob\n", "two columns for rank 1", 1),
        ("rank1,rank3\nAnn,Bob\n", "no column for rank 2", 1),
        ("rank1,rank2\nAnn,Bob\nAnn\n", "1 values and the header has 2", 3),
        ("rank1,rank2\nAnn,Bob,Cy\n", "3 values and the header has 2", 2),
        ("rank1\n", "no ballots", None),
        (b"rank1\nAnn\n\xff\xfe\n", "not UTF-8", 3),
        (gzip.compress(b"rank1\n" + b"Ann\n" * 9000 + b"\xff\n", mtime=0), "not UTF-8", 9002),
        ('rank1\nBob\n"Ann\n' + "Bob\n" * 9, "quote is not closed", 3),
        ('rank1\nBob\n"Ann\n' + "Bob\n" * 40_000, "quote is not closed", 3),
        ('rank1\nBob\n"Ann" Lee\n', "no row of values", 3),
        (gzip.compress(b"rank1\nAnn\n" * 9, mtime=0)[:-9], "damaged", None),
    ],
)
def test_a_bad_file_is_told_what_is_wrong_and_where(
    tmp_path: Path, text: str | bytes, problem: str, line: int | None
) -> None:
    with pytest.raises(BadFile) as refused:
        read(tmp_path, text)
    assert problem in str(refused.value)
    if line:
        assert str(refused.value).startswith(f"Line {line}: ")


def test_a_line_without_an_end_is_not_kept_to_say_that_it_is_no_text(tmp_path: Path) -> None:
    endless = b"rank1\nAnn\n\xff" + bytes(1 << 25)
    path = written(tmp_path, gzip.compress(endless, 1, mtime=0))
    tracemalloc.start()
    with pytest.raises(BadFile, match="Line 3: The text is not UTF-8"):
        read_ranked(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(endless) / 8


def test_a_packed_file_that_is_no_text_and_not_whole_is_told_so(tmp_path: Path) -> None:
    noise = Random(1).randbytes(1 << 18).replace(b"\n", b" ")
    cut = gzip.compress(b"rank1\nAnn\n\xff" + noise, mtime=0)[:-999]
    with pytest.raises(BadFile, match="Line 3: The text is not UTF-8"):
        read(tmp_path, cut)


def test_a_pipe_is_read_once_and_counted_whole(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ballots = b"rank1,rank2\n" + b"Ann,Bob\n" * 9000
    writing = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(ballots),))
    writing.start()
    assert count_file(pipe, Asked("irv"))["ballots"] == 9000
    writing.join()


def test_the_real_extract_is_read_whole() -> None:
    ballots = read_ranked(PORTLAND)
    assert (ballots.ballots, len(ballots.options)) == (1072, 17)


def test_a_pabulib_file_is_read(tmp_path: Path) -> None:
    found = read_pabulib(written(tmp_path, PB))
    assert found.names == ("School", "Park")
    assert (found.limit, found.unit) == (100, 1)
    assert found.approvals().sets == {0b11: 1, 0b10: 1}


def test_cents_stay_exact(tmp_path: Path) -> None:
    found = read_pabulib(written(tmp_path, PB.replace("60;", "60.25;").replace("100", "100,5")))
    assert (found.limit, found.unit, found.projects[0].cost) == (402, 4, 241)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("a,b", "a,x", "Line 11: There is no project 'x'"),
        ("a;60;", "a;many;", "Line 7: The cost 'many' is not an amount"),
        ("b;50", "a;50", "Line 8: There are two projects a"),
        ("budget;100", "budgets;100", "Line 12: META names no budget"),
        ("budget;100", "budget;-5", "Line 3: The budget '-5' is not an amount"),
        ("budget;100", "budget;1,100", "Line 3: The budget '1,100' can be read as two amounts"),
        ("budget;100", "budget;100\nbudget;200", "Line 4: META names budget twice"),
        ("b;50", ";50", "Line 8: This row has no project_id"),
        ("2;b\n", "2;b\nMETA\nkey;value\nnote;x\n", "Line 15: META comes after VOTES"),
        ("approval", "shouting", "Line 4: The kind of vote 'shouting' is not known"),
        ("vote_type;approval\n", "", "Line 11: META names no vote_type"),
        ("approval", "scoring", "Line 11: The columns above name no points"),
        ("School", '"School', "Line 7: A quote is not closed"),
        ("1;a,b\n2;b\n", "", "Line 10: The file has no votes"),
        ("voter_id;vote", "voter_id;choice", "Line 11: The columns above name no vote"),
        ("b;50;Park", "b", "Line 8: This row ends before its cost"),
        ("2;b", "2", "Line 12: This row ends before its vote"),
    ],
)
def test_a_bad_budget_is_told_what_is_wrong_and_where(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    with pytest.raises(BadFile, match="^" + problem.replace("'", ".")):
        read_pabulib(written(tmp_path, PB.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("School", '"Our" School; "new"'),
        ("\n", ";;\n"),
        ("\n", "\r\n"),
        ("PROJECTS", "\n  \n;;\nprojects"),
        ("META\n", "\ufeffmeta\n"),
        ("budget;100", "min_length;1\nunheard of;a;b\nbudget;100"),
        ("1;a,b", '1;"a, b,"'),
        ("1;a,b", "1;,a,,b"),
        ("key;value\n", ""),
    ],
)
def test_a_budget_is_read_as_others_write_it(tmp_path: Path, old: str, new: str) -> None:
    counted = count_file(written(tmp_path, PB.replace(old, new)), Asked("greedy"))
    assert (counted["funded"], counted["ballots"], counted["budget"]) == (["b"], 2, 100)


def test_a_file_that_lost_its_end_is_told_so(tmp_path: Path) -> None:
    whole = PB.replace("budget;100", "num_projects;2\nnum_votes;2\nbudget;100")
    assert "notes" not in count_file(written(tmp_path, whole), Asked("greedy"))
    cut = count_file(written(tmp_path, whole.replace("2;b\n", "")), Asked("greedy"))
    assert cut["notes"] == ["Line 4 says 2 votes; the file has 1."]


def test_points_are_added_up(tmp_path: Path) -> None:
    text = PB.replace("approval", "cumulative").replace("voter_id;vote", "voter_id;vote;points")
    found = read_pabulib(
        written(tmp_path, text.replace("1;a,b", "1;a,b;3,1").replace("2;b", "2;b;1"))
    )
    assert found.points == (3, 2)


@pytest.mark.parametrize("method", ["irv", "stv", "schulze", "approval"])
def test_whoever_stands_alone_wins_if_anybody_named_them(tmp_path: Path, method: str) -> None:
    alone = written(tmp_path, "rank1,rank2\nAnn,\nAnn,Ann\n")
    assert count_file(alone, Asked(method))["winners"] == ["Ann"]
    blank = written(tmp_path, "rank1,rank2\n,\n", "blank.csv")
    assert count_file(blank, Asked(method))["winners"] == []


def test_points_that_are_not_whole_are_told_as_they_were_given(tmp_path: Path) -> None:
    text = PB.replace("approval", "scoring").replace("voter_id;vote", "voter_id;vote;points")
    path = written(tmp_path, text.replace("1;a,b", "1;a,b;1.5,-1").replace("2;b", "2;b;0.5"))
    assert [
        (one["project"], one["votes"]) for one in count_file(path, Asked("greedy"))["rounds"]
    ] == [
        ("a", 1.5),
        ("b", -0.5),
    ]


def test_ranked_projects_are_counted_as_rankings(tmp_path: Path) -> None:
    found = read_pabulib(written(tmp_path, PB.replace("approval", "ordinal")))
    assert votes(found.ranked()) == {"School>Park": 1, "Park": 1}
    with pytest.raises(NotCountable):
        found.approvals()


def test_what_is_asked_must_fit_the_method(tmp_path: Path) -> None:
    budget, ranking = written(tmp_path, PB, "x.pb"), PORTLAND
    for path, asked in [
        (ranking, Asked("irv", seats=2)),
        (ranking, Asked("stv", seats=0)),
        (ranking, Asked("greedy")),
        (budget, Asked("greedy", increment=True)),
        (budget, Asked("schulze")),
    ]:
        with pytest.raises(NotCountable):
            count_file(path, asked)

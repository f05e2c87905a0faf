"""`threshold letters FILE`: letters to addresses, to be printed; each is printed once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands import read_settings

if TYPE_CHECKING:
    import argparse


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "letters", help="write all letters that wait into one page to print, and forget them"
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the page to write, such as a.html")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: written, or nothing waits. A file that is there is never written over."""
    from service.commands import BadUse
    from service.voice.reaching import LETTER_FOLDER, sheet_of, waiting_letters

    letters = waiting_letters(read_settings().storage / LETTER_FOLDER)
    if not letters:
        print("No letter waits.")
        return 0
    try:
        handle = os.open(arguments.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as refused:
        raise BadUse([f"{arguments.file} cannot be written: {refused.strerror}."]) from None
    with os.fdopen(handle, "w", encoding="utf-8") as page:
        page.write(sheet_of(letters))
        page.flush()
        os.fsync(page.fileno())
    for letter in letters:
        letter.unlink()
    print(f"{len(letters)} letters are in {arguments.file}.")
    return 0

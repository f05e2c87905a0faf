"""The `threshold` command: finds the commands, reads the arguments, runs one."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands import BadUse

if TYPE_CHECKING:
    from collections.abc import Sequence

BAD_USE = 2
INTERRUPTED = 130
COMMANDS = Path(__file__).parent / "commands"


def build_parser() -> argparse.ArgumentParser:
    """Every module of `service.commands` that can `register` adds its own commands. None of them
    imports anything heavy before it runs, so that help is there at once."""
    parser = argparse.ArgumentParser(
        prog="threshold", description="One front door between residents and their city."
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for path in sorted(COMMANDS.glob("*.py")):
        module = importlib.import_module(f"service.commands.{path.stem}")
        register = getattr(module, "register", None)
        if path.stem != "__init__" and register is not None:
            register(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """0: fine. 1: it found something. 2: used wrongly; standard error says how."""
    parsed = build_parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
    except BadUse as refused:
        print(*refused.problems, sep="\n", file=sys.stderr)
        return BAD_USE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `threshold ... | head`
        sys.stderr.close()
        return 0
    return status


if __name__ == "__main__":
    sys.exit(main())

"""Catalogues kept whole: `python -m locales.messages extract | check | compile`."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from service.i18n import DOMAINS, LOCALES, compiled, locale_name

ROOT = LOCALES.parent
FOLDERS = ("service", "forms", "eligibility", "cities")


def domain_of(path: str) -> str:
    """Which catalogue a sentence belongs to, by where it stands."""
    if path.startswith("forms/") or path.endswith(("/pages.yaml", "/questions.yaml")):
        return "forms"
    if path.startswith(("eligibility/", "cities/")):
        return "programs"
    return "service"


def templates(root: Path = ROOT) -> dict[str, Catalog]:
    """All sentences of the project by domain, read from the sources now."""
    with (LOCALES / "mapping.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel has no types here
    found = {domain: new_catalog() for domain in DOMAINS}
    results = extract_from_dir(root, methods, options, directory_filter=is_ours(root))
    for path, line, message, comments, context in results:
        found[domain_of(path)].add(
            message, locations=[(path, line)], auto_comments=comments, context=context
        )
    return found


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def is_ours(root: Path) -> Callable[[str], bool]:
    """Look only into folders with sentences, never into what was installed or built."""
    tops = {str(root), *(str(root / folder) for folder in FOLDERS)}

    def wanted(folder: str) -> bool:
        path = Path(folder)
        return str(path) in tops or any(
            str(parent) in tops - {str(root)} for parent in path.parents
        )

    return wanted


def new_catalog(language: str | None = None) -> Catalog:
    locale = language and locale_name(language)
    return Catalog(locale=locale, project="Threshold", charset="utf-8", fuzzy=False)


def languages(directory: Path = LOCALES) -> list[str]:
    return sorted(folder.parent.name for folder in directory.glob("*/LC_MESSAGES"))


def path_of(language: str, domain: str, directory: Path = LOCALES) -> Path:
    return directory / language / "LC_MESSAGES" / f"{domain}.po"


def read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return new_catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=locale_name(language))


def write(path: Path, catalog: Catalog) -> None:
    """The same bytes for the same words: no dates that move, no line numbers."""
    buffer = io.BytesIO()
    write_po(
        buffer,
        catalog,
        width=100,
        sort_by_file=True,
        include_lineno=False,
        ignore_obsolete=True,
        omit_header=False,
    )
    lines = [
        line
        for line in buffer.getvalue().split(b"\n")
        if not line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By'))
    ]
    part = path.with_suffix(".po.part")
    part.write_bytes(b"\n".join(lines))
    part.replace(path)


def extract() -> int:
    """Bring every catalogue up to the sources: new sentences come in empty, gone ones leave."""
    found = templates()
    for language in languages():
        for domain, template in found.items():
            path = path_of(language, domain)
            catalog = read(path, language)
            catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
            write(path, catalog)
            missing = sum(1 for message in catalog if message.id and not is_translated(message))
            say(f"{language}/{domain}: {len(catalog)} sentences, {missing} to translate")
    return 0


def compile_all() -> int:
    for language in languages():
        for domain in DOMAINS:
            path = path_of(language, domain)
            if path.exists():
                compiled(path)
    return 0


def check() -> int:
    """Print every fault of every catalogue; 1 when there is one."""
    found = templates()
    faults = [
        f"locales/{language}/LC_MESSAGES/{domain}.po: {fault}"
        for language in languages()
        for domain, template in found.items()
        for fault in faults_of(read(path_of(language, domain), language), template)
    ]
    say(*faults)
    return 1 if faults else 0


def faults_of(catalog: Catalog, template: Catalog) -> Iterator[str]:
    """What a translation lacks or has too much of, held against the sources."""
    for source in template:
        if not source.id:
            continue
        message = catalog.get(first(source), source.context)
        if message is None or not is_translated(message):
            yield f"missing: {described(source)}"
        elif message.fuzzy:
            yield f"to be looked at (fuzzy): {described(source)}"
        else:
            yield from placeholder_faults(message)
    for message in catalog:
        if message.id and template.get(first(message), message.context) is None:
            yield f"no longer used: {described(message)}"


def placeholder_faults(message: Message) -> Iterator[str]:
    """A translation uses exactly the names of its source; a plural form may leave `{n}` out."""
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    known = set().union(*(placeholders(text) for text in sources))
    spare = {"n"} if len(sources) > 1 else set()
    for text in strings:
        if not known - spare <= placeholders(text) <= known:
            yield f"other {{names}} than the source: {described(message)} -> {text!r}"


def placeholders(text: str | None) -> set[str]:
    try:
        return {
            name for _words, name, _form, _turn in Formatter().parse(text or "") if name is not None
        }
    except ValueError:
        return {f"unreadable braces in {text!r}"}


def is_translated(message: Message) -> bool:
    if isinstance(message.string, tuple | list):
        return bool(message.string) and all(message.string)
    return bool(message.string)


def first(message: Message) -> str:
    return str(message.id[0]) if isinstance(message.id, tuple | list) else str(message.id)


def described(message: Message) -> str:
    place = message.locations[0][0] if message.locations else "?"
    context = f"[{message.context}] " if message.context else ""
    return f"{context}{first(message)!r} ({place})"


COMMANDS = {"extract": extract, "check": check, "compile": compile_all}


def main(arguments: Sequence[str]) -> int:
    """Run the named commands in order; 2 for a name we do not know."""
    if not arguments or any(name not in COMMANDS for name in arguments):
        say(f"Say what to do: {' | '.join(COMMANDS)}")
        return 2
    return max(COMMANDS[name]() for name in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Babel extractor for our YAML: which keys hold sentences, with line numbers and contexts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

import yaml

Found: TypeAlias = tuple[int, str | None, str | tuple[str, str], list[str]]
OUTCOMES = frozenset({"met", "unmet", "unclear"})
WORDINGS = frozenset(
    {
        *("ask", "you", "row", "row_you", "hint", "hint_you", "why", "none", "label"),
        *("title", "title_you"),
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document: `leaves` are keys of sentences, `lists` hold several,
    `skips` are branches of sources, rules and worked cases."""

    leaves: Collection[str] = ()
    lists: Collection[str] = ()
    skips: Collection[str] = ()


# The first pattern that fits a file's path tells its kind; other YAML holds no words of ours.
KINDS: tuple[tuple[str, Kind], ...] = (
    (
        r"programs/[^/]+/program\.yaml$",
        Kind(
            leaves={"name", "summary", "status_text", "next_step", "title", *OUTCOMES},
            lists={"not_checked", "proofs", "reasons"},
            skips={"law", "source", "sources"},
        ),
    ),
    (r"parameters/[^/]+\.yaml$", Kind(leaves={"title"}, skips={"sources", "source"})),
    (
        r"eligibility/facts/[^/]+\.yaml$",
        Kind(leaves={"why", "called", "beside"}, lists={"benefits"}),
    ),
    (
        r"forms/questions/[^/]+\.yaml$|cities/[^/]+/(?:pages|questions)\.yaml$",
        Kind(leaves=WORDINGS),
    ),
    (r"cities/[^/]+/agencies\.yaml$", Kind(leaves={"name", "what"})),
    (r"cities/[^/]+/voice\.yaml$", Kind(leaves={"name", "sentence"})),
    (r"cities/[^/]+/city\.yaml$", Kind(leaves={"label", "name"}, skips={"languages", "calendar"})),
)


def extract(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[Found]:
    """Yield (line, function, message, comments); the path of keys is the comment."""
    path = str(getattr(file, "name", "")).replace("\\", "/")
    kind = next((kind for pattern, kind in KINDS if re.search(pattern, path)), None)
    root = yaml.compose(file.read().decode("utf-8"), Loader=yaml.SafeLoader)
    if kind is None or not isinstance(root, yaml.MappingNode):
        return
    owner = scalar_at(root, "id")
    for keys, tests, node in sentences(root, kind):
        line = node.start_mark.line + 1
        where = ["/".join(keys)]
        if keys[-1] in OUTCOMES and owner:
            context = f"{owner}.{tests[-1] if tests else keys[0]}.{keys[-1]}"
            yield line, "pgettext", (context, node.value), where
        else:
            yield line, None, node.value, where


def sentences(
    node: yaml.Node, kind: Kind, keys: tuple[str, ...] = (), tests: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], yaml.ScalarNode]]:
    """Every sentence below a node, with the keys that lead to it and the tests it stands in."""
    if isinstance(node, yaml.MappingNode):
        name = scalar_at(node, "test")
        inside = (*tests, name) if name else tests
        for key, value in node.value:
            if key.value not in kind.skips:
                yield from sentences(value, kind, (*keys, key.value), inside)
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield from sentences(item, kind, (*keys, str(place)), tests)
    elif isinstance(node, yaml.ScalarNode) and node.value:
        listed = len(keys) > 1 and keys[-2] in kind.lists
        words = keys[-1] in kind.leaves and keys[-1] not in kind.lists
        if (listed or words) and not re.fullmatch(r"true|false|null|~|[\d.]+", node.value):
            yield keys, tests, node


def scalar_at(node: yaml.MappingNode, wanted: str) -> str | None:
    """The text of a key of this mapping, if it has one."""
    for key, value in node.value:
        if key.value == wanted and isinstance(value, yaml.ScalarNode):
            return str(value.value)
    return None

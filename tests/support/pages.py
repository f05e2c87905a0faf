"""What every page must be, checked on its HTML; used by all tests that fetch one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib

CONTROLS = ("input", "select", "textarea")
# It chooses the words of this browser and nothing else, so anybody may send it.
LANGUAGE_FORM = "/language"
# What is as tall as a thumb, whether it is the list, the line or the link.
TALL = re.compile(r"\bth-(links|tabs|button|share|errors)\b")
UNSEEN_INPUTS = ("hidden", "submit", "button", "image", "reset")
# What differs each time a page is made: ids, tokens of forms and of links, references.
MADE = re.compile(
    r"(?<![\w-])(?:(?=[\w-]*\d)[\w-]{20,}|[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{5})(?![\w-])", re.ASCII
)
STAND_IN, STOOD_IN = "made-{}-standin", re.compile(r"made-(\d+)-standin")


class PageFault(AssertionError):
    """Everything wrong with one page, a line each."""

    def __init__(self, faults: list[str], html: str) -> None:
        super().__init__("\n".join(faults))
        self.html = html


def check_page(html: str) -> Element:
    """Return the parsed page. Raises PageFault unless it is sound and usable without a script.

    A page that differs from an earlier one by what was made for it alone is the same page.
    """
    made: dict[str, int] = {}
    shape = MADE.sub(lambda found: STAND_IN.format(made.setdefault(found[0], len(made))), html)
    try:
        page = deepcopy(_checked(shape))
    except PageFault:
        return check_anew(html)  # which tells what is wrong in the page's own words
    words = list(made)
    for element in page.iter():
        _put_back(element, words)
    return page


@lru_cache(256)
def _checked(shape: str) -> Element:
    return check_anew(shape)


def _put_back(element: Element, words: list[str]) -> None:
    def word(found: re.Match[str]) -> str:
        return words[int(found[1])]

    for name, value in element.items():
        if "-standin" in value:
            element.set(name, STOOD_IN.sub(word, value))
    if element.text and "-standin" in element.text:
        element.text = STOOD_IN.sub(word, element.text)
    if element.tail and "-standin" in element.tail:
        element.tail = STOOD_IN.sub(word, element.tail)


def check_anew(html: str) -> Element:
    page = parse(html)
    faults = [
        *language_faults(page),
        *heading_faults(page),
        *id_faults(page),
        *control_faults(page),
        *form_faults(page),
        *name_faults(page),
        *touch_faults(page),
        *policy_faults(page),
    ]
    if faults:
        raise PageFault(faults, html)
    return page


def check_fragment(html: str) -> Element:
    """The same for a piece of a page: no document, but sound, labelled and uniquely named."""
    page = parse(
        "<!DOCTYPE html><html lang=en dir=ltr><head><title>x</title></head>"
        f"<body>{html}</body></html>"
    )
    faults = [*id_faults(page), *control_faults(page), *name_faults(page), *policy_faults(page)]
    if faults:
        raise PageFault(faults, html)
    return page


def parse(html: str) -> Element:
    """The page as a tree; a parse error of HTML5 is a fault."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page: Element = parser.parse(html)
    problems = [
        f"HTML at line {place[0]}: {html5lib.constants.E[code] % data}"
        for place, code, data in parser.errors
    ]
    if problems:
        raise PageFault(problems, html)
    return page


def text_of(element: Element) -> str:
    """The words a screen reader says for an element's content."""
    return " ".join("".join(spoken(element)).split())


def spoken(element: Element) -> Iterator[str]:
    if element.get("aria-hidden") == "true":
        return
    if isinstance(element.tag, str):
        yield element.text or ""
        if element.tag == "img":
            yield element.get("alt", "")
    for child in element:
        yield from spoken(child)
        yield child.tail or ""


def elements(page: Element, *tags: str) -> list[Element]:
    return [element for element in page.iter() if element.tag in tags]


def language_faults(page: Element) -> Iterator[str]:
    if not page.get("lang"):
        yield "the page does not say its language"
    if page.get("dir") not in ("ltr", "rtl"):
        yield "the page does not say its direction"


def heading_faults(page: Element) -> Iterator[str]:
    headings, titles = elements(page, "h1"), elements(page, "title")
    if len(headings) != 1 or len(titles) != 1:
        yield f"{len(headings)} h1 and {len(titles)} titles, not one of each"
        return
    heading, title = text_of(headings[0]), text_of(titles[0])
    start = title
    if page.find(".//*[@id='errors']") is not None:
        _first, _colon, start = title.partition(": ")
        if not start:
            yield f"a page with errors has the title {title!r}, which does not begin with Error:"
    if not heading or not start.startswith(heading):
        yield f"the title {title!r} does not begin with the heading {heading!r}"
    levels = [int(h.tag[1]) for h in elements(page, "h1", "h2", "h3", "h4")]
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"a heading of level {after} follows one of level {before}"


def id_faults(page: Element) -> Iterator[str]:
    ids = [element.get("id") for element in page.iter() if element.get("id") is not None]
    for name in {name for name in ids if ids.count(name) > 1 or not name or " " in name}:
        yield f"the id {name!r} is not unique or not an id"
    known = set(ids)
    for element in page.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "for", "form"):
            for name in (element.get(attribute) or "").split():
                if name not in known:
                    yield f"{attribute}={name!r} points nowhere"
    summary = page.find(".//*[@id='errors']")
    for link in elements(summary, "a") if summary is not None else ():
        if (link.get("href") or "").removeprefix("#") not in known:
            yield f"the error {text_of(link)!r} links to no control"


def control_faults(page: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in elements(page, "label") if text_of(label)}
    wrapped = {id(c) for label in elements(page, "label") for c in elements(label, *CONTROLS)}
    for control in elements(page, *CONTROLS):
        if control.tag == "input" and control.get("type") in UNSEEN_INPUTS:
            continue
        name = control.get("name") or control.get("id")
        if control.get("id") not in labelled and id(control) not in wrapped:
            yield f"the control {name!r} has no label"
        if not control.get("name"):
            yield f"the control {name!r} has no name to be sent under"
    for group in elements(page, "fieldset"):
        if not any(text_of(legend) for legend in elements(group, "legend")):
            yield "a fieldset has no legend"


def form_faults(page: Element) -> Iterator[str]:
    for form in elements(page, "form"):
        method, action = (form.get("method") or "").lower(), form.get("action")
        if method not in ("get", "post") or not action:
            yield f"a form has method {method!r} and action {action!r}"
        tokens = [i for i in elements(form, "input") if i.get("name") == "_csrf"]
        needed = method == "post" and action != LANGUAGE_FORM
        if needed and (len(tokens) != 1 or not tokens[0].get("value")):
            yield f"the form to {action!r} has no token"
        if method == "get" and tokens:
            yield f"the form to {action!r} would put its token into the address"


def name_faults(page: Element) -> Iterator[str]:
    for element in elements(page, "a", "button"):
        unseen = element.get("aria-hidden") == "true" and element.get("tabindex") == "-1"
        if not unseen and not text_of(element) and not element.get("aria-label"):
            yield f"a {element.tag} to {element.get('href') or element.get('value')!r} has no words"
        if element.tag == "a" and not element.get("href"):
            yield f"the link {text_of(element)!r} goes nowhere"
        if element.tag == "button" and not element.get("type"):
            yield f"the button {text_of(element)!r} has no type"
    for picture in elements(page, "img"):
        if picture.get("alt") is None:
            yield f"the picture {picture.get('src')!r} has no alt"


def touch_faults(page: Element) -> Iterator[str]:
    """A link that is all there is in its line is a button to a thumb, so it is as tall as one."""
    for around in page.iter():
        for line in around:
            if line.tag not in ("p", "li") or len(line) != 1 or line[0].tag != "a":
                continue
            beside = (line.text or "") + (line[0].tail or "")
            classes = f"{around.get('class')} {line.get('class')} {line[0].get('class')}"
            if not beside.strip() and not TALL.search(classes):
                yield f"the link {text_of(line[0])!r} stands alone and is too small for a thumb"


def policy_faults(page: Element) -> Iterator[str]:
    """What a strict content-security policy would refuse, and anything loaded from elsewhere."""
    for element in page.iter():
        if element.get("style") or element.tag == "style":
            yield f"an inline style on {element.tag}"
        for attribute in element.attrib:
            if attribute.startswith("on"):
                yield f"an inline script: {attribute} on {element.tag}"
        if element.tag == "script" and not element.get("src"):
            yield "an inline script"
        source = element.get("src") or (element.get("href") if element.tag == "link" else None)
        if source and not source.startswith(("/", "data:")):
            yield f"{element.tag} loads {source!r} from elsewhere"

"""A question page in a language: the form's own view with every sentence written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from forms import Kind, page_view, progress, step_is_hidden
from forms.steps import live_incomes
from forms.wording import caption, person_label, said
from service.i18n import _
from service.resident.draft_page import question_url
from service.resident.reach import instead_of, seen_by
from service.saying import say
from service.templating import FieldProblem

if TYPE_CHECKING:
    from forms import Field, FieldErrors, Flow, Group, Live, Option, PageView, Raw, Step
    from service.drafts import Held
    from service.i18n import Translator
    from service.services import Services

INPUTS = {"email": "email", "tel": "tel"}
MODES = {"number": "numeric"}
SIZES = {"number": "4", "tel": "20"}
# Questions whose parts are told in the same way, so that an error has to say which part it means.
PARTS_ALIKE = (Kind.PAYS, Kind.MONEY_RANGE)
NAMED = _("{what}: {problem}")
ADDRESS_SIZES = {"unit": "10", "state": "2", "zip": "10"}


@dataclass(frozen=True, slots=True)
class OptionView:
    """One radio button or tick box."""

    value: str
    label: str
    hint: str | None


@dataclass(frozen=True, slots=True)
class ControlView:
    """One control, ready for its component."""

    name: str
    widget: str
    label: str
    value: str
    options: Sequence[OptionView] = ()
    chosen: Sequence[str] = ()
    hint: str | None = None
    error: str | None = None
    autocomplete: str | None = None
    inputmode: str | None = None
    type: str = "text"
    size: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class GroupView:
    """One question: a date speaks as one, everything else control by control."""

    name: str
    shape: str
    legend: str
    hint: str | None
    error: str | None
    controls: Sequence[ControlView]
    values: Mapping[str, str] = field(default_factory=dict)
    autocomplete: str | None = None
    # The first control asks whether; the others are for who says yes.
    follows: bool = False


@dataclass(frozen=True, slots=True)
class ListedView:
    """A person or an income told so far."""

    name: str
    detail: str
    change: str | None
    remove: str | None


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far along, in a section's name and two numbers."""

    section: str
    done: int
    total: int
    left: int | None
    instead: int | None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """Everything a question page shows."""

    heading: str
    section: str
    caption: str | None
    hint: str | None
    action: str
    back: str
    progress: ProgressView | None
    listed: Sequence[ListedView]
    groups: Sequence[GroupView]
    sum: str | None
    can_sum: bool
    why: str
    who: str
    dont_know: bool
    declined: bool
    can_send: bool
    hidden: bool
    errors: Sequence[FieldProblem]
    made: str
    form_id: str = "question"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was just sent, shown again: raw fields, and what there is to say about them."""

    raw: Raw
    errors: FieldErrors | None = None


def question_view(
    services: Services,
    held: Held,
    step: Step,
    words: Translator,
    origin: str = "",
    typed: Typed | None = None,
) -> QuestionView:
    """The page of a step; with `typed`, what was typed instead of what is stored."""
    flow = held.flow
    raw = typed.raw if typed else {} if step_is_hidden(flow.draft, step) else None
    errors = typed.errors if typed else None
    drawn = page_view(flow, step, words.code, raw)
    lives = flow.shown(step)
    title = say(drawn.title, words)
    before = flow.before(step)
    pairs = zip(drawn.groups, lives, strict=True)
    lines = error_lines(flow, step, drawn, errors, words)
    draw = Drawing(flow, words, lines, title)
    groups = [draw.group(group, live) for group, live in pairs]
    return QuestionView(
        heading=title,
        section=say(drawn.section, words),
        caption=say(drawn.caption, words) if drawn.caption else None,
        hint=say(drawn.hint, words) if drawn.hint else None,
        action=question_url(step, origin),
        back=question_url(before, origin) if before else "/benefits/start",
        # What was answered long ago counts as nothing done: no bar for changes after sending.
        progress=None if held.sent else _progress(services, flow, step, words),
        listed=_listed(flow, step, words),
        groups=groups,
        sum=say(drawn.sum, words) if drawn.sum else None,
        can_sum=any(group.kind is Kind.PAYS for group in drawn.groups),
        why=say(drawn.why, words) if drawn.why else words.gettext(PLAIN_WHY),
        who=seen_by(services, flow, step, words),
        dont_know="dont_know" in drawn.skips,
        declined="declined" in drawn.skips,
        can_send=held.can_send and not held.sent,
        hidden=raw == {},
        errors=problems_of(lines, groups),
        made=f"{flow.draft.made['people']}.{flow.draft.made['incomes']}",
    )


PLAIN_WHY = _("Programs decide by this.")


def _progress(services: Services, flow: Flow, step: Step, words: Translator) -> ProgressView:
    where = progress(flow, step)
    left, separate = len(flow.open_steps), instead_of(services, flow)
    return ProgressView(
        section=say(where.section, words),
        done=where.answered,
        total=where.steps,
        left=left or None,
        instead=separate if left and separate > where.steps else None,
    )


def error_lines(
    flow: Flow, step: Step, drawn: PageView, errors: FieldErrors | None, words: Translator
) -> dict[str, str]:
    """What there is to say about each field, by its name.

    Where a page asks several things, each line names the one it is about: "Rent: Write an amount."
    """
    if errors is None:
        return {}
    several = len(drawn.groups) > 1
    lines: dict[str, str] = {}
    for error in errors.errors:
        problem = say(error.message, words)
        group, live = next(
            (group, live)
            for group, live in zip(drawn.groups, flow.shown(step), strict=True)
            if error.field == group.id or error.field.startswith(f"{group.id}-")
        )
        about = said(flow, live.question.row, live.place) if several else None
        if live.together and several:
            about = person_label(flow, live.place.person)
        if group.kind in PARTS_ALIKE:
            about = next((f.label for f in group.fields if f.name == error.field), about)
        if about is not None:
            problem = words.gettext(NAMED, what=say(about, words), problem=problem)
        lines.setdefault(error.field, problem)
    return lines


def problems_of(lines: Mapping[str, str], groups: Sequence[GroupView]) -> list[FieldProblem]:
    """The summary's lines; each links to a control that is on the page."""
    known = {control.name for group in groups for control in group.controls}
    return [
        FieldProblem(field if field in known else _nearest(field, known), line)
        for field, line in lines.items()
    ]


def _nearest(name: str, known: set[str]) -> str | None:
    return next((each for each in sorted(known) if each.startswith(f"{name}-")), None)


def _listed(flow: Flow, step: Step, words: Translator) -> list[ListedView]:
    """The people on the page that adds people, the incomes on the page that adds incomes."""
    kinds = {live.question.kind for live in flow.live(step)}
    if Kind.ADD_PERSON in kinds:
        return [_listed_person(flow, person, words) for person in flow.draft.people]
    if Kind.MORE_INCOME in kinds:
        return _listed_incomes(flow, step, words)
    return []


def _listed_person(flow: Flow, person: str, words: Translator) -> ListedView:
    own = flow.draft.name(person)
    if person == flow.draft.people[0]:
        return ListedView(say(person_label(flow, person), words), own, None, None)
    return ListedView(own, "", f"/benefits/people/{person}", person)


def _listed_incomes(flow: Flow, step: Step, words: Translator) -> list[ListedView]:
    person, found = step.place.person, []
    for income in live_incomes(flow.draft, person):
        asked = next((s for s in flow.steps if s.place.income == income), None)
        if asked is not None:
            named = caption(flow, asked.place)
            label = say(named, words) if named else income
            change = question_url(asked)
            found.append(ListedView(label, "", change, f"{person}.{income}"))
    return found


@dataclass(frozen=True, slots=True)
class Drawing:
    """Writes the groups of one page in a language."""

    flow: Flow
    words: Translator
    lines: Mapping[str, str]
    title: str

    def group(self, group: Group, live: Live) -> GroupView:
        ask = say(group.ask, self.words)
        # The heading asks already; the control beneath it carries the short name.
        short = say(said(self.flow, live.question.row, live.place), self.words)
        legend = short if ask == self.title and short else ask
        hint = say(group.hint, self.words) if group.hint else None
        shape = {Kind.DATE: "date", Kind.PAYS: "pays"}.get(group.kind, "controls")
        controls = [
            self.control(each, group, legend if len(group.fields) == 1 else None)
            for each in group.fields
        ]
        error = next((c.error for c in controls if c.error), None) if shape == "date" else None
        return GroupView(
            name=group.id,
            shape=shape,
            legend=legend,
            hint=hint,
            error=error or self.error(group.id) if shape == "date" else self.loose_error(group),
            controls=[c if len(controls) > 1 else _hinted(c, hint) for c in controls],
            values={c.name.rpartition("-")[2]: c.value for c in controls}
            if shape == "date"
            else {},
            follows=group.kind in (Kind.ADD_PERSON, Kind.MORE_INCOME),
            autocomplete="bday" if group.fields and group.fields[0].autocomplete else None,
        )

    def control(self, drawn: Field, group: Group, legend: str | None) -> ControlView:
        label = say(drawn.label, self.words)
        part = drawn.name.removeprefix(f"{group.id}-")
        options = [self.option(each) for each in drawn.options]
        # Options repeat the heading for those who do not see it; a field says what to type.
        quiet = bool(options) and label == self.title
        if not options and label == self.title:
            label = legend or self.words.gettext("Amount in dollars")
        size = SIZES.get(drawn.widget) or (
            ADDRESS_SIZES.get(part) if group.kind is Kind.ADDRESS else None
        )
        return ControlView(
            name=drawn.name,
            widget=drawn.widget,
            label=label,
            value=drawn.value,
            options=options,
            chosen=[each.value for each in drawn.options if each.checked],
            error=self.error(drawn.name),
            autocomplete=drawn.autocomplete or None,
            inputmode=MODES.get(drawn.widget),
            type=INPUTS.get(drawn.widget, "text"),
            size=size,
            quiet=quiet,
        )

    def option(self, option: Option) -> OptionView:
        hint = say(option.hint, self.words) if option.hint else None
        return OptionView(option.value, say(option.label, self.words), hint)

    def error(self, name: str) -> str | None:
        return self.lines.get(name)

    def loose_error(self, group: Group) -> str | None:
        """An error about a question as a whole, where no single control carries its name."""
        if any(each.name == group.id for each in group.fields):
            return None
        return self.error(group.id)


def _hinted(control: ControlView, hint: str | None) -> ControlView:
    return replace(control, hint=hint) if hint else control

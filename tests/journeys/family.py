"""The household of the story, as it tells of itself page by page.

Elena is 41 and paid by the week, Diego is 39 and works for himself, Camila is 12, Mateo is 3 and in
care while both work. They rent, and pay for heat.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.journeys.walker import Walker

ELENA, DIEGO, CAMILA, MATEO = "Elena", "Diego", "Camila", "Mateo"
FULL_NAME = "Elena Ruiz Vega"
WEEKLY_PAYS = ("612", "655", "590", "640")
BORN = {
    ELENA: ("1985", "3", "10"),
    DIEGO: ("1987", "6", "2"),
    CAMILA: ("2014", "5", "20"),
    MATEO: ("2023", "8", "15"),
}
NONE = "None of these"
# Who gets a case, by program; in the order of the page.
OFFICES = {
    "basic_food": "Washington State Department of Social and Health Services",
    "liheap": "Regional energy assistance agency",
    "child_care_assistance": "Seattle Department of Education and Early Learning",
    "fresh_bucks": "Seattle Office of Sustainability and Environment",
    "orca_lift": "King County Metro",
    "utility_discount": "Seattle City Light and Seattle Public Utilities",
}


async def arrives(walker: Walker) -> None:
    """From the first page to the first question."""
    await walker.opens("/")
    await walker.reads("One form. All the help your household may get.")
    await walker.follows("Start")
    await walker.presses("Start")


async def says_who(walker: Walker) -> None:
    """Name and contact; then the reference and the secret."""
    await walker.reads("How can we reach you?")
    await walker.types("What is your name?", FULL_NAME)
    await walker.types("Mail address (if you have one)", "elena.ruiz@example.org")
    await walker.picks("Spanish", about="Which language should agencies use with you?")
    await walker.picks("Yes", about="Is it safe to write to you there?")
    await walker.goes_on()
    await walker.finds("With these two numbers you come back without an account.")
    await walker.goes_on()


async def lists_the_home(walker: Walker) -> None:
    """Everybody by first name, then birth dates and ties."""
    for name in (DIEGO, CAMILA, MATEO):
        await walker.reads("Does anyone else live with you?")
        await walker.picks("Yes")
        await walker.types("Their first name, if someone does", name)
        await walker.goes_on()
    await walker.picks("No")
    await walker.goes_on()
    await walker.reads("When was each person born?")
    for name, born in BORN.items():
        ask = "When were you born?" if name == ELENA else "When was {name} born?"
        await walker.dates(*born, walker.group(ask, name=name))
    await walker.goes_on()
    await walker.reads("Do you have a husband, wife or partner who lives here?")
    await walker.names(DIEGO)
    await walker.goes_on()
    await walker.reads("Who are the parents?")
    for child in (CAMILA, MATEO):
        await walker.picks("You", about="Who here is a parent of {name}?", name=child)
        await walker.names(DIEGO, walker.group("Who here is a parent of {name}?", name=child))
    await walker.goes_on()
    await walker.reads("Will all of you be on one tax return for this year?")
    await walker.picks("Yes")
    await walker.goes_on()


async def says_what_for(walker: Walker) -> None:
    """Everything, for everyone."""
    await walker.reads("What would you like help with?")
    await walker.picks("Everything that fits us")
    await walker.goes_on()
    await walker.reads("Who is asking for help?")
    await walker.picks("Everyone who lives here")
    await walker.goes_on()


async def tells_about_each(walker: Walker) -> None:
    """What is true for each person, and what the home gets already."""
    await walker.reads("What is true for someone in your home?")
    await walker.picks(
        "Someone works, studies, or looks for work",
        "Someone goes to school (up to grade 12)",
        "A child needs child care while adults work or study",
    )
    await walker.goes_on()
    await walker.reads("Who is this true for?")
    await walker.picks("I work, study, or look for work", about="Which of these are true for you?")
    for name, true in (
        (DIEGO, "Works, studies, or looks for work"),
        (CAMILA, "Goes to school (up to grade 12)"),
        (MATEO, "Needs child care while adults work or study"),
    ):
        await walker.picks(true, about="Which of these are true for {name}?", name=name)
    await walker.goes_on()
    await walker.reads("Does anyone in your home get any of these now?")
    await walker.picks(NONE)
    await walker.goes_on()


async def tells_the_money(walker: Walker, pays: Sequence[str] = WEEKLY_PAYS) -> None:
    """One weekly job, one own work, and nothing else."""
    await walker.reads("Do any of these children have money of their own?")
    await walker.picks("No")
    await walker.goes_on()
    await walker.reads("What money do you get?")
    await walker.picks("A job")
    await walker.goes_on()
    await walker.reads("About this job")
    await walker.types("Who pays you? (the name of the job)", "Panadería Luz")
    await walker.picks("Every week", about="How often are you paid?")
    await walker.picks("The last few pays", about="What is easiest to tell us about this pay?")
    await walker.goes_on()
    await tells_the_pays(walker, pays)
    await walker.goes_on()
    await walker.reads("Do you have any other income?")
    await walker.picks("No")
    await walker.goes_on()
    await walker.reads("What money does {name} get?", name=DIEGO)
    await walker.picks("Own work, gigs or a small business")
    await walker.goes_on()
    await walker.reads("Own work of {name}", name=DIEGO)
    await walker.types("How much does {name} make from own work?", "820", name=DIEGO)
    await walker.picks("Every month")
    await walker.picks(
        "Yes", about="Is that what is left after costs, like gas, tools or supplies?"
    )
    await walker.picks("Yes", about="Was it about the same all year?")
    await walker.goes_on()
    await walker.reads("Does {name} have any other income?", name=DIEGO)
    await walker.picks("No")
    await walker.goes_on()


async def tells_the_pays(walker: Walker, pays: Sequence[str]) -> None:
    """The last four pays, each in its week."""
    await walker.reads("How much are you paid?")
    fields = walker.page.locator("main").get_by_role("textbox")
    assert await fields.count() == len(pays)
    for place, pay in enumerate(pays):
        await fields.nth(place).fill(pay)
    await walker.picks("Yes", about="Was the pay about the same all year?")


async def tells_the_costs(walker: Walker) -> None:
    """What goes out, and what they have."""
    await walker.reads("Who here pays child support for a child who lives elsewhere?")
    await walker.picks("Nobody")
    await walker.goes_on()
    await walker.reads("How much money do you all have in cash and in the bank?")
    await walker.presses("I prefer not to say")
    await walker.reads("How much do you pay for child care?")
    await walker.types("Amount in dollars", "0")
    await walker.picks("Every month")
    await walker.goes_on()


async def tells_the_home(walker: Walker) -> None:
    """Rent, and which bills are their own."""
    await walker.reads("Your home now")
    await walker.picks("Yes, in Seattle", about="Is your home in Seattle?")
    await walker.picks("A place we rent", about="Where do you live now?")
    await walker.goes_on()
    await walker.reads("How much rent do you pay?")
    await walker.types("Amount in dollars", "1850")
    await walker.picks("Every month")
    await walker.goes_on()
    await walker.reads("Which of these bills do you pay yourselves?")
    await walker.picks("Heating or cooling", "Electricity", "Phone")
    await walker.goes_on()
    await walker.reads("Is a Seattle City Light or Seattle Public Utilities bill in your name?")
    await walker.picks("Yes, and the meter is only for our home")
    await walker.goes_on()


async def tells_everything(walker: Walker, pays: Sequence[str] = WEEKLY_PAYS) -> None:
    """From the first page to the programs they may get."""
    await arrives(walker)
    await says_who(walker)
    await lists_the_home(walker)
    await says_what_for(walker)
    await tells_about_each(walker)
    await tells_the_money(walker, pays)
    await tells_the_costs(walker)
    await tells_the_home(walker)


async def chooses_all(walker: Walker) -> None:
    """Every program that fits and can be sent from here; then what they need beyond."""
    await walker.presses("Choose all that fit")
    await walker.presses("Continue with the programs I ticked")
    await walker.reads("Is your heat off, or will it be shut off soon?")
    await walker.picks("No")
    await walker.goes_on()
    await walker.reads("What is your address?")
    await walker.types("Street and number", "1403 Yesler Way")
    await walker.types("City", "Seattle")
    await walker.types("ZIP code", "98122")
    await walker.goes_on()
    await walker.reads("What is the status of each person in this country?")
    for name in BORN:
        ask = "What is the status of {name} in this country?"
        if name == ELENA:
            ask = "What is your status in this country?"
        await walker.picks("United States citizen or national", about=ask, name=name)
    await walker.goes_on()


async def checks(walker: Walker) -> None:
    """Everything told, once more."""
    await walker.reads("Check your answers before you send")
    await walker.presses("Go on to consent and signature")


async def signs(walker: Walker) -> None:
    """A yes for each office, one signature for all, and one send."""
    await walker.reads("Your consent and signature")
    for agency in OFFICES.values():
        await walker.picks("Yes, give these answers to {agency}", agency=walker.say(agency))
    await walker.types("Your full name, typed as your signature", FULL_NAME)
    await walker.presses("Send my application to the offices I ticked")


async def changes_the_last_pay(walker: Walker, pay: str) -> None:
    """From the programs to the answers, to the pays, and back to the programs."""
    await walker.follows("See or change your answers")
    await walker.reads("Check your answers")
    await walker.follows("Change", place=walker.answer("Last pays"))
    await walker.reads("How much are you paid?")
    await walker.page.locator("main").get_by_role("textbox").last.fill(pay)
    await walker.goes_on()
    await walker.reads("Check your answers")
    await walker.presses("Go on")

"""A whole population at once: the same rules over columns. Needs NumPy; nothing else here does."""

from eligibility.batch.figures import BadSetting, Setting, read_setting
from eligibility.batch.from_households import population_of
from eligibility.batch.made_up import made_up_city
from eligibility.batch.population import Population
from eligibility.batch.results import ProgramResult
from eligibility.batch.simulation import Plan, Simulation

__all__ = [
    "BadSetting",
    "Plan",
    "Population",
    "ProgramResult",
    "Setting",
    "Simulation",
    "made_up_city",
    "population_of",
    "read_setting",
]

"""What `threshold check` tells a city's developer about where a new program's cases would go."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from service.pack.check import check_city

SEATTLE = Path(__file__).parents[3] / "cities" / "seattle"


def test_a_program_that_no_office_would_get_is_named_with_the_line_that_is_missing(
    tmp_path: Path,
) -> None:
    city = shutil.copytree(SEATTLE, tmp_path / "seattle")
    routing = city / "routing.yaml"
    told = routing.read_text().replace("program: orca_lift", "program: orca_lif")
    routing.write_text(told)
    program = city / "programs" / "fresh_bucks" / "program.yaml"
    program.write_text(program.read_text().replace("seattle_environment", "seattle_enviroment"))
    routing.write_text(told.replace("program: fresh_bucks", "program: utility_discounts"))
    agencies = city / "agencies.yaml"
    text = agencies.read_text()
    for wrong in ("orca_lif", "utility_discounts"):
        text = text.replace("programs: [", f"programs: [{wrong}, ")
    agencies.write_text(text)
    found = check_city(city, date(2026, 11, 22)).errors
    routes = {str(each.message): each.suggestion for each in found if each.code == "no_route"}
    assert set(routes) == {
        'No office gets "orca_lift": routing.yaml has no line for it.',
        'No office gets "fresh_bucks": routing.yaml has no line for it.',
    }
    assert any("rules: [{agency: king_county_metro}]" in str(hint) for hint in routes.values())
    [agency] = [each for each in found if each.code == "unknown_agency"]
    assert 'Did you mean "seattle_environment"?' in str(agency.suggestion)
    wrong_names = {each.message for each in found if each.code == "unknown_program"}
    assert wrong_names == {'"orca_lif" is not a program.', '"utility_discounts" is not a program.'}

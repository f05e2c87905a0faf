"""What a stranger can make of the OpenAPI document: generated requests, good and bad, each held
to the answers the document allows."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.settings import Settings
from tests.journeys.sending import Partner, post
from tests.journeys.standing import Standing
from tests.support.databases import backend

EXAMPLES = 12
AGENCY, PROGRAM = "king_county_metro", "orca_lift"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
pytestmark = [pytest.mark.slow, pytest.mark.once]


def bounded() -> hypothesis.settings:
    """The same few requests every time; a wrong answer is shown as it came."""
    return hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


class Stranger:
    """Sends what schemathesis makes of the document, under real keys and to real ids."""

    def __init__(self, standing: Standing, known: dict[str, str]) -> None:
        demo = standing.service.demo()
        agencies = {each["id"]: each["api_key"] for each in demo["agencies"]}
        self.keys = {"agency": agencies[AGENCY], "partner": demo["partner_key"]}
        self.url = standing.service.url
        self.known = known
        self.statuses: Counter[tuple[str, int]] = Counter()

    def tries(self, document: dict[str, Any]) -> None:
        """Every operation, in both modes."""
        for result in schemathesis.openapi.from_dict(document).get_all_operations():
            operation = result.ok()
            for mode in MODES:
                self.send(operation, mode, known={})
                if any(f"{{{name}}}" in operation.path for name in self.known):
                    self.send(operation, mode, known=self.known)

    def send(self, operation: Any, mode: GenerationMode, known: dict[str, str]) -> None:
        security = operation.definition.raw.get("security", [{}])
        key = self.keys.get(next(iter(security[0]), ""))
        headers = {"authorization": f"Bearer {key}"} if key else {}
        wanted = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
        strategy = operation.as_strategy(
            generation_mode=mode, **({"path_parameters": wanted} if wanted else {})
        )

        @bounded()
        @hypothesis.given(case=strategy)
        def each(case: Any) -> None:
            answer = case.call(base_url=self.url, headers=headers)
            case.validate_response(answer, checks=CHECKS)
            assert "Traceback" not in answer.text
            self.statuses[operation.label, answer.status_code] += 1

        try:
            each()
        except hypothesis.errors.Unsatisfiable:
            # What takes nothing cannot be asked wrongly; a right request is always possible.
            if mode is GenerationMode.POSITIVE:
                raise


async def test_every_answer_to_generated_requests_is_one_the_document_allows(
    settings: Settings, tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    load_all_checks()
    async with Standing(tmp_path, settings.database_url) as standing:
        partner = await Partner.at(standing.service.url, standing.service.demo()["partner_key"])
        async with partner.client() as client:
            sent = (await post(client, partner.parcel("known", [PROGRAM]))).json()
            document = (await client.get("/openapi.json")).json()
        known = {"id": sent["referrals"][0]["id"], "reference": sent["reference"]}
        stranger = Stranger(standing, known)
        await asyncio.to_thread(stranger.tries, document)
        words = standing.service.last_words(1_000_000)
    operations = {label for label, _status in stranger.statuses}
    assert len(operations) == sum(len(methods) for methods in document["paths"].values())
    assert "Traceback" not in words
    by_status = Counter[int]()
    for (_label, status), count in stranger.statuses.items():
        by_status[status] += count
    assert max(by_status) < 500
    record_property("answers", dict(sorted(by_status.items())))
    sys.stdout.write(f"{backend()}: {dict(sorted(by_status.items()))}\n")

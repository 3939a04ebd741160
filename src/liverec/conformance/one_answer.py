"""What is wrong with one answer, whatever else was answered: all that Tables 5 to 9 and the status codes ask of it."""

import re
from collections.abc import Iterator
from datetime import datetime

from liverec.client import Exchange
from liverec.conformance.answers import (
    body_no_object,
    code_wrong,
    falsely_encoded,
    given_twice,
    media_type_wrong,
    message_wrong,
    no_request_id,
    request_id_malformed,
    request_id_untimely,
    request_id_without_host,
    request_id_without_uuid,
    status_wrong,
)
from liverec.conformance.ledger import GATEWAY_CODES, Kind


def wrong_with(exchange: Exchange, kind: Kind, *, pattern: re.Pattern[str], now: datetime) -> Iterator[tuple[str, str]]:
    """Yield each requirement that the answer breaks, with how; the gateway before the service speaks for itself."""
    status = status_wrong(kind, exchange)
    if status is not None:
        yield status
    for wrong in (given_twice(exchange), falsely_encoded(exchange)):
        if wrong is not None:
            yield "http/well-formed", wrong
    if exchange.status not in {200, 400, 404} or (exchange.error_code or "").startswith(GATEWAY_CODES):
        return
    found = [
        (f"request-id/present-{exchange.status}", no_request_id(exchange)),
        ("request-id/format", request_id_malformed(exchange, pattern)),
        ("request-id/uuid", request_id_without_uuid(exchange)),
        ("request-id/timestamp", request_id_untimely(exchange, now)),
        ("request-id/hostname", request_id_without_host(exchange)),
    ]
    if exchange.status != 200:
        found += [
            ("error-body/object", body_no_object(exchange)),
            ("error-body/code", code_wrong(exchange)),
            ("error-body/message", message_wrong(exchange)),
            ("error-body/content-type", media_type_wrong(exchange)),
        ]
    yield from ((identifier, why) for identifier, why in found if why is not None)

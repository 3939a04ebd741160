"""Requests that schemathesis generates from the document, allowed and not, as plain parts of a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import msgspec
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from liverec.conformance.budget import Budget
from liverec.conformance.names import NOBODYS, odd_names, spellings
from liverec.conformance.validity import invalid_because
from liverec.document import Document
from liverec.history import Stream

LONGEST_BODY = 64 * 1024
_THIN = 15
# Data must not depend on what was seen before: the same seed gives the same requests.
_CONFIG: dict[str, Any] = {
    "cache": {"enabled": False},
    "generation": {"database": "none", "with-security-parameters": False},
    "phases": {"coverage": {"unexpected-methods": []}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What a generated request asks; whether the generator means it to be valid is no verdict, so it is left out."""

    query: str | None
    content: bytes


def effort(budget: Budget, *, thin: bool) -> settings:
    """Return how much is generated; *thin*: under a quota, so that what fails is not made smaller, either."""
    return settings(
        max_examples=_THIN if thin else budget.generated,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=[Phase.generate] if thin else [Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )


def operation(document: Document) -> Any:
    """Return schemathesis' view of the operation."""
    config = cast("Any", schemathesis.Config).from_dict(_CONFIG)  # its types are not all known
    schema = cast("Any", schemathesis.openapi.from_dict(dict(document.raw), config=config))
    return schema[document.path_template][document.method.upper()]


def requests(document: Document) -> st.SearchStrategy[Generated]:
    """Return requests of both kinds, shrinkable as any Hypothesis value.

    Of what the generator means to be refused, only what the page forbids by our own reading is kept.
    """
    described = operation(document)
    allowed = described.as_strategy(generation_mode=GenerationMode.POSITIVE).map(_read)
    refused = described.as_strategy(generation_mode=GenerationMode.NEGATIVE).map(_read)

    def is_forbidden(one: Generated) -> bool:
        return invalid_because(document, one.query, one.content) is not None

    forbidden = refused.filter(is_forbidden)
    strategy: st.SearchStrategy[Generated] = st.one_of(_odd(document), allowed, forbidden, forbidden)
    return strategy.filter(lambda one: len(one.content) <= LONGEST_BODY)


def boundaries(document: Document) -> tuple[Generated, ...]:
    """Return the examples of the document and what lies at the edges of each constraint, the same every time."""
    described = operation(document)
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    config = described.schema.config.generation_for(operation=described, phase="coverage")
    cases = described.schema.iter_coverage_cases(described, generation_modes=modes, generation_config=config)
    query = urlencode({"action": document.actions[0]})
    example = Generated(query=query, content=msgspec.json.encode(dict(document.request_example)))
    return tuple(dict.fromkeys([example, *map(_read, cases)]))


def about(document: Document, stream: Stream, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return *body* with every name in it that of *stream*, but of the type that it has: the rest alone is wrong."""
    told = dict(body)
    for name in document.body_fields:
        match body.get(name):
            case str():
                told[name] = getattr(stream, name)
            case list():
                told[name] = [getattr(stream, name)]
            case _:
                pass
    return told


def rightly_about(document: Document, stream: Stream, content: bytes) -> bytes:
    """Return *content* about *stream*, as far as it is a JSON object."""
    try:
        body = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return content
    return msgspec.json.encode(about(document, stream, body))


def _odd(document: Document) -> st.SearchStrategy[Generated]:
    """Return commands with odd names, spelled in every way, about domains that nobody can have."""
    names = {name: odd_names() for name in document.body_fields}
    domain = odd_names().map(lambda name: f"{name}.{NOBODYS}")
    fields = st.fixed_dictionaries(names | {"publish_domain": st.one_of(st.just(NOBODYS), domain)})
    contents = fields.flatmap(lambda named: st.sampled_from(tuple(spellings(named).values())))
    queries = st.sampled_from(document.actions).map(lambda action: urlencode({"action": action}))
    return st.builds(Generated, query=queries, content=contents)


def _read(case: Any) -> Generated:
    parts = case.as_transport_kwargs(base_url="http://generated.invalid")
    params, data = parts.get("params"), parts.get("data")
    if "json" in parts:
        content = msgspec.json.encode(parts["json"])
    else:
        content = data if isinstance(data, bytes) else b"" if data is None else str(data).encode()
    return Generated(query=urlencode(params, doseq=True) if params else None, content=content)

"""Evidence as lines of text: what was asked and answered, or which operations contradict one another."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_BODY_SHOWN = 500  # characters; all of it is in result.json


def evidence_lines(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield *item* (``exchange``, ``witness`` or ``value``) line by line; a kind unknown here comes as JSON."""
    kind = item.get("kind")
    if kind == "exchange":
        yield from _exchange(item)
    elif kind == "witness":
        yield from _witness(item)
    elif kind == "value":
        yield f"{item.get('name', 'value')}: {_shown(item.get('value'))}"
    else:
        yield json.dumps(item, ensure_ascii=False, default=str)
    if note := item.get("note"):
        yield f"({note})"


def _exchange(item: Mapping[str, Any]) -> Iterator[str]:
    yield f"{item.get('method', '')} {item.get('url', '')}"
    if body := item.get("request_body"):
        yield f"  {_shown(body)}"
    if (status := item.get("status")) is not None:
        yield f"answer: {status} {_shown(item.get('body') or '')}".rstrip()
    if error := item.get("error"):
        yield f"answer: none ({error})"
    for name, value in item.get("headers") or ():
        if str(name).lower() == "x-request-id":
            yield f"{name}: {value}"
    if curl := item.get("curl"):
        yield f"{curl}"


def _witness(item: Mapping[str, Any]) -> Iterator[str]:
    yield f"stream {stream_name(item.get('stream'))}"
    for operation in item.get("operations") or ():
        completed = operation.get("completed_s")
        until = "no answer" if completed is None else f"{completed:.3f} s"
        answer = [
            str(operation[key]) for key in ("status", "error_code", "request_id") if operation.get(key) is not None
        ]
        yield (
            f"  {operation['invoked_s']:.3f} to {until}  process {operation.get('process')}  "
            f"{operation.get('action', ''):<5}  {' '.join([str(operation.get('outcome', '')), *answer])}"
        )
    if (first := item.get("why")) is not None:
        yield f"{first}"


def stream_name(stream: Any) -> str:
    """Return a stream as one word, whether it came as a path or as its four parts."""
    return stream if isinstance(stream, str) else "/".join(str(part) for part in stream or ())


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = text.replace("\n", " ")
    return text if len(text) <= _BODY_SHOWN else f"{text[:_BODY_SHOWN]} ... ({len(text)} characters)"

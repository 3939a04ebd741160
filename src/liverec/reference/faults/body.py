"""Faults in how the body is read: Table 4's fields, and the JSON around them."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from liverec.reference.command import CommandReader, InvalidCommandError, UnsupportedContentError
from liverec.reference.faults.fault import Fault
from liverec.reference.recorder import Decision, Recorder
from liverec.reference.streams import StreamName


def _optional(field: str) -> type[CommandReader]:
    """Return a reader to which a missing *field* is an empty one."""

    class Optional(CommandReader):
        def _field(self, body: Mapping[str, Any], name: str) -> str:
            return "" if name == field and name not in body else super()._field(body, name)

    return Optional


def _coerced(field: str) -> type[CommandReader]:
    """Return a reader to which a list of one is the one, in *field*."""

    class Coerced(CommandReader):
        def _field(self, body: Mapping[str, Any], name: str) -> str:
            match body.get(name):
                case [single] if name == field:
                    return super()._field({name: single}, name)
                case _:
                    return super()._field(body, name)

    return Coerced


class _OnlyDomain(Recorder):
    """Takes an empty domain for the profile's."""

    def _key(self, name: StreamName) -> StreamName:
        domain = name.publish_domain or self.table.profile.recordable.publish_domain
        return super()._key(name._replace(publish_domain=domain))


class _OnlyApp(Recorder):
    """Takes an empty application name for the profile's."""

    def _key(self, name: StreamName) -> StreamName:
        return super()._key(name._replace(app=name.app or self.table.profile.recordable.app))


class _NoStreamNoProblem(Recorder):
    """Has nothing to do without the name of a stream, and says that it is done."""

    def command(self, action: str, name: StreamName) -> Decision:
        return super().command(action, name) if name.stream else Decision.NO_EFFECT


class _LenientJson(CommandReader):
    """Reads what looks like an object up to where it ends, in either kind of quotes."""

    def _body(self, body: bytes) -> Mapping[str, Any]:
        with suppress(InvalidCommandError):
            return super()._body(body)
        with suppress(ValueError, RecursionError):
            value, _ = json.JSONDecoder().raw_decode(body.decode().replace("'", '"'))
            body = json.dumps(value).encode()
        return super()._body(body)


class _BareMediaType(CommandReader):
    """Compares the content type letter by letter."""

    def _check_content_type(self, content_type: str) -> None:
        if "charset" in content_type.lower():
            raise UnsupportedContentError("Content-Type must be application/json")
        super()._check_content_type(content_type)


class _CommaAtTheEnd(CommandReader):
    """Reads an object as people write it, with a comma behind its last field."""

    def _body(self, body: bytes) -> Mapping[str, Any]:
        return super()._body(re.sub(rb",\s*}\s*\Z", b"}", body))


class _KnowsNoEscapes(CommandReader):
    """Looks for the names as they stand, and knows nothing of escapes."""

    def _body(self, body: bytes) -> Mapping[str, Any]:
        if b"\\u" in body:
            raise InvalidCommandError("a character that no name has")
        return super()._body(body)


BODY_FAULTS = (
    Fault(
        name="domain-optional",
        breaks="body/publish-domain-mandatory",
        summary="a missing publish_domain means the only one",
        reader=_optional("publish_domain"),
        recorder=_OnlyDomain,
    ),
    Fault(
        name="app-optional",
        breaks="body/app-mandatory",
        summary="a missing app means the usual one",
        reader=_optional("app"),
        recorder=_OnlyApp,
    ),
    Fault(
        name="stream-optional",
        breaks="body/stream-mandatory",
        summary="a missing stream is answered 200, and nothing is done",
        reader=_optional("stream"),
        recorder=_NoStreamNoProblem,
    ),
    Fault(
        name="domain-coerced",
        breaks="body/publish-domain-string",
        summary="a publish_domain in a list of one is taken out of it",
        reader=_coerced("publish_domain"),
    ),
    Fault(
        name="app-coerced",
        breaks="body/app-string",
        summary="an app in a list of one is taken out of it",
        reader=_coerced("app"),
    ),
    Fault(
        name="stream-coerced",
        breaks="body/stream-string",
        summary="a stream in a list of one is taken out of it",
        reader=_coerced("stream"),
    ),
    Fault(
        name="lenient-json",
        breaks="body/json",
        summary="single quotes, and anything behind the object, are accepted",
        reader=_LenientJson,
    ),
    Fault(
        name="charset-refused",
        breaks="body/content-type-charset",
        summary="application/json with a charset is refused",
        reader=_BareMediaType,
    ),
    Fault(
        name="comma-at-the-end",
        breaks="body/json",
        summary="a comma behind the last field is accepted",
        reader=_CommaAtTheEnd,
    ),
    Fault(
        name="escapes-refused",
        breaks="body/json",
        summary="a body in which a character is escaped is refused",
        reader=_KnowsNoEscapes,
    ),
)

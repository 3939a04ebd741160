"""One run of ``st`` against a target: which streams its requests are about, what they were meant to be, and the end."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import cycle
from typing import Any

from liverec.client import Client, Exchange
from liverec.client.pacer import Pacer
from liverec.clock import MonotonicClock
from liverec.conformance.generation import about
from liverec.conformance.ledger import Kind
from liverec.conformance.one_answer import wrong_with
from liverec.conformance.preflight import TURNED_AWAY, TargetUnusable
from liverec.conformance.validity import invalid_because
from liverec.conformance.verdicts import Violation, answered, is_success
from liverec.document import load_document
from liverec.history import Action, Stream
from liverec.target import Target

MEDIA_TYPE = "application/json"


class StRun:
    """Lends streams of the profile to generated requests, judges each answer, and stops what was started."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.client = Client(target, clock=MonotonicClock())
        self.wait: Callable[[], None] = Pacer(target.max_requests_per_minute, clock=MonotonicClock()).wait
        self._document = load_document()
        self._nobody = f"nobody-{secrets.token_hex(4)}.invalid"
        self._numbers = cycle(range(1, target.profile.recordable.count + 1))
        self._next = self._own()
        self._recording: list[Stream] = []
        self._touched = {self._next: None}
        self._last = self._next
        self._turns = cycle(("new", "again", "new", "nobody"))
        self._seen: set[str] = set()

    def admit(self) -> None:
        """Ask about a stream that nobody has, with each kind of credentials.

        Raises:
            TargetUnusable: it cannot be reached, or turns all of them away.
        """
        content = self.client.body(self._next._replace(publish_domain=self._nobody))
        kinds = self.client.credential_kinds
        found = [self.client.send(query="action=STOP", content=content, credentials=kind) for kind in kinds]
        if all(one.error is not None or one.status in TURNED_AWAY for one in found):
            raise TargetUnusable(
                f"{self.target.url} does not answer, or turns these credentials away ({answered(found[0])}): is the "
                "server running? Check project_id and [credentials] of the profile; nothing was judged"
            )

    def about(self, query: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """Return *body*, about a stream of the profile, or about a domain that nobody has: never about another stream.

        In a request that is wrong, all that it says of a stream is right: nothing else can be why it is refused.
        """
        action = query.get("action")
        wrong = about(self._document, self._next, body)
        if any(not isinstance(wrong.get(name), str) for name in self._document.body_fields):
            return wrong
        if action not in self._document.actions:
            return wrong
        match next(self._turns):
            case "nobody":
                return {**body, "publish_domain": self._nobody}
            case "again":
                stream = self._last
            case _ if action == Action.START.value:
                stream, self._next = self._next, self._own()
                self._recording.append(stream)
                self._touched[self._next] = None
            case _:
                stream = self._recording.pop() if self._recording else self._last
        self._last = stream
        return {**body, **{name: getattr(stream, name) for name in self._document.body_fields}}

    def judge(self, exchange: Exchange, now: datetime) -> None:
        """Judge one answer by the page; a body on a 200 is nothing to judge.

        Raises:
            Violation: it breaks a requirement.
        """
        kind, reason = self._kind(exchange)
        if is_success(exchange) and reason is not None:
            raise Violation(reason, f"a request that the page does not allow was answered {exchange.status}")
        if exchange.status in TURNED_AWAY:
            way = (
                "token" if any(name.lower() == "x-auth-token" for name, _ in exchange.request_headers) else "signature"
            )
            raise Violation(f"authentication/{way}", f"valid credentials were answered {answered(exchange)}")
        if is_success(exchange) and kind is Kind.OPEN and self._is_nobodys_start(exchange):
            raise Violation("status/404", f"a START of a stream that nobody has was answered {exchange.status}")
        for identifier, why in wrong_with(exchange, kind, pattern=self._document.request_id_pattern, now=now):
            raise Violation(identifier, why)
        given = exchange.request_id
        if given in self._seen:
            raise Violation("request-id/unique", f"another answer carried {given!r} before")
        self._seen.update({given} if given else ())

    def judge_strangers(self) -> None:
        """Ask for a START of an idle stream without credentials, and with a made-up token.

        Raises:
            Violation: it was accepted.
        """
        strangers = {
            "authentication/credentials-mandatory": {},
            "authentication/token-wrong": {"X-Auth-Token": "no-token-that-anybody-issued"},
        }
        for identifier, headers in strangers.items():
            content = self.client.body(self._next)
            exchange = self.client.send(credentials="none", headers=headers, content=content)
            if is_success(exchange):
                raise Violation(identifier, f"a START was answered {exchange.status}", exchange)

    def stop_everything(self) -> tuple[Stream, ...]:
        """Stop every stream of the profile that may be recording; return those whose STOP was not answered."""
        with self.client:
            sent = {stream: self.client.command(Action.STOP, stream) for stream in self._touched}
        return tuple(stream for stream, exchange in sent.items() if exchange.error is not None)

    def _own(self) -> Stream:
        declared = self.target.profile.recordable
        return Stream(
            project_id=self.target.profile.project_id,
            publish_domain=declared.publish_domain,
            app=declared.app,
            stream=declared.name(next(self._numbers)),
        )

    def _kind(self, exchange: Exchange) -> tuple[Kind, str | None]:
        _, _, query = exchange.url.partition("?")
        reason = invalid_because(self._document, query, exchange.request_body)
        if reason is not None:
            return Kind.INVALID, reason
        headers = {name.lower(): value for name, value in exchange.request_headers}
        plain = headers.get("content-type") == MEDIA_TYPE and self._nobody.encode() not in exchange.request_body
        return (Kind.COMMAND if plain else Kind.OPEN), None

    def _is_nobodys_start(self, exchange: Exchange) -> bool:
        return exchange.url.endswith("?action=START") and self._nobody.encode() in exchange.request_body

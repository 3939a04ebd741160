"""The control plane: what a test may do to the reference server, as JSON under ``/_reference/``."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

from liverec.clock import NANOSECONDS, VirtualClock
from liverec.reference.answers import Answer, plain_json
from liverec.reference.faults import FAULTS, HAZARDS, UnknownFaultError
from liverec.reference.guard import admits
from liverec.reference.request import Request
from liverec.reference.service import TURNED_AWAY, Service
from liverec.reference.streams import RULES, StreamName, StreamState, TableFullError

PREFIX = "/_reference/"
MAX_BODY = 64 * 1024
MAX_ADVANCE_S = 10 * 365 * 86_400
MAX_TURNED_AWAY = 1_000_000

Handler = Callable[[Request], Answer]


class ControlError(Exception):
    """A request to the control plane that cannot be carried out; the message says what was expected."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Control:
    """Answers requests to the control plane; *rewire* is called when the faults have changed."""

    def __init__(self, service: Service, *, rewire: Callable[[], None]) -> None:
        self._service = service
        self._rewire = rewire
        self._routes: Mapping[str, Mapping[str, Handler]] = {
            "info": {"GET": self._info},
            "streams": {"GET": self._streams, "PUT": self._set_stream},
            "interrupt": {"POST": self._interrupt},
            "resume": {"POST": self._resume},
            "reset": {"POST": self._reset},
            "clock": {"GET": self._clock},
            "clock/advance": {"POST": self._advance},
            "journal": {"GET": self._journal},
            "faults": {"GET": self._faults, "PUT": self._set_faults},
            "tokens": {"POST": self._issue_token},
            "turn-away": {"PUT": self._set_turn_away},
        }

    def answer(self, request: Request) -> Answer:
        """Answer *request*, whose path begins with PREFIX."""
        if not admits(request, key=self._service.settings.key):
            return _problem(403, "the control plane is for programs on this machine, or with the right X-Reference-Key")
        methods = self._routes.get(request.path.removeprefix(PREFIX))
        if methods is None:
            return _problem(404, f"no such control; there are {', '.join(self._routes)}")
        handler = methods.get(request.method)
        if handler is None:
            return plain_json(405, {"error": f"use {' or '.join(methods)}"}, (b"Allow", ", ".join(methods).encode()))
        try:
            return handler(request)
        except ControlError as error:
            return _problem(error.status, str(error))

    def _info(self, _request: Request) -> Answer:
        settings = self._service.settings
        return plain_json(
            200,
            {
                "liverec_reference": 1,
                "clock": self._clock_kind(),
                "interruption_threshold_s": settings.interruption_threshold_s,
                "interval_s": self._service.document.interval_ns / NANOSECONDS,
                "latency_ms": settings.latency_ms,
                "dialect": settings.dialect.as_dict(),
                "faults": [active.name for active in self._service.faults],
            },
        )

    def _streams(self, _request: Request) -> Answer:
        streams = self._service.recorder.streams()
        return plain_json(200, {"streams": [_described(name, state) for name, state in streams]})

    def _set_stream(self, request: Request) -> Answer:
        body = _body(request)
        pushed, rule = body.get("pushed"), body.get("rule")
        if pushed is not None and not isinstance(pushed, bool):
            raise ControlError("pushed: expected true or false")
        if rule is not None and rule not in RULES:
            raise ControlError(f"rule: expected one of {', '.join(RULES)}")
        try:
            self._service.recorder.set_stream(self._name(body), pushed=pushed, rule=rule)
        except TableFullError as error:
            raise ControlError(str(error), status=409) from None
        return _done()

    def _interrupt(self, request: Request) -> Answer:
        return self._change_push(request, self._service.recorder.interrupt)

    def _resume(self, request: Request) -> Answer:
        return self._change_push(request, self._service.recorder.resume)

    def _change_push(self, request: Request, change: Callable[[StreamName], bool]) -> Answer:
        if not change(self._name(_body(request))):
            raise ControlError("no such stream; PUT /_reference/streams makes one known", status=404)
        return _done()

    def _reset(self, _request: Request) -> Answer:
        self._service.reset()
        return _done()

    def _clock_kind(self) -> str:
        return "virtual" if isinstance(self._service.clock, VirtualClock) else "real"

    def _clock(self, _request: Request) -> Answer:
        now = self._service.clock.now()
        return plain_json(200, {"clock": self._clock_kind(), "now_ns": now, "now_s": now / NANOSECONDS})

    def _advance(self, request: Request) -> Answer:
        seconds = _number(_body(request), "seconds", least=0, most=MAX_ADVANCE_S)
        clock = self._service.clock
        if not isinstance(clock, VirtualClock):
            raise ControlError("the clock is real and cannot be advanced; serve with --clock virtual", status=409)
        clock.advance(seconds)
        return self._clock(request)

    def _journal(self, request: Request) -> Answer:
        name, _, value = request.query.partition("=")
        if request.query and (name != "after" or not value.isascii() or not value.isdigit() or len(value) > 18):
            raise ControlError("query: expected nothing, or after=NUMBER")
        return plain_json(200, {"entries": self._service.journal.entries(after=int(value or 0))})

    def _faults(self, _request: Request) -> Answer:
        known = [{"name": f.name, "breaks": f.breaks, "summary": f.summary} for f in (FAULTS | HAZARDS).values()]
        return plain_json(200, {"active": [active.name for active in self._service.faults], "known": known})

    def _set_faults(self, request: Request) -> Answer:
        active: Any = _body(request).get("active")
        names: list[Any] = active if isinstance(active, list) else [None]  # pyright: ignore[reportUnknownVariableType]  # JSON
        if not all(isinstance(name, str) for name in names):
            raise ControlError('active: expected a list of names, as in {"active": []}')
        try:
            self._service.set_faults(tuple(names))
        except UnknownFaultError as error:
            raise ControlError(str(error.args[0])) from None
        self._rewire()
        return self._faults(request)

    def _issue_token(self, request: Request) -> Answer:
        """Issue a token that lasts as long as asked for; below zero, one that has had its time."""
        seconds = _number(_body(request), "lifetime_s", least=-MAX_ADVANCE_S, most=MAX_ADVANCE_S)
        token, _ = self._service.tokens.issue(
            project_id=self._service.settings.profile.project_id, lifetime=timedelta(seconds=seconds)
        )
        return plain_json(201, {"token": token})

    def _set_turn_away(self, request: Request) -> Answer:
        """Let the gateway turn the next commands away, as it does with too many of them, or with the wrong ones."""
        body = _body(request)
        status, count = body.get("status"), _number(body, "count", least=0, most=MAX_TURNED_AWAY)
        if status not in TURNED_AWAY:
            raise ControlError(f"status: expected {' or '.join(map(str, TURNED_AWAY))}")
        self._service.turn_away.status, self._service.turn_away.count = status, int(count)
        return _done()

    def _name(self, body: Mapping[str, Any]) -> StreamName:
        names: list[str] = []
        for field in self._service.document.body_fields:
            value = body.get(field)
            if not isinstance(value, str) or not 1 <= len(value) <= 1024:
                raise ControlError(f"{field}: expected a string of 1 to 1024 characters")
            names.append(value)
        return self._service.name(*names)


def _body(request: Request) -> Mapping[str, Any]:
    if len(request.body) > MAX_BODY:
        raise ControlError(f"the body: expected at most {MAX_BODY} bytes", status=413)
    try:
        value = json.loads(request.body.decode())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ControlError("the body: expected a JSON object")
    return cast("dict[str, Any]", value)


def _number(body: Mapping[str, Any], field: str, *, least: float, most: float) -> float:
    value = body.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ControlError(f"{field}: expected a number from {least} to {most}")
    return value


def _described(name: StreamName, state: StreamState) -> dict[str, Any]:
    return {
        **name._asdict(),
        "rule": state.rule,
        "pushed": state.pushed,
        "recording": state.recording,
        "recorded": state.recorded,
    }


def _done() -> Answer:
    return plain_json(200, {})


def _problem(status: int, message: str) -> Answer:
    return plain_json(status, {"error": message})

"""What makes ``st run`` judge this API rightly: ``contracts/schemathesis.toml`` names this module.

LIVEREC_TARGET names the profile of the target; without it the server is taken to have the reference profile, and must
be on this machine. Credentials come from there, and are never shown.
"""

import atexit
import os
import sys
from datetime import UTC, datetime
from typing import Any, cast

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase

from liverec.address import parse_address
from liverec.client import Exchange
from liverec.client.redaction import Secrets
from liverec.conformance.st_run import StRun
from liverec.target import Target, TargetRefused, resolve_target

VARIABLE = "LIVEREC_TARGET"
_PROOF = ("X-Auth-Token", "Authorization", "X-Sdk-Date", "X-Project-Id")
_RUNS: list[StRun] = []  # the one that st has begun
_st = cast("Any", schemathesis)  # its types are not all known


@_st.hook  # type: ignore[untyped-decorator]
def after_load_schema(context: Any, schema: Any) -> None:  # noqa: ARG001  # as st calls it
    """Find out which target it is and whether it lets us in, before anything is judged.

    Raises:
        TargetRefused, ProfileError, TargetUnusable, CredentialsRefused: it cannot be judged; st ends with exit code 2.
    """
    shown, sys.tracebacklimit = getattr(sys, "tracebacklimit", None), 0  # the message says all
    run = StRun(_target(str(schema.get_base_url())))
    _RUNS[:] = [run]
    run.admit()
    atexit.register(_stop, run)
    sys.tracebacklimit = shown


def _target(url: str) -> Target:
    profile = os.environ.get(VARIABLE)
    target = resolve_target(profile or url)
    if parse_address(url).authority != parse_address(target.url).authority:
        raise TargetRefused(f"--url is {url}, but {VARIABLE} is about {target.url}: name the same; nothing was sent")
    return target


def _stop(run: StRun) -> None:
    left = run.stop_everything()
    if left:
        sys.stderr.write(
            f"liverec: may still be recording, since a STOP was not answered: {', '.join(map(str, left))}\n"
        )


@_st.hook  # type: ignore[untyped-decorator]
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG001  # as st calls it
    """Put the profile's project and streams into what was generated, in every phase, and keep the target's quota.

    No redirect is followed: it is an answer, to be judged.
    """
    (run,) = _RUNS
    kwargs["allow_redirects"] = False
    case.path_parameters = {"project_id": run.target.profile.project_id}
    body: Any = case.body
    if isinstance(body, dict):
        case.body = run.about(case.query or {}, cast("dict[str, Any]", body))
    run.wait()


class Proof(AuthBase):
    """Proves who asks, by what will be sent: the last to see a request before it leaves."""

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Add a token or a signature, in turns, unless there is one: st masks it, and prepares the request again."""
        if any(name in r.headers for name in _PROOF[:2]):
            return r
        (run,) = _RUNS
        path, mark, query = r.path_url.partition("?")
        proven = run.client.compose(
            method=str(r.method),
            path=path,
            query=query if mark else None,
            headers={"Content-Type": cast("str | None", r.headers.get("Content-Type"))},
            content=_body(r),
        )
        r.headers.update({name: value for name, value in proven.headers if name in _PROOF})
        return r


_st.auth.set_from_requests(Proof())


@_st.check
class RecordingCommand:
    """Judges each answer by the page, and at the end, whether strangers are let in."""

    def after_response(self, ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG002  # as st calls it
        """Judge one answer."""
        (run,) = _RUNS
        request = response.request
        exchange = Exchange(
            method=str(request.method),
            url=str(request.url),
            request_headers=tuple(request.headers.items()),
            request_body=_body(request),
            invoked_ns=0,
            completed_ns=0,
            status=response.status_code,
            headers=tuple((name, value) for name, values in response.headers.items() for value in values),
            body=response.content,
            secrets=Secrets(run.target.profile.credentials),
        )
        run.judge(exchange, datetime.now(UTC))

    def after_run(self, ctx: Any) -> None:  # noqa: ARG002  # as st calls it
        """Ask without credentials, and with wrong ones."""
        (run,) = _RUNS
        run.judge_strangers()


def _body(request: PreparedRequest) -> bytes:
    body: Any = request.body  # text or bytes: nothing is generated that would be streamed
    return body.encode() if isinstance(body, str) else bytes(body or b"")

"""The IAM endpoint that issues user tokens (Table 3, X-Auth-Token: "the IAM API used to obtain a user token")."""

import json
from typing import Any

from liverec.reference.answers import Answer, HeaderName, plain_json
from liverec.reference.request import Request
from liverec.reference.tokens import Grant, Tokens

_TOKEN = HeaderName(b"X-Subject-Token")


def answer_token_request(request: Request, tokens: Tokens) -> Answer:
    """Answer ``POST /v3/auth/tokens``: 201 with the token in X-Subject-Token, or 400 or 401 as IAM words them."""
    try:
        issued = tokens.log_in(json.loads(request.body.decode()))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _refused(400, "Bad Request", "Expecting auth.identity with the method password, and auth.scope.project")
    if issued is None:
        return _refused(401, "Unauthorized", "The username or password is wrong.")
    token, grant = issued
    return plain_json(201, {"token": _described(grant)}, (_TOKEN, token.encode()))


def _described(grant: Grant) -> dict[str, Any]:
    description: dict[str, Any] = {"methods": ["password"], "issued_at": f"{grant.issued:%Y-%m-%dT%H:%M:%S.%fZ}"}
    if grant.expires is not None:
        description["expires_at"] = f"{grant.expires:%Y-%m-%dT%H:%M:%S.%fZ}"
    if grant.project_id is not None:
        description["project"] = {"id": grant.project_id}
    return description


def _refused(status: int, title: str, message: str) -> Answer:
    return plain_json(status, {"error": {"code": status, "title": title, "message": message}})

"""What the page asks of a request: the rule, the URI, the query, the credentials and the body."""

from liverec.requirements.requirement import Source, must, on_page, should

_GATEWAY_ERRORS = "API Request Signing Guide, error codes"
_SIGNING = Source(
    page="API Request Signing Guide",
    place="AK/SK signing and authentication algorithm (api-sign-algorithm-002)",
    date="2025-06",
)

REQUEST_ROWS = (
    must(
        "constraints/command-record",
        "A command is valid only for a stream whose recording rule is of the type COMMAND_RECORD; under any other rule,"
        " or none, it is never answered 200.",
        on_page("Constraints"),
        "http/own-answer",
    ),
    must(
        "uri/project-id",
        "The path names the project that the stream belongs to; a command under a project that nobody has is never"
        " answered 200.",
        on_page("Table 1, project_id"),
        "http/own-answer",
    ),
    should(
        "uri/foreign-project",
        "Credentials serve their own project: a command under another one is refused. The Live error code page gives"
        " it a code of its own, LIVE.100011015 (401).",
        Source(page="Cloud Live API Reference, Error Codes", place="LIVE.100011015", date="2021-09-26"),
        "uri/project-id",
        "authentication/credentials-mandatory",
    ),
    must(
        "query/action-mandatory",
        "A command says what to do: without an action in the query it is never answered 200.",
        on_page("Table 2, action"),
        "http/own-answer",
    ),
    must(
        "query/action-options",
        "START and STOP are the only actions; any other word is never answered 200.",
        on_page("Table 2, action"),
        "http/own-answer",
    ),
    must(
        "authentication/token",
        "A valid user token in X-Auth-Token is enough to be let in.",
        on_page("Table 3, X-Auth-Token"),
        "http/own-answer",
    ),
    must(
        "authentication/credentials-mandatory",
        "Each way of authenticating has its mandatory header: a request with neither a token nor a signature is"
        " refused.",
        on_page("Table 3, X-Auth-Token; Table 3, Authorization"),
        "http/own-answer",
    ),
    should(
        "authentication/token-wrong",
        "A token that was never issued is refused: the signing guide's error codes have APIGW.0301 (401) for it.",
        Source(page=_GATEWAY_ERRORS, place="APIGW.0301", date="2025-10-20"),
        "authentication/credentials-mandatory",
    ),
    must(
        "authentication/token-issued",
        "A token that IAM hands out in X-Subject-Token is accepted as X-Auth-Token.",
        on_page("Table 3, X-Auth-Token"),
        "authentication/token",
    ),
    must(
        "authentication/signature",
        "A request signed with an access key and its secret key, with Authorization, X-Sdk-Date and X-Project-Id, is"
        " let in without a token.",
        on_page("Table 3, Authorization; Table 3, X-Sdk-Date; Table 3, X-Project-Id"),
        "http/own-answer",
        "http/whole-body",  # a signature covers the body
    ),
    must(
        "authentication/authorization-mandatory",
        "AK/SK authentication needs Authorization: with only the other two headers a request is refused.",
        on_page("Table 3, Authorization"),
        "authentication/credentials-mandatory",
    ),
    must(
        "authentication/sdk-date-mandatory",
        "AK/SK authentication needs X-Sdk-Date: a signed request without it is refused.",
        on_page("Table 3, X-Sdk-Date"),
        "authentication/signature-wrong",
    ),
    should(
        "authentication/signature-wrong",
        "A signature made with another key, or by nobody, is refused: the signing guide's error codes have APIGW.0301"
        " (401) for it.",
        Source(page=_GATEWAY_ERRORS, place="APIGW.0301", date="2025-10-20"),
        "authentication/credentials-mandatory",
    ),
    should(
        "authentication/signature-covers-request",
        "A signature holds for one request: with another action, project, signed header or body it is refused. The"
        " signing guide builds it over method, path, query, signed headers and a hash of the body.",
        _SIGNING,
        "authentication/signature-wrong",
    ),
    should(
        "authentication/date-skew",
        "A signed request is refused when its X-Sdk-Date is more than 15 minutes away from the server's time: the"
        " signing guide sets this limit.",
        _SIGNING,
        "authentication/signature-wrong",
    ),
    must(
        "body/publish-domain-mandatory",
        "Without publish_domain a command is never answered 200.",
        on_page("Table 4, publish_domain"),
        "body/json",
    ),
    must(
        "body/app-mandatory",
        "Without app a command is never answered 200.",
        on_page("Table 4, app"),
        "body/json",
    ),
    must(
        "body/stream-mandatory",
        "Without stream a command is never answered 200.",
        on_page("Table 4, stream"),
        "body/json",
    ),
    must(
        "body/publish-domain-string",
        "publish_domain is a string; a command in which it is a value of another JSON type is never answered 200.",
        on_page("Table 4, publish_domain"),
        "body/publish-domain-mandatory",
    ),
    must(
        "body/app-string",
        "app is a string; a command in which it is a value of another JSON type is never answered 200.",
        on_page("Table 4, app"),
        "body/app-mandatory",
    ),
    must(
        "body/stream-string",
        "stream is a string; a command in which it is a value of another JSON type is never answered 200.",
        on_page("Table 4, stream"),
        "body/stream-mandatory",
    ),
    must(
        "body/json",
        "The body is a JSON object, in whatever way it is written (RFC 8259: white space, the order of its fields and"
        " escapes change nothing); anything else carries no command and is never answered 200.",
        on_page("Example Requests; Request Parameters"),
        "recording/stop",
    ),
    must(
        "body/content-type-charset",
        "A valid command is served also when its Content-Type adds the charset UTF-8 to application/json, as the"
        " samples' SDKs do.",
        on_page("SDK Sample Code"),
        "recording/start",
        "http/answered",
    ),
)

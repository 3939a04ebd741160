"""What the page, and HTTP under it, ask of an answer: status, request id, error body, message."""

from liverec.requirements.requirement import Source, harness, must, on_page

_HTTP = "RFC 9110, HTTP Semantics"
_HTTP_1_1 = "RFC 9112, HTTP/1.1"
_HTTP_DATE = "2022-06"
_REQUEST_ID = on_page("Table 5, X-request-id; Table 6, X-request-id; Table 8, X-request-id")

ANSWER_ROWS = (
    must(
        "status/200",
        "A command that succeeded is answered 200, with no other status of success and no redirect.",
        on_page("Status Codes, 200"),
        "http/own-answer",
    ),
    must(
        "status/400",
        "A failed operation is answered 400: an invalid request that is refused gets this status.",
        on_page("Status Codes, 400"),
        "query/action-mandatory",
        "query/action-options",
        "body/json",
        "body/publish-domain-mandatory",
        "body/app-mandatory",
        "body/stream-mandatory",
        "body/publish-domain-string",
        "body/app-string",
        "body/stream-string",
        "http/no-server-error",
    ),
    must(
        "status/404",
        "A command about a record or stream that does not exist is refused with 404 or 400; a START of it is never"
        " answered 200.",
        on_page("Status Codes, 404"),
        "http/answered",
        "http/no-server-error",
    ),
    must(
        "status/documented",
        "Whatever reaches the rules is answered 200, 400 or 404. (What a gateway turns away before them may bear its"
        " statuses.)",
        on_page("Status Codes"),
        "status/200",
        "status/400",
        "status/404",
        "http/no-server-error",
    ),
    must(
        "status/no-effect",
        "A refused command changes nothing: an invalid START or STOP leaves the stream as it was.",
        on_page("Status Codes, 400"),
        "recording/start",
        "recording/stop",
    ),
    must(
        "request-id/present-200",
        "An answer 200 carries X-request-id.",
        on_page("Table 5, X-request-id"),
        "http/own-answer",
    ),
    must(
        "request-id/present-400",
        "An answer 400 carries X-request-id.",
        on_page("Table 6, X-request-id"),
        "http/unread-body",
    ),
    must(
        "request-id/present-404",
        "An answer 404 carries X-request-id.",
        on_page("Table 8, X-request-id"),
        "http/unread-body",
    ),
    must(
        "request-id/format",
        "X-request-id has three parts joined by hyphens: an identifier, a timestamp, a host name.",
        _REQUEST_ID,
        "request-id/present-200",
        "request-id/present-400",
        "request-id/present-404",
        "http/well-formed",
    ),
    must(
        "request-id/uuid",
        "The first part of X-request-id is a UUID.",
        _REQUEST_ID,
        "request-id/format",
    ),
    must(
        "request-id/timestamp",
        "The middle part of X-request-id is made of digits and gives the current time, in whatever unit.",
        _REQUEST_ID,
        "request-id/format",
    ),
    must(
        "request-id/hostname",
        "The last part of X-request-id, the name of the server at work, is not empty.",
        _REQUEST_ID,
        "request-id/format",
    ),
    must(
        "request-id/unique",
        "The server makes a new UUID for each request: no two answers carry the same one in X-request-id.",
        _REQUEST_ID,
        "request-id/format",
    ),
    must(
        "error-body/object",
        "The body of a 400 or 404 is a JSON object.",
        on_page("Table 7; Table 9"),
        "http/well-formed",
        "http/unread-body",
    ),
    must(
        "error-body/code",
        "The body of a 400 or 404 has error_code, a string that is not empty.",
        on_page("Table 7, error_code; Table 9, error_code"),
        "error-body/object",
    ),
    must(
        "error-body/message",
        "The body of a 400 or 404 has error_msg, a string.",
        on_page("Table 7, error_msg; Table 9, error_msg"),
        "error-body/object",
    ),
    must(
        "error-body/content-type",
        "The body of a 400 or 404 is declared as what it is: its Content-Type is a JSON media type.",
        Source(page=_HTTP, place="section 8.3", date=_HTTP_DATE),
        "error-body/object",
        "http/well-formed",
    ),
    must(
        "http/answered",
        "Each request gets exactly one answer on its connection; none is dropped, none comes too late or has no end.",
        Source(page=_HTTP, place="section 3.4", date=_HTTP_DATE),
        "http/well-formed",
    ),
    must(
        "http/own-answer",
        "The answer to a request is its own, whatever else is under way at the same time.",
        Source(page=_HTTP, place="section 3.4", date=_HTTP_DATE),
    ),
    must(
        "http/well-formed",
        "An answer is a valid HTTP/1.1 message: its length is given in one way and right, with no byte missing or left,"
        " and a header that is no list has one value.",
        Source(page=_HTTP_1_1, place="section 6", date=_HTTP_DATE),
        "http/own-answer",
    ),
    must(
        "http/method",
        "The command is a POST; a request with another method carries nothing out.",
        on_page("URI"),
        "recording/stop",
    ),
    harness(
        "http/no-server-error",
        "No request of this harness, however odd, makes the server fail with a 5xx.",
        Source(page="liverec", place="no server error"),
        "http/unread-body",
    ),
    must(
        "http/chunked-request",
        "A body sent in chunks is read like any other, as HTTP/1.1 demands of every recipient.",
        Source(page=_HTTP_1_1, place="section 7.1", date=_HTTP_DATE),
        "recording/start",
        "http/whole-body",
        "http/answered",
    ),
    must(
        "http/whole-body",
        "A body is read to the end that Content-Length gives it, in however many pieces it arrives.",
        Source(page=_HTTP_1_1, place="section 6.3", date=_HTTP_DATE),
        "http/own-answer",
        "http/answered",
    ),
    must(
        "http/in-order",
        "Requests on one connection, also when sent at once, are answered in their order, each with its own answer; the"
        " connection may be closed after any of them.",
        Source(page=_HTTP_1_1, place="section 9.3.2", date=_HTTP_DATE),
        "http/well-formed",
        "http/unread-body",
        "authentication/credentials-mandatory",
    ),
    must(
        "http/unread-body",
        "The body of a refused request is read, or the connection closed: it never passes for the next request.",
        Source(page=_HTTP_1_1, place="section 9.3", date=_HTTP_DATE),
        "http/well-formed",
    ),
)

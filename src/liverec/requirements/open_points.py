"""What the page leaves open: each row is observed and reported, and never a failure."""

from liverec.requirements.requirement import open_point

_ACTION = "Table 2, action"
_START = "Table 2, action, START"
_STOP = "Table 2, action, STOP"
_BODY = "Request Parameters"
_STATUS = "Status Codes"
_ILLEGAL = "400 LIVE.100011001"
_MISSING = "404 LIVE.100011001"
_TASK_EXISTS = "400 LIVE.100011022"
_GATEWAY = "401 APIGW.0301"

# two lines of arguments where the formatter would make a list of each: the table stays readable as one
OPEN_POINTS = (
    open_point(
        "start-while-recording", "recording", _START,
        "START is described for a stream to be started, not for one that records already.",
        "Is a START of a recording stream refused, or accepted without effect?",
        "refused", "accepted",
    ),
    open_point(
        "stop-while-idle", "recording", _STOP,
        "STOP is described for a recording; whether its absence is the missing record of the 404 is not said.",
        "Is a STOP of an idle stream refused, and if accepted, does it open a restart interval?",
        "refused", "accepted", "accepted_restarts", "accepted_once_recorded",
    ),
    open_point(
        "too-soon-answer", "restart", _ACTION,
        "The interval is demanded of the caller; no status or code is given for a START that comes too soon.",
        "With which status and code is a START within the restart interval refused?",
        _TASK_EXISTS, "404 LIVE.100011022", _ILLEGAL,
    ),
    open_point(
        "exactly-the-interval", "restart", _ACTION,
        "The page says greater than the interval; later editions say at least, and the Chinese one reads both ways.",
        "Is a START exactly the interval after the STOP refused?",
        "refused", "accepted",
    ),
    open_point(
        "refused-stop-restarts", "restart", _ACTION,
        "The interval runs from the delivery of a STOP; whether a refused one counts is not said.",
        "Does a refused STOP restart the interval?",
        "no", "yes",
    ),
    open_point(
        "refused-start-restarts", "restart", _ACTION,
        "The interval runs from a STOP; whether a START that came too soon prolongs it is not said.",
        "Does a START refused for coming too soon restart the interval?",
        "no", "yes",
    ),
    open_point(
        "second-stop-in-window", "restart", _ACTION,
        "Nothing is said about a second STOP before the interval of the first is over.",
        "How is a STOP of an idle stream within the interval answered, and does the interval change?",
        "refused, interval unchanged", "refused, interval restarts", "accepted, interval unchanged",
        "accepted, interval restarts",
    ),
    open_point(
        "window-scope", "restart", _ACTION,
        "The interval concerns the same stream; which names make two streams the same is not said.",
        "Which parts of a stream's name does the interval depend on?",
        "project, domain, app and stream", "domain, app and stream",
    ),
    open_point(
        "window-clock", "restart", _ACTION,
        "A command is delivered; on whose clock, and whether at receipt or at effect, is not said.",
        "From which moment does the interval run?",
        "the server's acceptance of the STOP", "the server's receipt of the STOP", "X-Sdk-Date of the STOP",
    ),
    open_point(
        "other-rule-answer", "constraints", "Constraints",
        "Requests under another rule are not valid; their status and code are not given.",
        "With which status and code is a command refused whose stream has no COMMAND_RECORD rule?",
        _ILLEGAL, _MISSING, "400 LIVE.103011022",
    ),
    open_point(
        "unknown-domain-answer", "status", "Status Codes, 404",
        "The 404 is about a record; whether a domain that does not exist gets it, or 400, is not said.",
        "With which status and code is a command about an unknown domain refused?",
        _MISSING, _ILLEGAL,
    ),
    open_point(
        "unpushed-answer", "recording", _START,
        "START starts a pushed stream; the answer for one that nobody pushes is not given.",
        "With which status and code is a START of a stream refused that is not pushed?",
        _ILLEGAL, _MISSING,
    ),
    open_point(
        "stop-after-interruption", "recording", _START,
        "An interruption may end a recording; how a STOP is answered after that is not said.",
        "How is a STOP answered once an interruption has ended the recording?",
        "as for any idle stream", "accepted",
    ),
    open_point(
        "start-after-interruption", "recording", _START,
        "A recording that an interruption ended had no STOP; whether an interval applies is not said.",
        "May a stream be started at once after an interruption has ended its recording?",
        "accepted", "refused",
    ),
    open_point(
        "short-interruption", "recording", _START,
        "An interruption counts beyond a threshold, which is neither named nor given a value.",
        "Which interruption still leaves the recording going?",
        "any below the threshold", "none",
    ),
    open_point(
        "start-during-interruption", "recording", _START,
        "Nothing is said about a START while the push is interrupted.",
        "How is a START answered during a short interruption of a recording stream?",
        "refused as recording", "refused as not pushed", "accepted",
    ),
    open_point(
        "action-case", "query", _ACTION,
        "The options are printed in capitals; whether case matters is not said.",
        "Is an action in small or mixed letters taken?",
        "refused", "accepted",
    ),
    open_point(
        "action-missing-answer", "query", _ACTION,
        "The action is mandatory and has two options; the answer to anything else is not given.",
        "With which status and code is a missing, empty, repeated or unknown action refused?",
        _ILLEGAL, "400 APIGW.0106",
    ),
    open_point(
        "body-field-answer", "body", _BODY,
        "The three fields are mandatory strings; the answer to a breach of that is not given.",
        "With which status and code is a missing, empty, null or non-string field refused?",
        _ILLEGAL, _MISSING,
    ),
    open_point(
        "extra-fields", "body", _BODY,
        "Nothing is said about fields and parameters that the tables do not list.",
        "Are extra fields in body or query ignored?",
        "ignored", "refused",
    ),
    open_point(
        "wildcard", "body", "Table 4, stream",
        "A recording rule may name every stream by an asterisk; whether a command may is not said.",
        "Is an asterisk in place of a name refused?",
        _ILLEGAL, _MISSING, "accepted",
    ),
    open_point(
        "letter-case", "body", _BODY,
        "Whether two spellings that differ only in case name the same stream is not said.",
        "In which names does letter case matter?",
        "in app and stream", "in all three", "in none",
    ),
    open_point(
        "content-type", "body", _BODY,
        "The page never mentions the request's Content-Type.",
        "How is a body answered that is declared as something other than JSON, or not declared?",
        "400 LIVE.100011012", "415", "accepted",
    ),
    open_point(
        "malformed-body-answer", "body", _BODY,
        "The answer to a body that is no JSON object, or an ambiguous one, is not given.",
        "How are malformed JSON, arrays, repeated keys, a byte order mark and bytes outside UTF-8 answered?",
        _ILLEGAL, "400", "accepted where it can be read",
    ),
    open_point(
        "method-answer", "http", "URI",
        "Only POST on one path is described; the answer to another method or path is not given.",
        "With which status and code is another method, a trailing slash or an unknown path refused?",
        "404 APIGW.0101", "405", "400 LIVE.100011011",
    ),
    open_point(
        "no-credentials-answer", "authentication", "Request Parameters; Status Codes",
        "Credentials are mandatory; no status of the page is meant for their absence.",
        "With which status and code is a request without credentials refused?",
        _GATEWAY, "401", "403",
    ),
    open_point(
        "bad-signature-answer", "authentication", "Table 3, Authorization; Status Codes",
        "The answer to a signature that does not fit is not given.",
        "With which status and code are a bad signature, an unknown key and a stale date refused?",
        _GATEWAY, "401 LIVE.100011002",
    ),
    open_point(
        "expired-token-answer", "authentication", "Table 3, X-Auth-Token; Status Codes",
        "The answer to a token whose time is over is not given.",
        "With which status and code is an expired token refused?",
        _GATEWAY, "401 APIGW.0307",
    ),
    open_point(
        "foreign-project-answer", "uri", "Table 1, project_id",
        "Whether the project must be that of the credentials, and the answer if not, is not said.",
        "With which status and code is a command under a foreign project refused?",
        "401 LIVE.100011015", "403",
    ),
    open_point(
        "project-header-absent", "authentication", "Table 3, X-Project-Id",
        "The page makes X-Project-Id mandatory for AK/SK; another official page asks for it only in special cases.",
        "Is a signed request without X-Project-Id served?",
        "accepted", "401", "400",
    ),
    open_point(
        "both-credentials", "authentication", "Table 3, X-Auth-Token; Table 3, Authorization",
        "Two ways of authenticating are given; what holds when a request uses both is not said.",
        "Which credentials count when a request carries a token and a signature?",
        "the token", "the signature", "both must hold",
    ),
    open_point(
        "no-permission-answer", "authentication", _STATUS,
        "The page has no answer for a user who may not give commands.",
        "With which status and code is a user without permission refused?",
        "403 APIGW.0302", "401 LIVE.100011003",
    ),
    open_point(
        "validation-order", "status", _STATUS,
        "Which of several faults in one request decides the answer is not said.",
        "What is checked first when credentials and body are both wrong?",
        "credentials", "body",
    ),
    open_point(
        "ok-body", "status", "Response Parameters",
        "For 200 a header is listed and no body; whether there may be one is not said.",
        "Does a 200 carry a body?",
        "empty", "object",
    ),
    open_point(
        "ok-meaning", "status", "Status Codes, 200",
        "Whether success means that the command was taken or that it was carried out is not said.",
        "Has the recording changed when the 200 arrives?",
        "at once", "later",
    ),
    open_point(
        "gateway-request-id", "request-id", "Response Parameters",
        "X-request-id is described for 200, 400 and 404 only.",
        "Which form has X-request-id on other statuses?",
        "32 hexadecimal digits", "the documented form", "absent",
    ),
    open_point(
        "request-id-timestamp-unit", "request-id", "Table 5, X-request-id",
        "The timestamp is the current one; its unit is not given.",
        "In which unit does X-request-id give the time?",
        "ms", "s", "us", "ns", "YYYYMMDDhhmmss",
    ),
    open_point(
        "racing", "consistency", _ACTION,
        "Nothing is said about commands about one stream that cross each other.",
        "How many of several STARTs sent at the same moment are accepted?",
        "exactly one", "all", "varies",
    ),
    open_point(
        "retried-start", "recording", _START,
        "A command has no key by which a repetition could be known.",
        "How is a START answered that is sent again because its answer was lost?",
        "as a START while recording", "200",
    ),
    open_point(
        "quota-count", "http", _STATUS,
        "The page has no limit on calls; whether refused ones count towards the service's is not said.",
        "Which calls count towards the limit?",
        "all", "accepted ones",
    ),
    open_point(
        "overload-answer", "http", _STATUS,
        "The page has no answer for too many calls.",
        "With which status and code is a call over the limit refused?",
        "429 APIGW.0308", "500 LIVE.100011007",
    ),
    open_point(
        "kept-connection", "http", "Calling Method",
        "Nothing is said about connections; HTTP lets a server close one at any time.",
        "Can a connection be used again?",
        "it can", "it is closed after its answer", "it is closed without saying so",
    ),
    open_point(
        "old-http", "http", "Calling Method",
        "No version of HTTP is named.",
        "How is a request of HTTP/1.0 answered?",
        "as any other", "refused",
    ),
    open_point(
        "expect-continue", "http", "Calling Method",
        "Nothing is said about Expect; programs that send it do not wait for long.",
        "What comes of Expect: 100-continue before the body was sent?",
        "says 100 Continue", "answers before it has the body", "waits for the body",
    ),
    open_point(
        "contradicting-lengths", "http", "Calling Method",
        "Nothing is said about a request with both Content-Length and Transfer-Encoding, which no program may send.",
        "How is a request answered that gives its length in two ways?",
        "refused, connection closed", "by its chunks, connection closed", "by its Content-Length",
    ),
    open_point(
        "header-case", "http", "Response Parameters",
        "The page spells X-request-id; HTTP takes any letter case, and one vendor SDK only X-Request-Id.",
        "How is the request id's header spelled?",
        "X-Request-Id", "X-request-id", "x-request-id",
    ),
    open_point(
        "repeated-headers", "http", "Response Parameters",
        "HTTP forbids to repeat a header that is no list, and has recipients of a repeated Content-Length accept it.",
        "Which headers come twice in an answer, with the same value?",
        "none", "a Content-Length",
    ),
)  # fmt: skip

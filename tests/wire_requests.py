"""Requests to the reference server as bytes: plain commands, and what is in any way out of the ordinary."""

from typing import Any

from raw_line import CONTENT
from reference_requests import PATH, TOKEN, signed


def text(
    *headers: str, line: str = f"POST {PATH}?action=START HTTP/1.1", body: bytes = CONTENT, token: str = TOKEN
) -> bytes:
    fields = ["Host: 127.0.0.1", f"X-Auth-Token: {token}", "Content-Type: application/json", *headers]
    if not any(header.lower().startswith(("content-length", "transfer-encoding")) for header in headers):
        fields.append(f"Content-Length: {len(body)}")
    return "\r\n".join([line, *fields, "", ""]).encode("latin-1") + body


def sign(action: str, **choices: Any) -> bytes:
    request = signed(f"action={action}", **choices)
    fields = [f"{name}: {value}" for name, value in request.headers.items()] + [f"content-length: {len(request.body)}"]
    return "\r\n".join([f"POST {PATH}?{request.query} HTTP/1.1", *fields, "", ""]).encode() + request.body


START, STOP = text(), text(line=f"POST {PATH}?action=STOP HTTP/1.1")
PLAIN = [
    *(START, STOP, START, sign("START"), sign("STOP"), sign("START", secret_key="wrong")),
    sign("START").replace(b"Signature=", b"Signature=0", 1),
    text(token="unknown"),
    text("Connection: keep-alive", "Accept: */*", "User-Agent: a b/1.0 (c; d)", "X-ODD-name-: [\\]^_`{|}~:, \"';"),
    text("x-project-id: other"),
    text(line=f"POST {PATH} HTTP/1.1"),
    text(line=f"POST {PATH}? HTTP/1.1"),
    text(line=f"POST {PATH}?action=START&action=STOP HTTP/1.1"),
    text(line=f"POST {PATH}?action=START?x&%zz=%00&+=/{{|}}~[]\\^`\"<>'!$*,;:@ HTTP/1.1"),
    text(line=f"POST {PATH}?action=start HTTP/1.1"),
    text(line="POST /v1/a%2Fb%zz/record/control?action=STOP HTTP/1.1"),
    text(line="POST /v1//record/control?action=STOP HTTP/1.1"),
    text(line="POST /v1/elsewhere HTTP/1.1"),
    text(line="POST /v1/?q HTTP/1.1"),
    text(body=b""),
    text(body=b"{"),
    text(body=b"\xff\x00\r\n\r\nPOST"),
    text(body=CONTENT.replace(b"rehearsal-1", "caf\u00e9".encode())),
    text(body=CONTENT.replace(b"rehearsal-1", b"nowhere")),
    text(body=CONTENT + b" " * 100_000),
    text(body=CONTENT[:-1] + b',"more":[1]}'),
    text("X-Long: " + "a" * 7_000),
]
ODD = [
    text("Connection: Keep-Alive, TE"),
    text("Connection: close"),
    text("Connection: close", "Connection: keep-alive"),
    text("Proxy-Connection: close"),
    text("Expect: 100-continue"),
    text("Expect: something"),
    text("Connection: Upgrade", "Upgrade: h2c"),
    text("Upgrade: h2c"),
    text("X-Twice: 1", "x-twice: 2"),
    text("X-Auth-Token: other"),
    text("X-Empty:", "X-Empty-Too: "),
    text("X-Tight:1"),
    text("X-Space:  1 "),
    text("X-Tab: a\tb\t"),
    text("X-Umlaut: \u00fc"),
    text("X-Control: a\x01b"),
    text("X-Fold: a\r\n b"),
    text("X-Bare: a\rb"),
    text("X-Bare: a\nX-Next: b"),
    text("X-Space : 1"),
    text("X-(Odd)~: 1"),
    text(": 1"),
    text("no colon"),
    text("X-Long: " + "a" * 9_000),
    text("X-Long: " + "a" * 33_000),
    text("Content-Length: 0" + str(len(CONTENT))),
    text("Content-Length: +" + str(len(CONTENT))),
    text("Content-Length: x"),
    text("Content-Length: " + str(len(CONTENT)), "Content-Length: " + str(len(CONTENT))),
    text("Content-Length: 99999999999"),
    text("Transfer-Encoding: chunked", body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(CONTENT), CONTENT)),
    text("Transfer-Encoding: chunked", "Content-Length: 5", body=b"0\r\n\r\n"),
    text(line=f"POST {PATH}?action=START HTTP/1.0"),
    text("Connection: keep-alive", line=f"POST {PATH}?action=START HTTP/1.0"),
    text(line=f"POST {PATH}?action=START HTTP/1.2"),
    text(line=f"POST {PATH}?action=START"),
    text(line=f"POST {PATH}?action=START  HTTP/1.1"),
    text(line=f"POST {PATH}?action=START HTTP/1.1 "),
    text(line=f"POST {PATH}?action=START#part HTTP/1.1"),
    text(line=f"POST {PATH}?action=ST\u00e4RT HTTP/1.1"),
    text(line=f"POST {PATH}?action=START&a\tb HTTP/1.1"),
    text(line=f"POST {PATH}?{'a' * 33_000} HTTP/1.1"),
    text(line=f"GET {PATH}?action=START HTTP/1.1"),
    text(line=f"post {PATH}?action=START HTTP/1.1"),
    text(line=f"POST http://x{PATH}?action=START HTTP/1.1"),
    text(line="POST /v3/auth/tokens HTTP/1.1"),
    START.replace(b"\r\n", b"\n"),
    b"\r\n\r\n" + START,
    START + b"\r\n",
]
# too long or too short: whether what is behind it is refused with an answer of its own depends on when that is read
RAGGED = [
    text("Content-Length: " + str(len(CONTENT) - 1)),
    text("Content-Length: " + str(len(CONTENT) + 1)),
    START + b"nonsense\r\n\r\n",
]
# what is plain because, or odd although, a signature may stand in it
PLAIN_ROUND_SIGNATURES = [
    sign("STOP").replace(b"authorization", b"AuthoriZation"),
    sign("STOP").replace(b"\r\nauthorization", b"\r\nX-A: Signature=" + b"1" * 64 + b"\r\nauthorization"),
    text("X-A: " + "0" * 70 + "Signature=" + "a" * 64 + ", Signature=" + "b" * 64 + " c"),
    text("X-A: Signature=" + "a" * 63, "X-B: Signature=" + "b" * 65),
    text("X-A: Signature=" + "a" * 63 + "_"),
]
ODD_ROUND_SIGNATURES = [
    text("Signature=" + "a" * 64 + ": 1"),
    text("X-A: Signature=" + "a" * 64 + " "),
    text("Connection: Signature=" + "a" * 64),
    text("Content-Length: Signature=" + "a" * 64),
]

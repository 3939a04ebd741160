"""Framing: where an answer ends, and what is wrong with it."""

import gc
from weakref import ref

import pytest

from liverec.client.framing import Answer, AnswerReader, read_answer

OK = b"HTTP/1.1 200 OK\r\n"


def read(data: bytes, *, method: str = "POST", closed: bool = False) -> Answer:
    return read_answer(data, method=method, closed=closed)


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (OK + b"Content-Length: 0\r\n\r\n", b""),
        (OK + b"content-length:2\r\n\r\nab", b"ab"),
        (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", b"ab"),
        (OK + b"Content-Length: 2, 2\r\n\r\nab", b"ab"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n", b"abc"),
        (OK + b"Transfer-Encoding: Chunked\r\n\r\n0\r\nX-Trailer: 1\r\n\r\n", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.0 304 \r\nContent-Length: 9\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 3000 + OK + b"Content-Length: 1\r\n\r\nx", b"x"),
    ],
)
def test_a_whole_answer_is_read(data: bytes, body: bytes) -> None:
    answer = read(data)

    assert (answer.complete, answer.body, answer.excess, answer.problem) == (True, body, b"", None)


@pytest.mark.parametrize(
    "whole",
    [
        OK + b"X-A: 1\r\nContent-Length: 5\r\n\r\nhello",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n",
    ],
)
def test_no_beginning_of_an_answer_is_complete_or_malformed(whole: bytes) -> None:
    beginnings = [read(whole[:length]) for length in range(len(whole))]

    assert [one.problem for one in beginnings if one.problem or one.complete] == []
    assert read(whole).complete


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "closed without an answer"),
        (OK, "broke off"),
        (OK + b"Content-Length: 5\r\n\r\nhell", "broke off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "broke off"),
    ],
)
def test_an_answer_that_broke_off_is_told(data: bytes, problem: str) -> None:
    answer = read(data, closed=True)

    assert not answer.complete
    assert problem in str(answer.problem)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"SSH-2.0-server", "HTTP/1."),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "status line"),
        (b"HTTP/1.1 200\r\n\r\n", "status line"),
        (b"HTTP/2 200 OK\r\n", "HTTP/1."),
        (b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "status line"),
        (OK + b"No colon\r\n\r\n", "header line 1"),
        (OK + b"A: 1\r\nX-Space : 1\r\n\r\n", "header line 2"),
        (OK + b"A: 1\r\n folded\r\n\r\n", "header line 2"),
        (OK + b"A: \x00\r\n\r\n", "header line 1"),
        (OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "both"),
        (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "not one number"),
        (OK + b"Content-Length: -1\r\n\r\n", "not one number"),
        (OK + b"Content-Length: 1, 2\r\n\r\n", "not one number"),
        (OK + b"Content-Length: 1,\r\n\r\n", "not one number"),
        (OK + b"Transfer-Encoding: gzip\r\n\r\n", "not chunked"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "size"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", "longer"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n", "trailer"),
    ],
)
def test_a_malformed_answer_is_told(data: bytes, problem: str) -> None:
    assert problem in str(read(data).problem)


def test_bytes_after_the_end_are_excess() -> None:
    assert read(OK + b"Content-Length: 1\r\n\r\nab").excess == b"b"
    assert read(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nab").excess == b"ab"
    assert read(b"HTTP/1.1 204 x\r\n\r\nab").excess == b"ab"
    assert read(OK + b"Content-Length: 1\r\n\r\nb", method="HEAD").excess == b"b"


def test_without_a_length_the_close_is_the_end() -> None:
    data = b"HTTP/1.1 200 OK\r\nX: 1\r\n\r\nall of it"

    assert not read(data).complete
    assert read(data, closed=True) == Answer(
        status=200, version="HTTP/1.1", headers=(("X", "1"),), body=b"all of it", complete=True
    )


def test_what_came_of_an_answer_without_end_is_let_go_at_once() -> None:
    reader = AnswerReader(method="POST")
    reader.feed(OK + b"\r\nx")
    held = ref(reader)
    gc.disable()
    del reader
    gone = held() is None
    gc.enable()

    assert gone

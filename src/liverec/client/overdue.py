"""Answers that did not come in time: the page sets no time for an answer, so that one may still come."""

import threading

from liverec.client.connection import Connection
from liverec.client.deadline import Deadline

MORE_TIMES = 2  # as long as for an answer in time


class OverdueAnswer:
    """The answer to a request of *method* that has not come yet, *timeout_s* after the request was sent.

    It is awaited on its *connection*, in the background, for ``MORE_TIMES`` as long again. If the server closes the
    connection, or sends what is no answer, none came.
    """

    def __init__(self, connection: Connection, *, method: str, timeout_s: float) -> None:
        self._came = False
        self._waiting = threading.Thread(
            target=self._await, args=(connection, method, MORE_TIMES * timeout_s), name="overdue", daemon=True
        )
        self._waiting.start()

    def came(self) -> bool:
        """Return whether a whole answer came after all; this waits until it has, or its time is out."""
        self._waiting.join()
        return self._came

    def _await(self, connection: Connection, method: str, seconds: float) -> None:
        _, error = connection.receive(method, Deadline(seconds))
        connection.close()  # at once: a server may serve one connection after the other
        self._came = error is None

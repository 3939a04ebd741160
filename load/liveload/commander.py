"""One user's way to the target: every command recorded, sent once, and its answer recorded and looked at."""

from itertools import cycle
from time import monotonic_ns

from liveload.answer import Answer, Ending
from liveload.answer_rules import AnswerRules, error_code_of, request_id_of
from liveload.connection import Connection
from liveload.noise_requests import noise_request
from liveload.place import Place, Unreachable
from liveload.prepared import CredentialsMissing, Prepared, Proof, proofs
from liveload.recording import Unrecorded, WorkerHistory
from liveload.tls import verifying_context
from liverec.address import parse_address, resolve
from liverec.client import Client
from liverec.clock import MonotonicClock
from liverec.document import Document
from liverec.history import Action, Outcome, Stream, outcome_of
from liverec.target import Target

TIMEOUT_S = 10.0
_INFO = Outcome.INFO


class Wire:
    """What all commanders of a worker share: the address, resolved once, the prepared commands, and the rules.

    *proof* is one kind of credentials; None: users take the profile's kinds in turns.

    Raises:
        CredentialsMissing: the profile has no such credentials, or IAM gave no token for its user.
        Unreachable: the host's name stands for no address any more, or no longer for this machine.
    """

    def __init__(
        self, *, target: Target, document: Document, proof: Proof | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        self.rules = AnswerRules(document)
        self.timeout_s = timeout_s
        self.place = _place(target)
        token = _issued_token(target)
        kinds = proofs(target.profile.credentials, token=token) if proof is None else (proof,)
        if not kinds:
            raise CredentialsMissing("the profile has no credentials")
        self._turns = cycle(tuple(Prepared(target, proof=kind, token=token) for kind in kinds))

    def take_turn(self) -> Prepared:
        """Return the prepared commands of the next user."""
        return next(self._turns)


class Commander:
    """Commands of one user, one at a time, over one connection. Nothing is ever retried."""

    def __init__(self, wire: Wire, history: WorkerHistory | Unrecorded) -> None:
        self._prepared = wire.take_turn()
        self._rules = wire.rules
        self._history = history
        self._connection = Connection(wire.place, timeout_s=wire.timeout_s)
        self._process = history.next_process()

    def connect(self) -> None:
        """Connect now, so that the next command need not.

        Raises:
            Unreachable: it could not be made.
        """
        self._connection.ready()

    def close(self) -> None:
        """Close the connection; a further command would make another."""
        self._connection.close()

    def command(self, action: Action, stream: Stream, *, ending: Ending = Ending.ANSWER) -> Answer:
        """Send a command and return what came of it; if no connection can be made, nothing is sent or recorded.

        Raises:
            OSError: the history cannot be written, so that nothing was sent, or what came of it is not recorded.
        """
        command = self._prepared.command(action, stream)
        try:
            self._connection.ready()
        except Unreachable as error:
            return _unreachable(error)
        history = self._history
        process = self._process
        invoked = history.invoke(process, command.recorded)
        try:
            reply = self._connection.exchange(command.request(), ending)
        except BaseException:
            self._process = history.next_process()
            history.complete(process, None, error="abandoned: the user was stopped")
            raise
        status = reply.status
        request_id = request_id_of(reply)
        error_code = error_code_of(reply) if reply.body else None
        completed = history.complete(process, status, request_id=request_id, error_code=error_code, error=reply.error)
        if status != 200 and outcome_of(status) is _INFO:
            self._process = history.next_process()
        breaks = self._rules.breaks(reply)
        overdue = self._connection.overdue
        return Answer(invoked, completed, status, request_id, error_code, reply.error, breaks, overdue)

    def invalid(self, number: int, stream: Stream) -> Answer:
        """Send the invalid request *number* beside a stream (see ``noise_requests``) and return what came of it.

        No contract allows it an effect, so it does not enter the history, unless it was not refused (or nobody knows):
        then the history says that a command may have been carried out, and this answer alone names the fault.
        """
        request = noise_request(number, stream, self._prepared)
        try:
            self._connection.ready()
        except Unreachable as error:
            return _unreachable(error)
        invoked = monotonic_ns()
        reply = self._connection.exchange(request.content)
        completed = monotonic_ns()
        status = reply.status
        breaks = self._rules.breaks(reply, request.kind)
        if status is None or not 400 <= status < 500:
            for action in Action:
                recorded = self._prepared.command(action, stream).recorded
                self._history.unclear(invoked, recorded, status=status, error=reply.error)
        if status is not None and 200 <= status < 300:
            breaks = (request.breaks, *breaks)
        request_id, error_code, overdue = request_id_of(reply), error_code_of(reply), self._connection.overdue
        return Answer(invoked, completed, status, request_id, error_code, reply.error, breaks, overdue)


def _unreachable(error: Unreachable) -> Answer:
    now = monotonic_ns()
    return Answer(now, now, None, error=f"unreachable: {error.strerror}")


def _place(target: Target) -> Place:
    address = parse_address(target.url)
    found = resolve(address.host)
    if not found:
        raise Unreachable(None, f"{address.host} stands for no address")
    if target.is_loopback and not all(ip == "::1" or ip.startswith("127.") for ip in found):
        raise Unreachable(None, f"{address.host} no longer stands for this machine alone")
    tls = verifying_context() if address.scheme == "https" else None
    return Place(ip=found[0], port=address.port, host=address.host, tls=tls)


def _issued_token(target: Target) -> str | None:
    """Return a token from IAM, if the profile names one and brings none itself."""
    credentials = target.profile.credentials
    if credentials.token is not None or credentials.iam_url is None:
        return None
    with Client(target, clock=MonotonicClock()) as client:
        exchange, token = client.issue_token()
    if token is None:
        found = exchange.error or f"status {exchange.status}"
        raise CredentialsMissing(f"IAM gave no token for the profile's user: {found}")
    return token

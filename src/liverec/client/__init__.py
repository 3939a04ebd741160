"""The recording client: sends commands, and anything else, to a target; keeps what was seen."""

from liverec.client.burst import Burst
from liverec.client.client import Client
from liverec.client.connection import Connection
from liverec.client.credentials import CredentialKind, CredentialsRefused, Signing
from liverec.client.exchange import Exchange
from liverec.client.framing import Answer
from liverec.client.line import Line, RawExchange
from liverec.client.outgoing import OutgoingRequest

__all__ = [
    "Answer",
    "Burst",
    "Client",
    "Connection",
    "CredentialKind",
    "CredentialsRefused",
    "Exchange",
    "Line",
    "OutgoingRequest",
    "RawExchange",
    "Signing",
]

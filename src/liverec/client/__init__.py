"""The recording client: sends commands, and anything else, to a target; keeps what was seen."""

from liverec.client.client import Client
from liverec.client.credentials import CredentialKind, CredentialsRefused, Signing
from liverec.client.exchange import Exchange
from liverec.client.framing import Answer
from liverec.client.outgoing import OutgoingRequest
from liverec.client.raw import RawExchange

__all__ = [
    "Answer",
    "Client",
    "CredentialKind",
    "CredentialsRefused",
    "Exchange",
    "OutgoingRequest",
    "RawExchange",
    "Signing",
]

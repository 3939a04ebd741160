"""Names that differ from a declared stream's in one part: nobody has them, and asking about them changes nothing."""

import random
from enum import Enum

from liverec.conformance.ledger import Kind
from liverec.history import Stream


class LookAlike(Enum):
    """In which part a name differs. Letter case and Unicode forms are none: whether they differ is left open."""

    DOMAIN = "another domain"
    APP = "another app"
    LONGER = "a longer name"
    PREFIXED = "a name with something before it"
    PROJECT = "another project"

    @property
    def kind(self) -> Kind:
        """What a command about it is: no credentials serve another project."""
        return Kind.STRANGER if self is LookAlike.PROJECT else Kind.OPEN

    def of(self, stream: Stream, *, seed: int) -> Stream:
        """Return the look-alike of *stream*; what is added is too long to be anybody's name by chance."""
        chance = random.Random(f"{seed} {self.name} {stream}")  # noqa: S311  # the same seed, the same names; no secret
        added = f"nobody-{chance.getrandbits(64):016x}"
        match self:
            case LookAlike.DOMAIN:
                return stream._replace(publish_domain=f"{added}.invalid")
            case LookAlike.APP:
                return stream._replace(app=added)
            case LookAlike.LONGER:
                return stream._replace(stream=f"{stream.stream}-{added}")
            case LookAlike.PREFIXED:
                return stream._replace(stream=f"{added}-{stream.stream}")
            case LookAlike.PROJECT:
                return stream._replace(project_id=f"{chance.getrandbits(128):032x}")

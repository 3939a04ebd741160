"""Names that differ from a declared stream's in one part: nobody has them, and asking about them changes nothing."""

import random
from enum import Enum

from liverec.history import Stream


class LookAlike(Enum):
    """In which part a name differs. Letter case and Unicode forms are none: whether they differ is left open.

    Nor is another project: whoever serves one breaks what is asked of the URI.
    """

    DOMAIN = "another domain"
    APP = "another app"
    LONGER = "a longer name"
    PREFIXED = "a name with something before it"

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


def misread(stream: Stream) -> tuple[Stream, ...]:
    """Return names that nobody has either, and that are *stream*'s to a server which reads names as more than text.

    It ends them at a zero byte, takes them for a pattern, a regular expression or part of a URL, or joins them without
    a mark.
    """
    name, domain, app = stream.stream, stream.publish_domain, stream.app
    return (
        stream._replace(stream=f"{name}\0nobody"),
        stream._replace(stream=f"{name[:-1]}_"),
        stream._replace(stream=f"{name[:-1]}."),
        stream._replace(stream=name[:-1] + "".join(f"%{byte:02X}" for byte in name[-1].encode())),
        stream._replace(stream=f"{name}/nobody"),
        stream._replace(publish_domain=f"{domain}{app[0]}", app=app[1:]),
    )

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

    It ends them at a zero byte, takes them for a pattern, a regular expression or part of a URL, joins them without a
    mark or with one that they contain, or looks at their beginning or end.
    """
    name, domain, app = stream.stream, stream.publish_domain, stream.app
    names = (
        f"{name}\0nobody",
        *(f"{name[:-1]}{wild}" for wild in "_%.*"),
        f"{name[:-1]}[{name[-1]}]",
        name[:-1] + "".join(f"%{byte:02X}" for byte in name[-1].encode()),
        *(f"{name}{more}" for more in ("/nobody", "/", "?nobody", "#nobody", ";nobody")),
    )
    apps = (f"{app}\0nobody", f"{app[:-1]}_", f"{app}-nobody", f"nobody-{app}", f"{app}/nobody")
    domains = (f"{domain}\0nobody", f"{domain}.invalid", f"nobody.{domain}")
    joined = (f"{app}{mark}{name}".rpartition(mark) for mark in "-_.")
    return (
        *(stream._replace(stream=one) for one in names),
        *(stream._replace(app=one) for one in apps),
        *(stream._replace(publish_domain=one) for one in domains),
        stream._replace(publish_domain=f"{domain}{app[0]}", app=app[1:]),
        stream._replace(app=f"{app}{name[0]}", stream=name[1:]),
        stream._replace(app=app[:-1], stream=f"{app[-1]}{name}"),
        *(stream._replace(app=head, stream=tail) for head, _, tail in joined if tail not in {"", name}),
    )

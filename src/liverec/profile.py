"""A target's profile: where it is, who may ask, and which streams may be used (design section 6)."""

from dataclasses import dataclass, field

TOKEN_FORM = r"[\x21-\x7e]{1,16384}"  # noqa: S105  # a form: what an HTTP header can carry
ACCESS_KEY_FORM = r"[\x21-\x2b\x2d-\x7e]{1,1024}"  # no comma: one ends it in Authorization
SECRET_KEY_FORM = r"[^\x00-\x1f\x7f]{1,4096}"  # noqa: S105  # a form


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What proves who asks; secrets never appear in ``repr``.

    Either kind is enough: ``token``, or ``access_key`` with ``secret_key``; or the means to obtain a token from IAM.
    """

    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    iam_url: str | None = None
    user: str | None = None
    domain: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSet:
    """A family of streams: ``names`` contains ``{n}``, which counts from 1 to ``count``."""

    publish_domain: str
    app: str
    names: str
    count: int

    def name(self, n: int) -> str:
        """Return the name of the *n*-th stream, 1 <= n <= count."""
        return self.names.replace("{n}", str(n))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A target as its owner describes it; every set of streams but ``recordable`` is optional."""

    url: str
    project_id: str
    credentials: Credentials
    recordable: StreamSet
    other_rule: StreamSet | None = None
    unpushed: StreamSet | None = None
    unknown: StreamSet | None = None
    allow: bool = False
    max_requests_per_minute: int | None = None  # None: no limit (loopback)
    reference_control: bool = False  # the target is our reference server and offers its control plane

"""The reference server over real HTTP, for whatever is not httpx: requests, SDKs, programs in other languages."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from liverec.doubles.reference_double import ReferenceDouble
from liverec.reference.serving import serving_app

NAME = "record_control_server"


class RecordControlServer(ReferenceDouble):
    """A ReferenceDouble on a free loopback port; ``url`` is its base URL while it is being served."""

    def __init__(self) -> None:
        super().__init__(name=NAME, unseen=f"give your program the url of {NAME}, and its token or its keys")
        self.url = ""

    @property
    def environment(self) -> Mapping[str, str]:
        """Return what the vendor SDKs for Python, Java and Go take from the environment, for region cn-north-4."""
        return {
            "HUAWEICLOUD_SDK_REGION_LIVE_CN_NORTH_4": self.url,
            "HUAWEICLOUD_SDK_IAM_ENDPOINT": self.url,
            "CLOUD_SDK_AK": self.access_key,
            "CLOUD_SDK_SK": self.secret_key,
            "no_proxy": "127.0.0.1",
        }

    @contextmanager
    def served(self) -> Generator["RecordControlServer"]:
        """Serve for the length of the block.

        Raises:
            ServingError: no port is to be had.
        """
        with serving_app(self.app) as running:
            self.url = running.url
            yield self

"""The signer and transport of the vendor's SDK for Node; there is no package for Live."""

from pathlib import Path

import pytest

from interop.answers import AnswersReachTheUser
from interop.installation import NPM_INSTALL, Installs
from interop.program import Program

HERE = Path(__file__).parent / "node" / "sdk"


@pytest.fixture(scope="module")
def program(installs: Installs) -> Program:
    core = installs("node-sdk", {name: HERE / name for name in ("package.json", "sdk.js")}, [NPM_INSTALL])
    # it copies the request id only into a body, and a success has none
    return Program(name="Node SDK core", command=("node", str(core / "sdk.js")), id_spellings=())


class TestNodeSdkCore(AnswersReachTheUser):
    """``@huaweicloud/huaweicloud-sdk-core``."""

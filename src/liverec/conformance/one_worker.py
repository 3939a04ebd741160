"""How pytest-xdist deals the tests out: those in ``contracts/`` all to one worker, any other to whoever is free."""

from pathlib import Path

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]  # it has no stubs

from liverec.assets import asset


class OneWorker(LoadScopeScheduling):  # type: ignore[misc]  # untyped, as above
    """Contract tests judge one run together, with one clock, one quota and one set of streams."""

    def _split_scope(self, nodeid: str) -> str:
        folder = (Path(self.config.rootpath) / nodeid.partition("::")[0]).resolve().parent
        return "contracts" if folder == asset("contracts").resolve() else nodeid

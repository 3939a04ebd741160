"""The suite's options and fixtures, for ``pytest contracts``."""

pytest_plugins = ["liverec.conformance.plugin"]

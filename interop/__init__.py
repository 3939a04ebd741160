"""Programs in other languages, generated clients and linters, against the reference server; see docs/interop.md."""

import pytest

pytest.register_assert_rewrite("interop.answers", "interop.samples")

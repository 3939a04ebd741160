"""The system's chromium, for tests that need a real browser."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_PROGRAM = Path("/usr/bin/chromium")
needs_chromium = pytest.mark.skipif(not _PROGRAM.exists(), reason=f"needs a browser: {_PROGRAM} is not there")


@contextmanager
def chromium() -> Generator[Browser]:
    """Run the browser, without a window, for the length of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(_PROGRAM), args=["--no-sandbox"])
        yield browser
        browser.close()

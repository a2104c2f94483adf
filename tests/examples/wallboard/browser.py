"""A headless Chromium, the one that is installed on this machine, and a page in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
#: What else is there: where macOS and Windows keep theirs.
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
#: Nothing that speaks to anybody but the wallboard.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def installed_browser() -> str | None:
    """Return the path of a Chromium or Chrome; CHROMIUM names another one."""
    named = os.environ.get("CHROMIUM")
    found = next(filter(None, (named, *map(shutil.which, NAMES))), None)
    return found or next((place for place in PLACES if Path(place).exists()), None)


@contextlib.contextmanager
def launched(path: str) -> Generator[Browser]:
    """Start a browser with a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def a_browser() -> Generator[Browser]:
    """Be a fixture: where no browser is found, skip; on a machine that must have one, fail."""
    path = installed_browser()
    if path is None:
        missing = "no Chromium is installed (Debian: apt-get install chromium)"
        if os.environ.get("CI") and sys.platform == "linux":
            pytest.fail(missing)
        pytest.skip(missing)
    with launched(path) as browser:
        yield browser


@contextlib.contextmanager
def opened(
    browser: Browser,
    url: str,
    *,
    width: int = 1600,
    height: int = 900,
    scheme: Literal["light", "dark"] = "light",
    script: str = "",
) -> Generator[Page]:
    """Open a page that must never have an error in a script, nor break its own policy."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # That the server is away is no fault of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def note(error: Error) -> None:
        complaints.append(str(error))

    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    try:
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", hear)
        page.on("pageerror", note)
        page.goto(url)
        yield page
        assert not complaints
    finally:
        context.close()

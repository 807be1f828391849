"""Starting Chromium, without a window and without other hosts."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.common.exceptions import SessionNotCreatedException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

__all__ = ["MISSING", "chromium", "is_installed"]

# Which of them the driver fits differs between systems, so each is tried.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVER = "chromedriver"

MISSING = (
    "Browser tests need Chromium (or Chrome) and chromedriver of the same version on the PATH."
    " On Debian: apt install chromium chromium-driver"
)

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--window-size=1280,800",
    # A page that asks another host for something gets nothing, at once.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def installed_browsers() -> list[str]:
    """Return the paths of the browsers that are there."""
    return [path for name in BROWSERS if (path := shutil.which(name))]


def is_installed() -> bool:
    """Tell whether there is a browser and its driver."""
    return bool(installed_browsers() and shutil.which(DRIVER))


@contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """Run a browser with a profile of its own, logging its console and its requests."""
    driver = start(profile)
    try:
        yield driver
    finally:
        driver.quit()


def start(profile: Path) -> Chrome:
    """Return the first browser that the driver can start."""
    refusals = []
    for path in installed_browsers():
        try:
            # The driver's path is given so that Selenium looks for none to download.
            return Chrome(options(path, profile), ChromeService(shutil.which(DRIVER)))
        except SessionNotCreatedException as error:
            refusals.append(f"{path}: {error.msg}")
    raise RuntimeError("\n".join([MISSING, *refusals]))


def options(path: str, profile: Path) -> ChromeOptions:
    """Return how a browser is started."""
    chosen = ChromeOptions()
    chosen.binary_location = path
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        chosen.add_argument(argument)
    chosen.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return chosen

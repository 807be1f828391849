"""What a person does with a page, and what they see of it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.test import Client
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.db.admin.pages import page

__all__ = ["Person"]

# Seconds until something is taken not to happen at all; no test measures time.
PATIENCE = 30
WIDE = (1280, 800)
PHONE = (400, 800)


class Person:
    """Somebody at a browser, on the pages of one site."""

    def __init__(self, driver: Chrome, site: str) -> None:
        self.driver = driver
        self.site = site

    # Starting and ending.

    def start_afresh(self) -> None:
        """Forget the visit before: cookies, stored choices, the size of the window, logs."""
        self.driver.get("about:blank")
        self.command("Network.clearBrowserCookies")
        self.command("Storage.clearDataForOrigin", origin=self.site, storageTypes="all")
        self.resize(*WIDE)
        self.complaints()
        self.requested_hosts()

    def log_in(self, user: Any) -> None:
        """Be logged in, without the form."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.command(
            "Network.setCookie", name=name, value=client.cookies[name].value, url=self.site
        )

    def command(self, name: str, /, **parameters: Any) -> Any:
        """Run a command of the browser's DevTools."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def resize(self, width: int, height: int) -> None:
        """Look at pages at another size; windows do not get as small as phones."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    # Going somewhere.

    def open(self, target: Any, name: str = "change") -> None:
        """Open an address of the site, or a page of a row or a table."""
        path = target if isinstance(target, str) else page(target, name)
        self.driver.get(self.site + path)

    def open_list(self, model: type[models.Model]) -> None:
        """Open the list of a table."""
        self.open(model, "changelist")

    def click(self, selector: str) -> None:
        """Click what is there and stays on the page."""
        self.find(selector).click()

    def follow(self, selector: str) -> None:
        """Click what leads to another page, and wait until that has been loaded."""
        self._leave_by(self.find(selector).click)

    def follow_link(self, text: str) -> None:
        """Click the link with this text."""
        self._leave_by(self.found(By.LINK_TEXT, text).click)

    def save(self) -> None:
        """Click "Save"."""
        self.follow("[name=_save]")

    def _leave_by(self, action: Callable[[], None]) -> None:
        before = self.driver.find_element(By.TAG_NAME, "html")
        action()
        self.wait(lambda: is_gone(before))
        self.wait(lambda: self.run("return document.readyState") == "complete")

    # Typing and choosing.

    def fill(self, selector: str, text: str) -> None:
        """Replace what is in an input."""
        element = self.find(selector)
        element.clear()
        element.send_keys(text)

    def choose(self, selector: str, text: str) -> None:
        """Choose from a select."""
        Select(self.find(selector)).select_by_visible_text(text)

    # Seeing.

    def find(self, selector: str) -> WebElement:
        """Return the first such element, once it is to be seen."""
        return self.found(By.CSS_SELECTOR, selector)

    def found(self, by: str, value: str) -> WebElement:
        """Return an element that is to be seen."""

        def look() -> Any:
            elements = self.driver.find_elements(by, value)
            return next((element for element in elements if element.is_displayed()), None)

        element: WebElement = self.wait(look, value)
        return element

    def all(self, selector: str) -> list[WebElement]:
        """Return all such elements, seen or not."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text_of(self, selector: str) -> str:
        """Return the text of the first such element."""
        return self.find(selector).text

    def texts_of(self, selector: str) -> list[str]:
        """Return the texts of all such elements."""
        return [element.text for element in self.all(selector)]

    def value_of(self, selector: str) -> str:
        """Return what is in an input."""
        return self.find(selector).get_property("value")  # type: ignore[return-value]

    def sees(self, element: WebElement) -> bool:
        """Tell whether an element is within the window, at least its beginning."""
        script = """
            const box = arguments[0].getBoundingClientRect();
            return box.top >= 0 && box.top < innerHeight && box.left >= 0 && box.left < innerWidth;
        """
        return bool(self.run(script, element))

    @property
    def source(self) -> str:
        """Return the page as HTML, with what scripts made of it."""
        return self.driver.page_source

    @property
    def path(self) -> str:
        """Return the path of the page."""
        return urlsplit(self.driver.current_url).path

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script of ours returns."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition: Callable[[], Any], what: str = "") -> Any:
        """Return what a condition returns once that is something."""
        wait = WebDriverWait(
            self.driver,
            PATIENCE,
            poll_frequency=0.05,
            ignored_exceptions=[StaleElementReferenceException],
        )
        return wait.until(lambda driver: condition(), f"{what or condition} on {self.path}")

    # What went wrong unseen.

    def complaints(self) -> list[str]:
        """Return the console's errors since the last time, but for a site without an icon."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] == "SEVERE" and "/favicon.ico" not in entry["message"]
        ]

    def requested_hosts(self) -> set[str]:
        """Return the hosts that were asked for something since the last time."""
        hosts = set()
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                address = urlsplit(event["params"]["request"]["url"])
                if address.scheme not in ("data", "blob", "about", "chrome"):
                    hosts.add(address.netloc)
        return hosts


def is_gone(element: WebElement) -> bool:
    """Tell whether an element's page has been left."""
    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    return False

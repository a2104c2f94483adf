"""Take the README's pictures of the wallboard: ``python -m tests.examples.wallboard.screenshots``.

A scene is set in a sandbox, served by the wallboard and photographed in a real browser.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import httpx
from playwright.sync_api import expect

from daktela_async.sandbox import Clock, Sandbox, SandboxAgent
from examples.wallboard.settings import Settings
from tests.examples.wallboard.browser import installed_browser, launched, opened
from tests.examples.wallboard.running import RunningBoard, eventually, running_board

FOLDER = Path(__file__).parents[3] / "docs" / "images"
SECRET = "secret0123456789"

#: Agents who are at work, and the line at which each sits.
TEAM = {
    "novak": "101",
    "hajekhu": "200",
    "hajek": "102",
    "michalhajek": "100",
    "pavelmoravec": "103",
    "klatil": "300",
    "novotna": "105",
    "dvorakova": "106",
    "svoboda": "107",
    "prochazkova": "108",
    "benes": "110",
    "mala": "111",
}
#: Who calls from where.
CUSTOMERS = {
    "602993048": "Adéla Němcová",
    "604208370": "Libor Horák",
    "608822179": "Hotel U Tří růží, s.r.o.",
    "777410266": "Marie Růžičková",
    "603159511": "Bohumil Kučera",
    "731555012": "Kateřina Veselá",
}


class Crm:
    """The customers of the scene."""

    async def name_of(self, number: str) -> str | None:
        """Return a name."""
        return CUSTOMERS.get(number)


class Scene:
    """A call centre in the middle of a busy hour."""

    def __init__(self, board: RunningBoard) -> None:
        self.board = board
        self.sandbox = board.exchange.sandbox

    def agent(self, login: str) -> SandboxAgent:
        """Return one of the team."""
        return self.sandbox.agents[login]

    def hook(self, event: str, caller: str, login: str = "") -> None:
        """Call the hook about an event, as Daktela would."""
        if event == "incoming":
            query = f"callid={caller}&dnd=226211200"
        else:
            about = f"callerId={caller}&calleeId=226211200&idcall={caller}"
            query = f"{about}&line={TEAM.get(login, '')}&action={event}"
        url = f"{self.board.url}/webhooks/daktela/{SECRET}"
        httpx.get(f"{url}?{query}").raise_for_status()

    def call(self, caller: str, login: str, queue: str, *, answered: bool = True) -> None:
        """Let a customer call and reach an agent."""
        self.hook("incoming", caller)
        self.agent(login).ring(caller, queue=queue)
        self.hook("ringing", caller, login)
        if answered:
            self.agent(login).answer()
            self.hook("answer", caller, login)

    def wait(self, seconds: float) -> None:
        """Let time pass; the wallboard must notice it by the ages of the calls."""
        looks = self.sandbox.log.count("RTStatsQueues")
        self.sandbox.clock.advance(seconds)
        eventually(lambda: self.sandbox.log.count("RTStatsQueues") >= looks + 2)

    def play(self) -> None:
        """Set the scene, within a quarter of an hour of the sandbox's time."""
        users = self.sandbox.state.users
        for login, title in (("benes", "Ondřej Beneš"), ("mala", "Tereza Malá")):
            new = users.create(login, title, "", role="", profile="", description=None, email=None)
            new.queues = (1, 4, 5)
        for login, extension in TEAM.items():
            rights = users.named(login).queues
            queues = [
                number for id_, number in ((1, "2000"), (4, "5001"), (5, "5000")) if id_ in rights
            ]
            self.agent(login).log_in(*queues, extension=extension)
        # Somebody must be on the phone for the time to be told by.
        self.call("605340150", "hajekhu", "2000")
        self.agent("klatil").pause("Oběd")
        self.wait(260)
        self.call("604208370", "michalhajek", "5001")
        self.wait(75)
        self.hook("incoming", "606006786")
        self.wait(60)
        self.hook("hangup", "606006786")
        self.call("777410266", "hajek", "2000")
        self.agent("novotna").pause("Školení")
        self.wait(140)
        self.call("608822179", "novak", "5000")
        self.wait(55)
        self.call("602993048", "dvorakova", "2000")
        self.agent("hajek").hold()
        self.wait(25)
        # Two are ready for one queue alone, so that calls wait in the others.
        for login in ("pavelmoravec", "svoboda", "mala"):
            self.agent(login).log_out()
            self.agent(login).log_in("5001", extension=TEAM[login])
        self.agent("prochazkova").pause("Backoffice")
        self.agent("benes").pause("Přestávka")
        for caller, queue in (("601614582", "5000"), ("608970226", "5000"), ("731555012", "2000")):
            self.hook("incoming", caller)
            self.sandbox.incoming_call(caller, queue=queue)
            self.wait(15)
        self.agent("michalhajek").hang_up()
        self.hook("hangup", "604208370", "michalhajek")
        self.call("603159511", "pavelmoravec", "5001", answered=False)
        self.wait(4)


def photograph(folder: Path) -> None:
    """Take both pictures."""
    path = installed_browser()
    if path is None:
        raise SystemExit("no Chromium is installed")
    folder.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(clock=Clock(), history=False)
    settings = Settings(server="sandbox", webhook_secret=SECRET)
    with (
        launched(path) as browser,
        running_board(sandbox, settings=settings, customers=Crm()) as board,
    ):
        Scene(board).play()
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            with opened(browser, board.url, scheme=scheme) as page:
                expect(page.get_by_role("status")).to_have_text("Live")
                expect(page.locator("#agents tr")).to_have_count(len(TEAM))
                page.wait_for_timeout(300)
                page.screenshot(path=folder / f"wallboard-{scheme}.png")


if __name__ == "__main__":
    photograph(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

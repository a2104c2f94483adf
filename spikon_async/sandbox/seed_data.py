"""Plausible data to begin with; the call history follows from the date alone."""

from __future__ import annotations

import datetime as dt
import functools
import random

from spikon_async.sandbox.accounts import PhoneAccount
from spikon_async.sandbox.call_center import Agent, Campaign
from spikon_async.sandbox.call_history import Recording, SandboxCall
from spikon_async.sandbox.phone_books import MAIN_BOOK, PhoneBook, PhoneBookEntry
from spikon_async.sandbox.speech import Language, Voice

ACCOUNTS = (
    PhoneAccount(1, "221234567", "101", "12345678", "Sekretariat", registered=True, recording=True),
    PhoneAccount(2, "221234568", "102", "12345679", "Handlowy", registered=True, recording=True),
    PhoneAccount(3, "221234569", "-", "12345680", "Brak", registered=False, recording=False),
)

BOOKS = (PhoneBook(MAIN_BOOK, "Książka główna"), PhoneBook(1, "Klienci"))

ENTRIES = (
    PhoneBookEntry(1, MAIN_BOOK, "Jan Kowalski", "123456789"),
    PhoneBookEntry(2, MAIN_BOOK, "Żaneta Świątek", "601234567"),
    PhoneBookEntry(3, 1, "Piekarnia „Pod Kłosem”", "587654321"),
    PhoneBookEntry(4, 1, "Łukasz Wójcik", "+48 502 345 678"),
)

CAMPAIGNS = (
    Campaign(1, "Windykacja"),
    Campaign(2, "Infolinia"),
    Campaign(3, "Sprzedaż"),
    Campaign(4, "Badanie zadowolenia"),
)

AGENTS = (
    Agent(1, "Jan Kowalski", "1234567", "220000000", (1, 2), (1,), 1),
    Agent(2, "Janina Kowalska", "1234568", "220000001", (2, 3), (3, 4), 3),
    Agent(3, "Adam Nowacki", "2345678", "220000002", (2,), (4,), 4),
)

_SUNDAY, _SATURDAY = 6, 5
_STATES = ("Odebrane",) * 8 + ("Nieodebrane",) * 3 + ("Zajęte",)
_RECORDINGS: tuple[Recording, ...] = ("link", "link", "link", "ftp", "", "")
_CALLS_A_DAY_AT_MOST = 100


@functools.lru_cache(maxsize=2048)
def calls_on(day: dt.date) -> tuple[SandboxCall, ...]:
    """Return the calls of one day, the same ones each time, in time order.

    From 5 to 20 on a working day, from 1 to 4 on a Saturday, none on a Sunday. Days to come have
    theirs too, so that a range gives the same calls whenever it is asked for.
    """
    if day.weekday() == _SUNDAY:
        return ()
    dice = random.Random(f"calls on {day.isoformat()}")  # noqa: S311  (reproducible, no secret)
    count = dice.randint(1, 4) if day.weekday() == _SATURDAY else dice.randint(5, 20)
    seconds = sorted(dice.randrange(8 * 3600, 18 * 3600) for _ in range(count))
    return tuple(
        _call(day.toordinal() * _CALLS_A_DAY_AT_MOST + index, day, second, dice)
        for index, second in enumerate(seconds)
    )


def call_with_id(call_id: int) -> SandboxCall | None:
    """Return the call with that id, which tells its day."""
    day, index = divmod(call_id, _CALLS_A_DAY_AT_MOST)
    if not 1 <= day <= dt.date.max.toordinal():
        return None
    calls = calls_on(dt.date.fromordinal(day))
    return calls[index] if index < len(calls) else None


def _call(call_id: int, day: dt.date, second: int, dice: random.Random) -> SandboxCall:
    ours = dice.choice(ACCOUNTS).number
    theirs = dice.choice(ENTRIES[:3]).number if dice.random() < 0.3 else _number(dice)
    outgoing = dice.random() < 0.4
    state = dice.choice(_STATES)
    answered = state == "Odebrane"
    return SandboxCall(
        id=call_id,
        start=dt.datetime.combine(day, dt.time.min) + dt.timedelta(seconds=second),
        source=ours if outgoing else theirs,
        destination=theirs if outgoing else ours,
        duration=dice.randint(5, 600) if answered else 0,
        state=state,
        outgoing=outgoing,
        recording=dice.choice(_RECORDINGS) if answered else "",
    )


def _number(dice: random.Random) -> str:
    return dice.choice(("50", "60", "69", "58", "22")) + f"{dice.randrange(10_000_000):07d}"


def _language(code: str, description: str, women: str, men: str) -> Language:
    return Language(
        code,
        description,
        tuple(Voice(name, "F") for name in women.split())
        + tuple(Voice(name, "M") for name in men.split()),
    )


LANGUAGES = (
    _language("ar", "Arabski", "Zeina", ""),
    _language("cmn-CN", "Chiński (Mandaryński)", "Zhiyu", ""),
    _language("cy-GB", "Walijski", "Gwyneth", ""),
    _language("da-DK", "Duński", "Naja", "Mads"),
    _language("de-DE", "Niemiecki", "Marlene Vicki", "Hans"),
    _language("en-AU", "Angielski (Australijski)", "Nicole", "Russell"),
    _language("en-GB", "Angielski (Brytyjski)", "Amy Emma", "Brian"),
    _language("en-GB-WLS", "Angielski (Walijski)", "", "Geraint"),
    _language("en-IN", "Angielski (Indyjski)", "Aditi Raveena", ""),
    _language("en-US", "Angielski (Amerykański)", "Ivy Joanna Kendra Salli", "Joey Matthew"),
    _language("es-ES", "Hiszpański (Kastylijski)", "Conchita Lucia", "Enrique"),
    _language("es-MX", "Hiszpański (Meksykański)", "Mia", ""),
    _language("es-US", "Hiszpański (Amerykański)", "Lupe Penelope", "Miguel"),
    _language("fr-CA", "Francuski (Kanadyjski)", "Chantal", ""),
    _language("fr-FR", "Francuski", "Celine Lea", "Mathieu"),
    _language("is-IS", "Islandzki", "Dora", "Karl"),
    _language("it-IT", "Włoski", "Carla Bianca", "Giorgio"),
    _language("ja-JP", "Japoński", "Mizuki", "Takumi"),
    _language("ko-KR", "Koreański", "Seoyeon", ""),
    _language("nb-NO", "Norweski", "Liv", ""),
    _language("nl-NL", "Holenderski", "Lotte", "Ruben"),
    _language("pl-PL", "Polski", "Ewa Maja", "Jacek Jan"),
    _language("pt-BR", "Portugalski (Brazylijski)", "Camila Vitoria", "Ricardo"),
    _language("pt-PT", "Portugalski", "Ines", "Cristiano"),
    _language("ro-RO", "Rumuński", "Carmen", ""),
    _language("ru-RU", "Rosyjski", "Tatyana", "Maxim"),
    _language("sv-SE", "Szwedzki", "Astrid", ""),
    _language("tr-TR", "Turecki", "Filiz", ""),
)

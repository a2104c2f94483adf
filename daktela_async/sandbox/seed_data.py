"""Plausible data to begin with; the logins and numbers are mostly those of the document."""

from __future__ import annotations

from daktela_async.sandbox.pauses import WRAP, Pause
from daktela_async.sandbox.queues import Queue
from daktela_async.sandbox.users import User

SUPPORT, OUT, OUTBOUNDER, SALES, CLAIMS, ORDINARY_OUT = range(1, 7)
CAMPAIGN_A, CAMPAIGN_B, CHAT, EMAIL, CLICK_TO_CALL, ORDERS, OLD_CAMPAIGN = range(7, 14)


def queues() -> tuple[Queue, ...]:
    """Return new queues of each kind."""
    return (
        Queue(id=SUPPORT, number="2000", title="Support", did="226211200"),
        Queue(id=OUT, number="99990", title="Daktela Test OUT", type="out"),
        Queue(id=OUTBOUNDER, number="1002", title="Outbounder", type="outbounder"),
        Queue(id=SALES, number="5001", title="Prodej", did="226211201"),
        Queue(id=CLAIMS, number="5000", title="Reklamace", did="226211202"),
        Queue(id=ORDINARY_OUT, number="1006", title="ObycOdchozi", type="out"),
        Queue(id=CAMPAIGN_A, number="2003", title="Spokojenost zákazníků", type="outbounder"),
        Queue(id=CAMPAIGN_B, number="2009", title="Prodloužení smluv", type="outbounder"),
        Queue(id=CHAT, number="2005", title="Chat na webu", type="chat"),
        Queue(id=EMAIL, number="2010", title="E-maily", type="email"),
        Queue(id=CLICK_TO_CALL, number="2006", title="Zavolejte mi", type="ctc"),
        Queue(id=OLD_CAMPAIGN, number="1000", title="Stará kampaň", type="outbounder"),
        Queue(id=ORDERS, number="6666", title="Objednávky", did="226211203"),
    )


_EVERYTHING = tuple(range(1, 14))
_INCOMING = (SUPPORT, SALES, CLAIMS, ORDERS, CLICK_TO_CALL, OUT, ORDINARY_OUT)
_CAMPAIGNS = (SUPPORT, OUTBOUNDER, CAMPAIGN_A, CAMPAIGN_B, OUT, ORDINARY_OUT, SALES, CLAIMS)
_WRITTEN = (SUPPORT, CHAT, EMAIL, OUT, CLICK_TO_CALL, SALES)

_PEOPLE = (
    ("admin", "Administrator", "500", _EVERYTHING),
    ("novak", "Jan Novák", "101", _INCOMING),
    ("hajekhu", "Hugo Hájek", "200", _CAMPAIGNS),
    ("hajek", "Václav Hájek", "102", _INCOMING),
    ("michalhajek", "Michal Hájek", "100", _EVERYTHING),
    ("pavelmoravec", "Pavel Moravec", "103", _INCOMING),
    ("demouser", "Demo User", "6666", _INCOMING),
    ("daktelatester", "Daktela Tester", "104", _CAMPAIGNS),
    ("klatil", "Zvonimír Klátil", "300", _WRITTEN),
    ("novotna", "Eva Novotná", "105", _WRITTEN),
    ("dvorakova", "Jana Dvořáková", "106", _CAMPAIGNS),
    ("svoboda", "Petr Svoboda", "107", _INCOMING),
    ("prochazkova", "Lucie Procházková", "108", _INCOMING),
)


def users() -> tuple[User, ...]:
    """Return new users: an administrator and twelve agents."""
    return tuple(
        User(id=number, name=name, title=title, extension=extension, queues=queue_ids)
        for number, (name, title, extension, queue_ids) in enumerate(_PEOPLE, 1)
    )


def pauses() -> tuple[Pause, ...]:
    """Return the pauses, with the document's ids and codes."""
    return (
        Pause(id=3, code="666", title="Lajdák", type="lajdak"),
        Pause(id=WRAP, code="20", title="Wrap", type="wrap", paid=True),
        Pause(id=4, code="13", title="Backoffice", paid=True),
        Pause(id=5, code="12", title="E-mail", paid=True),
        Pause(id=6, code="11", title="Přestávka"),
        Pause(id=7, code="10", title="Oběd"),
        Pause(id=8, code="14", title="Školení", paid=True),
        Pause(id=9, code="15", title="Porada", paid=True, deleted=True),
    )


SPARE_EXTENSIONS = ("400", "401")
"""Lines that belong to nobody."""

ANNOUNCEMENTS = (
    "Upozornujeme_ze_v_ramci_zkvalitneni_sluzeb_mohou_byt_hovory_monitorovany.wav",
    "Vitejte.wav",
)
"""The announcements that ControlPlayback can play."""

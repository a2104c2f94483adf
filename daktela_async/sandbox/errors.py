"""The API's own errors, in the document's words where it has some.

The document shows ``{"error": "text", "status": 0}`` with HTTP status 200 and no codes.
"""

from __future__ import annotations


class Refusal(Exception):
    """An error as the answer to a request; ``field`` is the parameter that it is about."""

    def __init__(self, text: str, field: str | None = None) -> None:
        self.text = text
        self.field = field
        super().__init__(text)


def missing(*fields: str) -> Refusal:
    """Return the error about a required parameter, or about several that stand for each other."""
    return Refusal(f"Chybí povinný parametr {' nebo '.join(fields)}", fields[0])


def wrong_value(field: str, why: str) -> Refusal:
    """Return the error about a parameter that has a value it can't have."""
    return Refusal(f"Chybná hodnota parametru {field}: {why}", field)


def unknown_parameter(field: str) -> Refusal:
    """Return the error about a parameter that the action doesn't have."""
    return Refusal(f"Neznámý parametr {field}", field)


NO_USER = "Uživatel neexistuje"
NO_QUEUE = "Fronta neexistuje"
NO_CALL = "Hovor nebyl nalezen"
NO_RECORD = "Záznam neexistuje"
NO_STATUS = "Stav neexistuje"
NO_PAUSE = "Tato pauza nebyla nalezena"
NO_ACTIVITY = "Aktivita neexistuje"
NO_RECORDING = "Nahrávka nebyla nalezena"
NO_SMS = "SMS zpráva neexistuje"
NO_EXTENSION = "Linka neexistuje"
WRONG_TOKEN = "Chybný access token"  # noqa: S105  (a text about a token)
NOT_LOGGED_IN = "Agent není přihlášen do call centra"
NOT_IN_A_QUEUE = "Agent není přihlášen do žádné z front, tedy není možné ho dát na pauzu"
NOT_IN_AN_OUTGOING_QUEUE = "Agent není přihlášen do odchozí kampaně/fronty"
NOT_AN_EMAIL_QUEUE = "Zadana fronta neni typu email"
FORM_IS_OPEN = "Agent má otevřený formulář"

"""Chapter 4.3: phone books and their entries."""

from enum import StrEnum

from attrs import field, frozen

from _telephony_core.converter import Record

from .receipts import filled


@frozen(kw_only=True)
class PhoneBook(Record):
    """A phone book. SPIKON 4.3.1, 4.3.3.

    Attributes:
        id: its id; "0" is the main book, which cannot be deleted.
        name: its name.
    """

    id: str = field(converter=filled)
    name: str = ""


@frozen(kw_only=True)
class PhoneBookEntry(Record):
    """An entry of a phone book. SPIKON 4.3.2, 4.3.5.

    Attributes:
        id: its id, which deleting needs; None where the answer lacks it. The document says that
            phone_book/show gives it (4.3.6), but its samples do not show it.
        name: the name shown.
        number: the phone number.
    """

    id: str | None = None
    name: str
    number: str


@frozen(kw_only=True)
class AddedEntry(Record):
    """The receipt of an entry. SPIKON 4.3.5.

    Attributes:
        id: its id.
        name: the name shown.
        number: the phone number.
    """

    id: str = field(converter=filled)
    name: str = ""
    number: str = ""


class DeletionState(StrEnum):
    """What became of a request to delete. SPIKON 4.7.6: always this value."""

    DELETED = "deleted"


@frozen(kw_only=True)
class Deleted(Record):
    """What was deleted. SPIKON 4.3.4, 4.3.6, 4.7.6.

    Attributes:
        id: the id that it had.
        state: "deleted"; any other text that the service says in its place.
    """

    id: str
    state: DeletionState | str = field(converter=filled)

"""Phone books and their entries (SPIKON API, chapter 4.3)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from spikon_async.sandbox.errors import Refusal, not_found

MAIN_BOOK = 0


@attrs.frozen
class PhoneBook:
    """A phone book; the main one has the id 0."""

    id: int
    name: str


@attrs.frozen
class PhoneBookEntry:
    """A name and a number in a phone book."""

    id: int
    book_id: int
    name: str
    number: str


class PhoneBooks:
    """All phone books of the account."""

    def __init__(self, books: Iterable[PhoneBook], entries: Iterable[PhoneBookEntry]) -> None:
        self._books = {book.id: book for book in books}
        self._entries = {entry.id: entry for entry in entries}
        self._last_book = max(self._books, default=MAIN_BOOK)
        self._last_entry = max(self._entries, default=0)

    @property
    def books(self) -> tuple[PhoneBook, ...]:
        """The books by id."""
        return tuple(self._books.values())

    @property
    def entries(self) -> tuple[PhoneBookEntry, ...]:
        """The entries of all books by id."""
        return tuple(self._entries.values())

    def entries_of(self, book_id: int) -> tuple[PhoneBookEntry, ...]:
        """Return one book's entries."""
        self._check(book_id)
        return tuple(entry for entry in self._entries.values() if entry.book_id == book_id)

    def add(self, name: str) -> PhoneBook:
        """Add a book; its name must be new."""
        if any(book.name == name for book in self._books.values()):
            raise Refusal(-10)
        self._last_book += 1
        book = self._books[self._last_book] = PhoneBook(self._last_book, name)
        return book

    def delete(self, book_id: int) -> None:
        """Delete a book with its entries; never the main book."""
        self._check(book_id)
        if book_id == MAIN_BOOK:
            raise Refusal(-11, detail=f"Cannot delete phonebook with id = {MAIN_BOOK}")
        for entry in self.entries_of(book_id):
            del self._entries[entry.id]
        del self._books[book_id]

    def add_entry(self, book_id: int, name: str, number: str) -> PhoneBookEntry:
        """Add an entry to a book."""
        self._check(book_id)
        self._last_entry += 1
        entry = PhoneBookEntry(self._last_entry, book_id, name, number)
        self._entries[entry.id] = entry
        return entry

    def delete_entry(self, entry_id: int) -> None:
        """Delete an entry."""
        if entry_id not in self._entries:
            raise not_found("phonebook element", entry_id)
        del self._entries[entry_id]

    def _check(self, book_id: int) -> None:
        if book_id not in self._books:
            raise not_found("phonebook", book_id)

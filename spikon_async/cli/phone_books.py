"""The commands for chapter 4.3: phone books."""

from __future__ import annotations

from cyclopts import App

from _telephony_core.cli.output import by_name

from .run import SpikonRun

APP = App(name="phone-books", help="Look into phone books, and change them.")

_UNSURE = "It may have been added: look before adding it again."


@APP.command(name="list")
async def list_(*, run: SpikonRun) -> None:
    """List the phone books."""
    run.show.rows(await run.client.phone_books.list(), by_name("id", "name"))


@APP.command
async def show(phone_book_id: str, /, *, run: SpikonRun) -> None:
    """List the entries of a phone book.

    Args:
        phone_book_id: its id; 0 is the main book.
    """
    entries = await run.client.phone_books.show(phone_book_id)
    run.show.rows(entries, by_name("id", "name", "number"))


@APP.command
async def add(name: str, /, *, run: SpikonRun) -> None:
    """Add a phone book.

    Args:
        name: its name, at most 25 characters.
    """
    with run.begun.acting(_UNSURE):
        book = await run.client.phone_books.add(name)
    run.show.record(book, by_name("id", "name"))


@APP.command
async def delete(phone_book_id: str, /, *, run: SpikonRun) -> None:
    """Delete a phone book with all that is in it.

    Args:
        phone_book_id: its id.
    """
    run.show.record(await run.client.phone_books.delete(phone_book_id), by_name("id", "state"))


@APP.command
async def add_entry(phone_book_id: str, name: str, number: str, /, *, run: SpikonRun) -> None:
    """Add an entry to a phone book.

    Args:
        phone_book_id: the id of the book; 0 is the main one.
        name: the name shown, at most 120 characters.
        number: the number, at most 25 characters.
    """
    with run.begun.acting(_UNSURE):
        entry = await run.client.phone_books.add_entry(phone_book_id, name, number)
    run.show.record(entry, by_name("id", "name", "number"))


@APP.command
async def delete_entry(entry_id: str, /, *, run: SpikonRun) -> None:
    """Delete an entry of a phone book.

    Args:
        entry_id: its id.
    """
    run.show.record(await run.client.phone_books.delete_entry(entry_id), by_name("id", "state"))

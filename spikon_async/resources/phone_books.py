"""Chapter 4.3: phone books."""

from _telephony_core import checks
from _telephony_core.calls import Call, Semantics
from _telephony_core.session import Resource

from ..errors import NoElementsFound
from ..models.phone_books import AddedEntry, Deleted, PhoneBook, PhoneBookEntry
from ..session import SpikonSession
from .deletion import delete
from .emptiness import empty_if_none_found


class PhoneBookResource(Resource[SpikonSession]):
    """Phone books and their entries."""

    async def list(self, *, timeout: float | None = None) -> tuple[PhoneBook, ...]:
        """List the phone books. SPIKON 4.3.1."""
        call = Call("/api/phone_book/list", tuple[PhoneBook, ...])
        return await empty_if_none_found(self._send(call, timeout=timeout))

    async def show(
        self, phone_book_id: str, *, timeout: float | None = None
    ) -> tuple[PhoneBookEntry, ...]:
        """List the entries of a phone book. SPIKON 4.3.2.

        `phone_book_id` is from `list`. "No elements found" (-8) can mean an empty book or none:
        then, and only then, the books are listed to tell the two apart. `timeout` bounds both calls
        together.
        """
        left = self._session.left_of(timeout)
        params = {"phone_book_id": checks.text("phone_book_id", phone_book_id, "SPIKON 4.3.2")}
        call = Call("/api/phone_book/show", tuple[PhoneBookEntry, ...], params)
        try:
            return await self._send(call, timeout=timeout)
        except NoElementsFound:
            if any(book.id == phone_book_id for book in await self.list(timeout=left())):
                return ()
            raise

    async def add(self, name: str, *, timeout: float | None = None) -> PhoneBook:
        """Add a phone book. SPIKON 4.3.3.

        The name has at most 25 characters and must be new, else `AlreadyExists` is raised. After
        `OutcomeUnknown`, look for the name in `list`.
        """
        params = {"phone_book_name": checks.text("name", name, "SPIKON 4.3.3", most=25)}
        call = Call(
            "/api/phone_book/add",
            PhoneBook,
            params,
            Semantics.NON_IDEMPOTENT,
            check="Look for the name with phone_books.list() before adding it again.",
        )
        return await self._send(call, timeout=timeout)

    async def delete(self, phone_book_id: str, *, timeout: float | None = None) -> Deleted:
        """Delete a phone book. SPIKON 4.3.4.

        Raises `NoElementsFound` when there is no such book, and `Forbidden` for the main book
        (id "0").
        """
        params = {"phone_book_id": checks.text("phone_book_id", phone_book_id, "SPIKON 4.3.4")}
        call = Call("/api/phone_book/delete", Deleted, params, Semantics.IDEMPOTENT)
        return await delete(self._send(call, timeout=timeout), phone_book_id)

    async def add_entry(
        self, phone_book_id: str, name: str, number: str, *, timeout: float | None = None
    ) -> PhoneBookEntry:
        """Add an entry to a phone book. SPIKON 4.3.5.

        The name has at most 120 characters, the number at most 25. Keep the id of the answer:
        deleting needs it. After `OutcomeUnknown`, look for the entry with `show`.
        """
        source = "SPIKON 4.3.5"
        params = {
            "phone_book_id": checks.text("phone_book_id", phone_book_id, source),
            "phone_book_element_name": checks.text("name", name, source, most=120),
            "phone_book_element_number": checks.text("number", number, source, most=25),
        }
        call = Call(
            "/api/phone_book_element/add",
            AddedEntry,
            params,
            Semantics.NON_IDEMPOTENT,
            check="Look for the entry with phone_books.show() before adding it again.",
        )
        added = await self._send(call, timeout=timeout)
        return PhoneBookEntry(id=added.id, name=added.name, number=added.number, extra=added.extra)

    async def delete_entry(self, entry_id: str, *, timeout: float | None = None) -> Deleted:
        """Delete an entry of a phone book. SPIKON 4.3.6.

        Raises `NoElementsFound` when there is no such entry.
        """
        params = {"phone_book_element_id": checks.text("entry_id", entry_id, "SPIKON 4.3.6")}
        call = Call("/api/phone_book_element/delete", Deleted, params, Semantics.IDEMPOTENT)
        return await delete(self._send(call, timeout=timeout), entry_id)

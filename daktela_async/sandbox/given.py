"""A request's parameters after their checks, and their readings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from _telephony_core.sandbox.clock import PRAGUE
from daktela_async.sandbox.errors import missing, wrong_value
from daktela_async.sandbox.php import Value

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_YES = ("yes", "true", "1")
_NO = ("no", "false", "0", "")


class Given:
    """The parameters that an action was given; an empty one counts as absent but for ``has``."""

    def __init__(self, parameters: Mapping[str, Value]) -> None:
        self._parameters = parameters
        self.token = ""

    def has(self, name: str) -> bool:
        """Tell whether the parameter came, even if empty: some are emptied to release a thing."""
        return name in self._parameters

    def is_array(self, name: str) -> bool:
        """Tell whether the parameter came as an array."""
        return not isinstance(self._parameters.get(name, ""), str)

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter that is a text."""
        value = self._parameters.get(name, "")
        if not isinstance(value, str):
            raise wrong_value(name, "má být text")
        return value or default

    def find(self, *names: str) -> str | None:
        """Return the first of the parameters that is there."""
        return next((text for name in names if (text := self.text(name))), None)

    def need(self, *names: str) -> str:
        """Return the first of the parameters that is there, for one of them is required."""
        found = self.find(*names)
        if found is None:
            raise missing(*names)
        return found

    def number(self, name: str, default: int = 0, *, least: int = 0, most: int = 10**18) -> int:
        """Return a whole number."""
        text = self.text(name)
        if not text:
            return default
        if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
            raise wrong_value(name, f"má být číslo od {least} do {most}")
        return int(text)

    def id(self, name: str) -> int | None:
        """Return an id, if there is one; what is no number is the id of nothing."""
        text = self.text(name)
        if not text:
            return None
        return int(text) if _NUMBER.fullmatch(text) else -1

    def flag(self, name: str) -> bool | None:
        """Return a yes or no, or None if it isn't there."""
        text = self.text(name).lower()
        if not text:
            return None
        if text not in _YES + _NO:
            raise wrong_value(name, "má být yes nebo no")
        return text in _YES

    def moment(self, name: str) -> float | None:
        """Return a moment as POSIX time, given as local time YYYY-MM-DD HH:MM:SS."""
        text = self.text(name)
        if not text:
            return None
        try:
            if not _MOMENT.fullmatch(text):
                raise ValueError
            return dt.datetime.fromisoformat(text).replace(tzinfo=PRAGUE).timestamp()
        except (ValueError, OverflowError):
            raise wrong_value(name, "má být YYYY-MM-DD HH:MM:SS") from None

    def span(self) -> tuple[float, float]:
        """Return the required datetime_from and datetime_to."""
        self.need("datetime_from")
        self.need("datetime_to")
        first, last = self.moment("datetime_from") or 0.0, self.moment("datetime_to") or 0.0
        if last < first:
            raise wrong_value("datetime_to", "je před datetime_from")
        return first, last

    def items(self, name: str) -> tuple[str, ...]:
        """Return an array's texts; a single text counts as an array of one."""
        value = self._parameters.get(name, "")
        if isinstance(value, str):
            return (value,) if value else ()
        texts: list[str] = []
        for item in value.values():
            if not isinstance(item, str):
                raise wrong_value(name, "má být pole textů")
            texts.append(item)
        return tuple(texts)

    def texts_of_all(self) -> tuple[str, ...]:
        """Return all parameters, which must be texts, without their names."""
        return tuple(self.text(name) for name in self._parameters)

    def ids(self, name: str) -> frozenset[int] | None:
        """Return an array's ids, or None if it isn't there."""
        texts = self.items(name)
        for text in texts:
            if not _NUMBER.fullmatch(text):
                raise wrong_value(name, "má být pole ID")
        return frozenset(map(int, texts)) if texts else None

    def tree(self, name: str) -> dict[str, Value]:
        """Return an array with its keys, whatever its depth."""
        value = self._parameters.get(name, {})
        if not isinstance(value, str):
            return value
        if value:
            raise wrong_value(name, "má být pole")
        return {}

    def texts(self, name: str) -> dict[str, str]:
        """Return an array of texts with its keys."""
        self.items(name)
        return {key: item for key, item in self.tree(name).items() if isinstance(item, str)}

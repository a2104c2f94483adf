"""What a call hook may answer: values for the dialplan."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from _telephony_core.errors import InvalidRequest

from .calls import NAME

#: What a value of the reply can be; all become text.
ReplyValue = str | int | float | Decimal | None

#: Bytes of one value. Asterisk reads the commands of an AGI script from lines of 2048 bytes and
#: takes what is beyond for the next command; escapes can double a value.
LONGEST_VALUE = 900

#: Where Asterisk begins to substitute or to calculate.
_EXPANSION = re.compile(r"\$+(?=[{\[])")


def crm_reply(values: Mapping[str, ReplyValue]) -> bytes:
    r"""Return the body of a reply that fills `${HASH(CRMAPI,...)}`. Daktela, Webhooks.

    JSON (UTF-8; send it as `application/json`): the dialplan reads `{"NAME": "Daktela s.r.o."}` as
    `${HASH(CRMAPI,NAME)}`. Names are letters, digits and underscores, 64 at most, no digit first.
    Values become text (None the empty one, True "1", False "0") of at most 900 bytes each. What a
    dialplan would read as more than text is replaced, because such values are often a
    customer's own words: line breaks and control characters by a blank, `"` by `'`, `\` by `/`,
    and the `$` of `${` and `$[` goes. Commas and closing brackets stay: names have them, and
    Asterisk looks for them in the dialplan's own text only. An application that splits its
    arguments needs `${QUOTE(...)}` around a value. Raises `InvalidRequest`.
    """
    # ASCII escapes: right whatever charset the other side takes the answer for.
    return json.dumps({_name(name): _text(name, value) for name, value in values.items()}).encode()


def _name(name: str) -> str:
    # cast: the check is for those who don't run a type checker.
    if not isinstance(cast("object", name), str) or not NAME.fullmatch(name):
        raise InvalidRequest(
            f"{str(name)[:40]!r} is no name for a value of the reply: letters, digits and"
            " underscores, 64 at most, no digit first."
        )
    return name


def _text(name: str, value: ReplyValue) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if not isinstance(cast("object", value), str | int | float | Decimal):
        raise InvalidRequest(
            f"the value of {name} is a {type(value).__name__}; give a text or a number."
        )
    # One character to one, so that nothing new comes together; the `$` goes last.
    text = "".join(c if c.isprintable() else " " for c in str(value))
    text = _EXPANSION.sub("", text.replace('"', "'").replace("\\", "/")).strip()
    size = len(text.encode())
    if size > LONGEST_VALUE:
        raise InvalidRequest(
            f"the value of {name} has {size} bytes; at most {LONGEST_VALUE} are safe in Asterisk."
        )
    return text

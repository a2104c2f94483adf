"""A secret shows nowhere, in no spelling, wherever it lies."""

from __future__ import annotations

import copy
import html
import json
import pickle
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from _telephony_core.redaction import HIDDEN, Redactor, Secret

#: Every character of it is spelled differently somewhere.
AWKWARD = "pa/ss w&r<d>'\"\\+%ż"

#: A secret that cannot come up in a text by chance, nor in the mark that stands for it.
secrets = st.text(st.characters(codec="utf-8", categories=["Lu", "Nd", "Po", "Sm"]), min_size=6)


def test_a_secret_shows_in_no_repr_or_text() -> None:
    secret = Secret("hunter2")
    assert repr(secret) == str(secret) == f"{secret}" == HIDDEN
    assert "hunter2" not in repr({"a": [secret]})
    assert not hasattr(secret, "__dict__")


def test_a_secret_is_revealed_on_demand_only() -> None:
    assert Secret("hunter2").reveal() == "hunter2"


def test_a_secret_is_neither_pickled_nor_copied() -> None:
    with pytest.raises(TypeError, match="not pickled") as caught:
        pickle.dumps(Secret("hunter2"))
    assert "hunter2" not in str(caught.value)
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(Secret("hunter2"))


@pytest.mark.parametrize(
    "spelling",
    [
        AWKWARD,
        quote(AWKWARD, safe=""),
        quote_plus(AWKWARD),
        urlencode({"": AWKWARD})[1:],
        html.escape(AWKWARD),
        json.dumps(AWKWARD)[1:-1],
    ],
)
def test_every_spelling_is_hidden(spelling: str) -> None:
    assert Redactor([Secret(AWKWARD)])(f"a {spelling} z") == "a *** z"


@pytest.mark.parametrize(
    "spelling",
    [
        # PHP, which Daktela runs on: json_encode, rawurlencode, htmlspecialchars.
        json.dumps(AWKWARD)[1:-1].replace("/", "\\/"),
        json.dumps(AWKWARD, ensure_ascii=False)[1:-1],
        html.escape(AWKWARD).replace("&#x27;", "&#039;"),
        html.escape(AWKWARD).replace("&#x27;", "&apos;"),
        # XML: a text, and an attribute.
        escape(AWKWARD),
        quoteattr(AWKWARD)[1:-1],
        # A path, and an escape in small letters.
        quote(AWKWARD),
        quote(AWKWARD, safe="").replace("%2F", "%2f").replace("%C5%BC", "%c5%bc"),
        # Python, in a message of its own.
        repr(AWKWARD)[1:-1],
    ],
)
def test_the_spellings_of_other_writers_are_hidden(spelling: str) -> None:
    assert Redactor([Secret(AWKWARD)])(f"a {spelling} z") == "a *** z"


#: A password with letters that old charsets write otherwise.
CZECH = "Příliš žluťoučký kůň & 'ďábelské ódy'"


def _as_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


SPELLED: tuple[Callable[[str], str], ...] = (str, html.escape, quote, _as_json)


@pytest.mark.parametrize("charset", ["utf-8", "cp1250", "iso-8859-2"])
@pytest.mark.parametrize("spelled", SPELLED)
def test_an_excerpt_hides_a_secret_in_an_old_charset(
    charset: str, spelled: Callable[[str], str]
) -> None:
    body = f"<p>ř {spelled(CZECH)} ž</p>".encode(charset)
    shown = Redactor([Secret(CZECH)]).excerpt(body)
    assert "***" in shown
    assert all(word not in shown for word in ("luť", "lu", "belsk", "dy"))


@pytest.mark.parametrize("charset", ["utf-8", "cp1250", "iso-8859-2"])
@pytest.mark.parametrize("taken_for", ["utf-8", "cp1250", "iso-8859-2"])
def test_a_secret_in_another_charset_than_was_said_is_hidden(charset: str, taken_for: str) -> None:
    # One letter at a time: what UTF-8 makes of two of them together is no text of anybody.
    for letter in "řšžťůďéąęńśźż":
        said = letter.encode(charset).decode(taken_for, "replace")
        assert Redactor([Secret(f"pass{letter}word")])(f"a pass{said}word z") == "a *** z"


@pytest.mark.parametrize("charset", ["utf-8", "cp1250", "iso-8859-2"])
def test_a_secret_is_hidden_in_what_python_shows_of_bytes(charset: str) -> None:
    shown = Redactor([Secret(CZECH)])(repr(f"{CZECH}".encode(charset)))
    assert "belsk" not in shown
    escaped = quote(CZECH, encoding=charset)
    assert Redactor([Secret(CZECH)])(f"a {escaped} z") == "a *** z"


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    assert Redactor([Secret("key"), Secret("key-tail")])("key-tail key") == "*** ***"


@pytest.mark.parametrize("known", [[], [Secret("")]])
def test_no_secret_hides_nothing(known: list[Secret]) -> None:
    assert Redactor(known)("all of it") == "all of it"


surroundings = st.text("abc \n.")


@given(secrets, surroundings, surroundings)
def test_a_text_is_kept_but_for_the_secret(secret: str, before: str, after: str) -> None:
    shown = Redactor([Secret(secret)])(before + secret + after)
    assert secret not in shown
    assert shown in {before + HIDDEN + after, before + HIDDEN * 2 + after} or "." in secret


# Excerpts.


def test_an_excerpt_is_one_printable_line() -> None:
    assert Redactor([]).excerpt(b"  <p>\r\n\tHi \x1b[31m\x00there \xff</p>  ") == (
        "<p> Hi [31m there \ufffd</p>"
    )


def test_an_excerpt_is_cut_and_says_so() -> None:
    redactor = Redactor([])
    assert redactor.excerpt(b"x" * 200) == "x" * 200
    assert redactor.excerpt(b"x" * 201) == "x" * 200 + "…"
    assert redactor.excerpt(b"x" * 11, limit=10) == "x" * 10 + "…"


@given(st.binary(max_size=6000), st.integers(1, 300))
def test_an_excerpt_is_bounded_and_printable_whatever_came(body: bytes, limit: int) -> None:
    shown = Redactor([Secret("hunter2")]).excerpt(body, limit)
    assert len(shown) <= limit + 1
    assert shown.isprintable()


#: No part of it comes up in what it stands between.
LONG = "".join(chr(ord("A") + n % 26) + str(n % 10) for n in range(60))


def shows(shown: str, secret: str = LONG, part: int = 8) -> bool:
    """Tell whether any part of a secret of so many characters shows."""
    return any(secret[n : n + part] in shown for n in range(len(secret) - part + 1))


@given(
    st.integers(0, 4000),
    st.integers(0, 4000),
    st.sampled_from(["x", " ", "\n", "ż", "\u3000", "\x00", "\\u"]),
    st.integers(1, 300),
)
@example(3600, 0, "x", 200)
@example(1200, 50, "\u3000", 200)
def test_an_excerpt_never_holds_a_secret_wherever_it_lies(
    before: int, after: int, filling: str, limit: int
) -> None:
    body = (filling * before + LONG + filling * after).encode()
    assert not shows(Redactor([Secret(LONG)]).excerpt(body, limit))


@given(st.integers(1, 60), st.sampled_from(["", "x", " ", "\U0001f600"]), st.integers(20, 300))
@example(40, "", 200)
def test_an_excerpt_never_holds_a_secret_however_often_it_comes(
    times: int, between: str, limit: int
) -> None:
    # What is hidden makes room for what would have been beyond the end.
    body = ((LONG + between) * times).encode()
    assert not shows(Redactor([Secret(LONG)]).excerpt(body, limit))


SPREAD = "ż" * 40 + "&" * 40


@pytest.mark.parametrize("spelled", [quote(SPREAD), json.dumps(SPREAD)[1:-1], html.escape(SPREAD)])
def test_an_excerpt_never_holds_the_beginning_of_a_spelled_secret(spelled: str) -> None:
    shown = Redactor([Secret(SPREAD)]).excerpt((spelled * 100).encode())
    assert not shows(shown, spelled)

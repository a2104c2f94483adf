"""Any bytes are a plain value or unreadable, and nothing else."""

from __future__ import annotations

import json
import sys
import threading
import tracemalloc
from xml.sax.saxutils import escape, quoteattr

import pytest
import xmltodict
from hypothesis import given, settings
from hypothesis import strategies as st

from _telephony_core.documents import Plain, Unreadable, parse_document

DEEP = 100_000

values: st.SearchStrategy[Plain] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=10),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


def refused(body: bytes, content_type: str = "") -> str:
    with pytest.raises(Unreadable) as caught:
        parse_document(body, content_type)
    assert len(str(caught.value)) < 300
    return str(caught.value)


@given(values)
def test_json_is_what_it_says(value: Plain) -> None:
    assert parse_document(json.dumps(value).encode()) == value
    assert parse_document(json.dumps(value, ensure_ascii=False).encode()) == value


def plainly(body: bytes) -> object:
    """Read JSON with the json module alone: the value, or that it is none."""

    def refuse(name: str) -> None:
        raise ValueError(name)

    text = body.strip(b"\xef\xbb\xbf \t\r\n")
    while True:
        try:
            return repr(json.loads(text, parse_constant=refuse, strict=False))
        except (ValueError, RecursionError):
            # What is closed once too often is as good.
            if text[-1:] not in {b"]", b"}"} or len(text) > 1000:
                return Unreadable
            text = text[:-1].rstrip(b" \t\r\n")


def read(body: bytes) -> object:
    try:
        return repr(parse_document(body))
    except Unreadable:
        return Unreadable


numbers = st.one_of(
    st.integers().map(str),
    st.integers(10**17, 10**30).map(str),
    st.integers(-(10**30), -(10**17)).map(str),
    st.sampled_from([str(2**63), str(2**64), str(-(2**63) - 1), "9" * 4300, "9" * 4301]),
)
number_texts = st.from_regex(r"\A-?[0-9]{1,25}(\.[0-9]{0,25})?([eE][+-]?[0-9]{0,4})?\Z")
documents: st.SearchStrategy[str] = st.recursive(
    st.one_of(
        st.sampled_from(["null", "true", "false", '"\\ud800"', '"\\ud83d\\ude00"', '"\\u00e9\\n"']),
        st.sampled_from(["NaN", "Infinity", "-Infinity", "1e999", "-0", "-0.0", "01", "", '"\t"']),
        number_texts,
        st.floats(allow_nan=False, allow_infinity=False).map(repr),
        st.text().map(json.dumps),
        st.text().map(lambda text: json.dumps(text, ensure_ascii=False)),
    ),
    lambda inner: st.one_of(
        st.lists(inner).map(lambda items: f"[{','.join(items)}]"),
        # Names can come twice.
        st.lists(st.tuples(st.sampled_from(["a", "b", "", "ż"]), inner)).map(
            lambda pairs: f"{{{' , '.join(f'{json.dumps(n)} :{v}' for n, v in pairs)}}}"
        ),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("long", [False, True])
def test_json_is_read_as_the_json_module_reads_it(
    long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if long:
        monkeypatch.setattr("_telephony_core.documents._LONG", 0)

    @settings(max_examples=300)
    @given(documents | numbers)
    def agree(document: str) -> None:
        body = document.encode("utf-8", "surrogatepass")
        if body.lstrip()[:1] != b"<":
            assert read(body) == plainly(body)
            assert read(body + b" }]}\n") == plainly(body)

    agree()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # As the document of Daktela has it: CreateCall 3.1.
        (
            b'{"error":null,"status":1,"result":{"id_call":"123456789.1234SJ"}}}',
            {"error": None, "status": 1, "result": {"id_call": "123456789.1234SJ"}},
        ),
        # EmailCreate, with texts that have line breaks.
        (b'{"text": "first\r\n\tsecond"}', {"text": "first\r\n\tsecond"}),
    ],
)
def test_json_that_is_nearly_right_is_read(body: bytes, expected: Plain) -> None:
    assert parse_document(body) == expected


@pytest.mark.parametrize("rest", [b"x", b"{}", b"} x", b',"a":1}', b"}}{", b"\0"])
def test_nothing_else_may_follow_json(rest: bytes) -> None:
    assert refused(b'{"a": 1}' + rest) == "the answer is no JSON (something follows it)"


@pytest.mark.parametrize("depth", [100, 500, 5000, DEEP])
def test_any_depth_of_a_long_document_is_read_or_refused(
    depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("_telephony_core.documents._LONG", 0)
    for body in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
        assert read(body) == plainly(body)


def test_other_threads_get_their_turn_while_a_long_document_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("_telephony_core.documents._LONG", 0)
    body = json.dumps([{"a": n} for n in range(300_000)]).encode()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    turns: list[int] = []
    thread = threading.Thread(target=parse_document, args=(body,))
    try:
        thread.start()
        while thread.is_alive():
            turns.append(1)
            thread.join(0.001)
    finally:
        sys.setswitchinterval(before)
        thread.join()
    # Without it there would be one, at the most: when the bytes have become text.
    assert len(turns) > 5


def test_xml_is_maps_lists_and_texts() -> None:
    body = b"""<?xml version="1.0"?>
    <calls type="array"><call><id type="integer">1</id><src/></call><call>x</call></calls>"""
    assert parse_document(body) == {"calls": {"call": [{"id": "1", "src": None}, "x"]}}


@pytest.mark.parametrize("kind", ["text/html", "application/xml", "application/json", ""])
def test_the_first_character_decides_whatever_was_announced(kind: str) -> None:
    assert parse_document(b'{"a": 1}', kind) == {"a": 1}
    assert parse_document(b"<a>1</a>", kind) == {"a": "1"}


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b" \r\n\t", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("body", [b"[1]", b"<a/>", b'<?xml version="1.0"?><a/>'])
def test_a_byte_order_mark_and_blanks_do_no_harm(before: bytes, body: bytes) -> None:
    assert parse_document(before + body + b"\n") == parse_document(body)


@pytest.mark.parametrize("body", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_nothing_is_not_a_value(body: bytes) -> None:
    assert refused(body) == "the answer is empty"


# Charsets.


@pytest.mark.parametrize(
    ("content_type", "codec"),
    [
        ("application/json; charset=iso-8859-2", "iso-8859-2"),
        ('application/json; charset="windows-1250"; x=y', "cp1250"),
        ("application/json;charset= UTF-8 ", "utf-8"),
        ("application/json; charset=utf-16", "utf-16"),
        ("application/json; charset=", "utf-8"),
        # The names of parameters know no case (RFC 9110, 5.6.6).
        ("application/json; Charset=ISO-8859-2", "iso-8859-2"),
        ("application/json; CHARSET=ISO-8859-2", "iso-8859-2"),
    ],
)
def test_json_in_the_charset_that_is_named(content_type: str, codec: str) -> None:
    assert parse_document('["zażółć"]'.encode(codec), content_type) == ["zażółć"]


@pytest.mark.parametrize(
    "name", ["x-none", "hex", "rot13", "zlib", "a" * 5000, "ż", "../../etc/passwd", "utf-8\0"]
)
def test_a_charset_that_does_not_exist_is_said(name: str) -> None:
    assert "the answer" in refused(b"[1]", f"application/json; charset={name}")


@pytest.mark.parametrize("name", ["undefined", "idna", "punycode", "utf-7", "utf-32"])
def test_an_odd_charset_breaks_nothing(name: str) -> None:
    body = b'["\xff\x80 a--"]'
    try:
        parse_document(body, f"application/json; charset={name}")
    except Unreadable:
        return


def test_bytes_in_another_charset_are_said() -> None:
    assert refused(b'["\xb3"]') == "the answer is not in utf-8"


def test_xml_in_the_charset_that_it_declares() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-2"?><a>ł</a>'.encode("iso-8859-2")
    assert parse_document(body) == {"a": "ł"}


@pytest.mark.parametrize("name", ["utf-7", "x-none", "hex"])
def test_xml_in_a_charset_that_does_not_exist(name: str) -> None:
    assert refused(f'<?xml version="1.0" encoding="{name}"?><a/>'.encode())


# What is neither.


@pytest.mark.parametrize("literal", [b"NaN", b"[Infinity]", b'{"a": -Infinity}'])
def test_what_is_no_number_is_no_json(literal: bytes) -> None:
    assert "is no JSON number" in refused(literal)


def test_a_huge_whole_number_is_refused_at_once() -> None:
    assert "is no JSON" in refused(b"9" * 1_000_000)


@pytest.mark.parametrize("body", [b'{"a": ', b"{'a': 1}", b"OK", b"[1,]", b"[1] x", b"\x00\x01"])
def test_cut_or_foreign_text_is_no_json(body: bytes) -> None:
    assert refused(body).startswith("the answer is no JSON (")


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Bad Gateway</body></html>",
        b"<HTML>",
        b"<!DOCTYPE html><html></html>",
        b"\n<!doctype HTML PUBLIC",
    ],
)
def test_a_page_is_called_a_page(body: bytes) -> None:
    assert refused(body) == "the answer is an HTML page"


@pytest.mark.parametrize("body", [b"<", b"<a>", b"<a></b>", b"<a/><b/>", b"<a>&x;</a>", b"<a b>"])
def test_cut_or_foreign_markup_is_no_xml(body: bytes) -> None:
    assert refused(body).startswith("the answer is no XML (")


# Hostile ones.


def test_json_nested_without_end() -> None:
    assert refused(b"[" * DEEP + b"]" * DEEP) == "the answer is nested too deep"
    assert refused(b'{"a":' * DEEP) == "the answer is nested too deep"


def test_xml_may_be_nested_as_deep_as_any_answer_and_no_deeper() -> None:
    value = parse_document(b"<a>" * 200 + b"x" + b"</a>" * 200)
    for _ in range(200):
        assert isinstance(value, dict)
        value = value["a"]
    assert value == "x"
    # Those beside each other do not count.
    assert parse_document(b"<a>" + b"<b>1</b>" * 1000 + b"</a>") == {"a": {"b": ["1"] * 1000}}
    for body in (b"<a>" * 201 + b"</a>" * 201, b"<a>" * DEEP + b"</a>" * DEEP):
        assert refused(body) == "the answer is nested too deep"


def test_xml_nested_without_end_takes_no_memory() -> None:
    body = b"<a>" * 1_000_000
    tracemalloc.start()
    try:
        assert refused(body) == "the answer is nested too deep"
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<a>ż</a>".encode("iso-8859-2"), "text/xml; charset=ISO-8859-2"),
        ("<?xml version='1.0'?><a>ż</a>".encode("cp1250"), 'text/xml; charset="windows-1250"'),
        ("<?xml version='1.0' encoding='cp1250'?><a>ż</a>".encode("cp1250"), "text/xml"),
        # What it says of itself counts.
        ("<?xml version='1.0' encoding='cp1250'?><a>ż</a>".encode("cp1250"), "a/b;charset=utf-8"),
        ("<a>ż</a>".encode(), "text/xml"),
    ],
)
def test_the_charset_of_xml(body: bytes, content_type: str) -> None:
    assert parse_document(body, content_type) == {"a": "ż"}


def test_a_charset_of_xml_that_does_not_exist() -> None:
    assert "no XML" in refused(b"<a/>", "text/xml; charset=klingon")


def an_element(name: str, attributes: dict[str, str], children: list[str]) -> str:
    given = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{given}>{''.join(children)}</{name}>"


xml_names = st.sampled_from(["a", "b", "item", "x:y", "ż", "_3"])
xml_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
xml_elements: st.SearchStrategy[str] = st.recursive(
    st.one_of(
        xml_texts.map(escape),
        st.sampled_from([" ", "\n", "<!-- c -->", "<![CDATA[<&>]]>", "<?p i?>", "&#380;", "&amp;"]),
    ),
    lambda inner: st.builds(
        an_element,
        xml_names,
        st.dictionaries(xml_names, xml_texts, max_size=2),
        st.lists(inner, max_size=5),
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(xml_elements, st.booleans())
def test_xml_is_read_as_xmltodict_reads_it(inner: str, attributes: bool) -> None:
    body = f"<root>{inner}</root>".encode()
    expected = xmltodict.parse(body, xml_attribs=attributes)
    assert parse_document(body, attributes=attributes) == expected


def test_a_long_text_of_many_pieces_takes_no_time() -> None:
    value = parse_document(b"<a>" + b"&amp;x<!-- -->" * 300_000 + b"</a>")
    assert value == {"a": "&x" * 300_000}


def test_an_entity_bomb_is_refused_in_bounded_memory() -> None:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(12))
    body = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">' + entities + b"]><x>&l12;</x>"
    tracemalloc.start()
    try:
        refused(body)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        b'<!DOCTYPE x [<!ENTITY e "inner">]>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]>',
    ],
)
def test_an_entity_is_never_declared_nor_fetched(declaration: bytes) -> None:
    refused(declaration + b"<x>&e;</x>")


def test_a_foreign_grammar_is_never_fetched() -> None:
    body = b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><x>&e;</x>'
    try:
        value = parse_document(body)
    except Unreadable:
        return
    assert value == {"x": None}


def test_the_five_entities_of_xml_are_read() -> None:
    assert parse_document(b"<a>&lt;&amp;&gt;&quot;&apos;&#380;</a>") == {"a": "<&>\"'ż"}


snippets = st.sampled_from(
    [
        *(b"<a>", b"</a>", b"<b/>", b"text", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x", b"?>"),
        *(b"&amp;", b"&", b"<!DOCTYPE a", b"[", b"]>", b"xmlns='x'", b"<a b='c'>", b"\xff", b"\0"),
        *(b"{", b"}", b'"a"', b":", b",", b"1e999", b"-", b"\\ud800", b"null", b"\xef\xbb\xbf"),
    ]
)
charsets = st.sampled_from(["", "application/json; charset=utf-16", "x; charset=ascii", "y; ="])


@given(st.binary(max_size=200) | st.lists(snippets, max_size=30).map(b"".join), charsets)
def test_any_bytes_are_a_value_or_unreadable(body: bytes, content_type: str) -> None:
    reasons: list[str] = []
    for start in (b"", b"<a>"):
        try:
            parse_document(start + body, content_type)
        except Unreadable as error:
            reasons.append(str(error))
    assert all(reasons)

"""What the documentation is built with: diagrams, tables of methods, the reference."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from importlib import import_module
from types import ModuleType

import pytest

import daktela_async
import daktela_async.webhooks
import spikon_async
from docs_build import clients, links, methods, reference, sequence
from tests.daktela import endpoints as of_daktela
from tests.docs.blocks import DOCS, pages
from tests.spikon import endpoints as of_spikon

MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIAGRAMS = {
    page: found
    for page in pages()
    if (found := MERMAID.findall((DOCS / page).read_text(encoding="utf-8")))
}


# Diagrams.


def test_each_flow_has_a_diagram() -> None:
    flows = {page for page in pages() if page.startswith("flows/")} - {"flows/index.md"}
    assert set(DIAGRAMS) == flows


@pytest.mark.parametrize("page", DIAGRAMS)
def test_each_diagram_can_be_drawn(page: str) -> None:
    for text in DIAGRAMS[page]:
        figure = ET.fromstring(sequence.draw(text))  # noqa: S314  # our own
        shown = "".join(figure.itertext())
        for step in sequence.parse(text).steps:
            if isinstance(step, sequence.Message | sequence.Note):
                assert all(part.strip() in shown for part in re.split("<br/>", step.text))


def test_a_diagram_is_read() -> None:
    diagram = sequence.parse(
        "sequenceDiagram\nparticipant A as your code\nparticipant B\nA->>B: go: now\n"
        "loop again\nB--xA: gone\nNote over A,B: well\nend\n"
    )
    assert diagram == sequence.Diagram(
        (sequence.Participant("A", "your code"), sequence.Participant("B", "B")),
        (
            sequence.Message("A", "B", "go: now", answer=False, lost=False),
            sequence.Begin("loop", "again"),
            sequence.Message("B", "A", "gone", answer=True, lost=True),
            sequence.Note("A", "B", "well"),
            sequence.End(),
        ),
    )


HEAD = "sequenceDiagram\nparticipant A\nparticipant B\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begins with"),
        ("graph LR\nA-->B", "begins with"),
        (f"{HEAD}A->>C: go", "nobody is called 'C'"),
        (f"{HEAD}Note over C: go", "nobody is called 'C'"),
        (f"{HEAD}A->>A: think", "use a note"),
        (f"{HEAD}A->B: go", "no step"),
        (f"{HEAD}A->>B go", "no step"),
        (f"{HEAD}loop\nA->>B: go", "no end"),
        (f"{HEAD}end", "no frame is open"),
        (f"{HEAD}else so", "no frame is open"),
    ],
)
def test_a_slip_in_a_diagram_is_an_error(text: str, why: str) -> None:
    with pytest.raises(sequence.NotUnderstood, match=why):
        sequence.parse(text)


def test_what_a_diagram_says_is_no_markup() -> None:
    drawn = sequence.draw(f"{HEAD}A->>B: <script> & more")
    assert "<script>" not in drawn
    assert drawn.count("&lt;script&gt; &amp; more") == 2


# Tables of methods.


def test_the_page_of_methods_is_current() -> None:
    page = methods.PAGE.read_text(encoding="utf-8")
    assert page == methods.page(), "python -m docs_build.methods writes it anew"


def test_the_tables_have_every_method() -> None:
    page = methods.PAGE.read_text(encoding="utf-8")
    for path in of_spikon.DOCUMENTED:
        assert page.count(f"| `{path.removeprefix('/api/')}` |") == 1
    for row in of_daktela.ENDPOINTS:
        action, _, version = row.variant.partition(" ")
        assert f"| `{action}` {version} |" in page
    for client, flows in (
        (clients.spikon(), of_spikon.FLOWS),
        (clients.daktela(), of_daktela.FLOWS),
    ):
        for name in flows:
            assert f"| `{clients.shown(client, name)}` →" in page


def test_the_tables_say_what_is_made_again() -> None:
    rows = {
        found[1]: found[2]
        for found in re.finditer(
            r"^\| `([\w/]+)`.*\| ([^|]+) \|$",
            methods.PAGE.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    assert rows["balance/show"] == "yes"
    assert rows["sms/send"] == rows["SendSMS"] == "**no**: `OutcomeUnknown`"
    assert rows["tts/delete"] == rows["LoginQueue"] == "yes: twice is as good as once"
    assert rows["Hangup"].startswith("depends")


def test_the_tables_lead_to_the_reference() -> None:
    page = methods.PAGE.read_text(encoding="utf-8")
    linked = links.linked(page)
    assert linked.count("`][") == page.count("` → `") > 140
    send = "[`sms.send(to, message, sender=…)`][spikon_async.resources.sms.SmsResource.send]"
    assert f"| {send} → `SentSms` |" in linked


def test_how_a_method_is_shown() -> None:
    spikon, daktela = clients.spikon(), clients.daktela()
    assert clients.shown(spikon, "sms.send") == "sms.send(to, message, sender=…)"
    assert clients.shown(spikon, "call_lists.order") == "call_lists.order(start, end, …)"
    assert clients.shown(daktela, "realtime.user_state") == "realtime.user_state(user=…, …)"
    assert clients.returned(spikon, "phone_books.list") == "tuple[PhoneBook, ...]"
    assert clients.full_name(spikon, "sms.send") == "spikon_async.resources.sms.SmsResource.send"


# The reference.


def test_every_public_name_is_in_the_reference_once() -> None:
    counted = Counter(re.findall(r"^::: ([\w.]+)$", "\n".join(reference.pages().values()), re.M))
    shared = set(spikon_async.__all__) & set(daktela_async.__all__)
    for package in (spikon_async, daktela_async, daktela_async.webhooks):
        for name in package.__all__:
            core = str(getattr(getattr(package, name), "__module__", "")).startswith("_tele")
            home = spikon_async if core and name in shared else package
            assert counted[f"{home.__name__}.{name}"] == 1, f"{package.__name__}.{name}"


@pytest.mark.parametrize("package", [spikon_async, daktela_async])
def test_every_name_of_a_sandbox_is_in_the_reference(package: ModuleType) -> None:
    module = import_module(f"{package.__name__}.sandbox")
    text = "\n".join(reference.pages().values())
    for name in module.__all__:
        assert re.search(rf"^::: [\w.]+\.{name}$", text, re.MULTILINE), name


def test_every_resource_has_a_page() -> None:
    found = reference.pages()
    for folder, client in (("spikon", clients.spikon()), ("daktela", clients.daktela())):
        for resource in clients.resources(client).values():
            assert f"::: {resource.path}\n" in found[f"{folder}/{resource.name}.md"]
            assert resource.title
    assert all(one.chapter for one in clients.resources(clients.daktela()).values())


def test_vocabularies_have_their_values() -> None:
    assert "| `TWO_WAY` | `2way` |" in reference.pages()["spikon/models.md"]


# The build itself fetches nothing, and lets nothing be fetched.


def test_the_theme_takes_nothing_from_elsewhere() -> None:
    settings = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    assert "\n  font: false\n" in settings
    assert not re.search(r"https?://", settings)
    for page in pages():
        text = (DOCS / page).read_text(encoding="utf-8")
        assert not re.search(r"!\[[^\]]*\]\(https?:|<(img|script|link|iframe)\b", text), page

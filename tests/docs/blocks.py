"""The code of the documentation: found in the pages, so that tests can run it.

What a page may hold:

- ```` ```python ```` is a snippet. The snippets of a page run in order in one namespace, which has
  `spikon` and `daktela`, clients of two sandboxes. They may `await`.
- ```` ```python title="report.py" ```` is a file. A test (`test_….py`) is run by pytest, a module
  is there for the blocks after it, and a script is run. All see the sandboxes in the environment.
- ```` ```text title="Output" ```` after one of them is what it prints; `…` is anything in a line.
- ```` ```console ```` is a session: its commands (`$ spikon …`, `$ daktela …`, `$ python …`) are
  run, and what follows is what they print. `$ echo $?` prints the exit code of the one before.
- `<!-- python` ... `-->` is a snippet that readers do not see: what the page takes for granted.

Snippets run on a clock that jumps, unless the page says `<!-- real time -->`: files are written
and long answers read by threads, which such a clock does not wait for. Other languages are not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve, frozen

DOCS = Path(__file__).parents[2] / "docs"

_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)?(?: title=\"(?P<title>[^\"]+)\")?[^\n]*\n"
    r"(?P<code>.*?)^(?P=indent)```$"
    r"|^<!-- python\n(?P<hidden>.*?)^-->$",
    re.MULTILINE | re.DOTALL,
)


@frozen
class Block:
    """A piece of code of a page, or of a session in a shell."""

    page: str
    line: int
    code: str
    #: The name of its file; empty for a snippet.
    title: str = ""
    #: What it prints, if the page says so.
    output: str | None = None
    #: Whether it is a command of a session.
    command: bool = False


def pages() -> list[str]:
    """Return the pages that are in the repository, by their paths below `docs`."""
    return sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def blocks_of(page: str) -> list[Block]:
    """Return the Python blocks of a page, in order."""
    return blocks_in(page, (DOCS / page).read_text(encoding="utf-8"))


def blocks_in(page: str, text: str) -> list[Block]:
    """Return the Python blocks of a text."""
    found: list[Block] = []
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        language, title = match["language"], match["title"] or ""
        if match["hidden"] is not None:
            found.append(Block(page, line, match["hidden"]))
        elif language == "python":
            found.append(Block(page, line, _dedent(match["code"], match["indent"]), title))
        elif language == "console":
            found += commands_in(page, line, match["code"])
        elif language == "text" and title == "Output":
            assert found, f"{page}:{line}: nothing stands before this output"
            assert found[-1].output is None, f"{page}:{line}: a second output of one block"
            found[-1] = evolve(found[-1], output=_dedent(match["code"], match["indent"]))
    return found


def commands_in(page: str, line: int, session: str) -> list[Block]:
    """Return the commands of a session, each with what it prints."""
    found: list[Block] = []
    for text in session.splitlines(keepends=True):
        line += 1
        if text.startswith("$ "):
            found.append(Block(page, line, text[2:].strip(), output="", command=True))
        else:
            assert found, f"{page}:{line}: no command stands before this"
            found[-1] = evolve(found[-1], output=f"{found[-1].output}{text}")
    return found


def needs_real_time(page: str) -> bool:
    """Tell whether the snippets of a page are to run on the clock of the machine."""
    return "<!-- real time -->" in (DOCS / page).read_text(encoding="utf-8")


def _dedent(code: str, indent: str) -> str:
    return re.sub(f"^{indent}", "", code, flags=re.MULTILINE)


def matches(printed: str, expected: str) -> bool:
    """Tell whether an output is what a page shows; `…` stands for anything in one line."""
    pattern = "".join(
        "[^\n]*" if part == "…" else re.escape(part) for part in re.split("(…)", expected.strip())
    )
    return re.fullmatch(pattern, "\n".join(_stripped(printed))) is not None


def _stripped(text: str) -> Iterator[str]:
    for line in text.strip().splitlines():
        # Paths are shown as everywhere but on Windows.
        yield line.rstrip().replace("\\", "/")

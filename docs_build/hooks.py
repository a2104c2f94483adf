"""What MkDocs calls while it builds: the reference comes in, and diagrams are drawn."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

# MkDocs loads this file by its path, from wherever it was started.
sys.path.insert(0, str(Path(__file__).parents[1]))

from docs_build import links, reference, sequence


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let fences of the language `mermaid` become pictures here and now."""
    configs = cast("dict[str, dict[str, object]]", config["mdx_configs"])
    fences = [{"name": "mermaid", "class": "", "format": _draw}]
    configs.setdefault("pymdownx.superfences", {})["custom_fences"] = fences
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the reference."""
    for path, text in reference.pages().items():
        files.append(File.generated(config, f"reference/{path}", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Link the tables of methods to the reference."""
    if page.file.src_uri == "reference/methods.md":
        return links.linked(markdown)
    return markdown


def _draw(
    source: str, _language: str, _class: str, _options: object, _markdown: object, **_more: object
) -> str:
    return sequence.draw(source)

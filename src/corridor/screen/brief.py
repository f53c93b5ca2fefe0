"""The findings of a brief on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from corridor.brief.document import Document, plain


def findings(document: Document) -> RenderableType:
    """Title and key findings, with what they speak of."""
    parts: list[RenderableType] = [Text(plain(document.title), style="bold")]
    parts += [Text(plain(document.subtitle), style="dim"), Text(plain(document.running), style="dim"), Text("")]
    if document.warning:
        parts += [Text(plain(document.warning), style="bold red"), Text("")]
    for item in document.findings.items:
        parts.append(Padding(Text(f"• {plain(item)}"), (0, 0, 0, 0)))
    closing = "The whole brief: -o brief.pdf -o brief.html. Law: informs, is no legal advice."
    return Group(*parts, Text(""), Text(closing, style="dim"))

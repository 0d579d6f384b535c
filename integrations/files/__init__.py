"""Text in files that people send along: read within limits, and rewritten where that loses nothing."""

from integrations.files.formats import Format, Limits, format_of
from integrations.files.reading import Unreadable, texts
from integrations.files.rewriting import rewritten

__all__ = ["Format", "Limits", "Unreadable", "format_of", "rewritten", "texts"]

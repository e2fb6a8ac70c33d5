"""What this package raises when a file cannot be taken: one base, `InvalidFile`, whose message names the file, the
fact and the way out, in English and in Chinese."""

from __future__ import annotations


class InvalidFile(Exception):
    """A file that the sender must mend; asking again with the same bytes won't help.

    `str(error)` is the English sentence; `text("zh")` the Chinese one (English where no Chinese was given).
    """

    kind = "invalid"

    def __init__(
        self,
        fact: str,
        *,
        source: str = "",
        line: int | None = None,
        way_out: str = "",
        fact_zh: str = "",
        way_out_zh: str = "",
    ) -> None:
        self.source, self.line = source, line
        self.fact, self.way_out = fact, way_out
        self.fact_zh, self.way_out_zh = fact_zh or fact, way_out_zh or way_out
        super().__init__(self.text("en"))

    def text(self, language: str = "en") -> str:
        """Return the whole message; any language that starts with "zh" is Chinese, all others are English."""
        if language.startswith("zh"):
            where = "，".join(filter(None, (self.source, self.line is not None and f"第 {self.line} 行")))
            return f"{where + '：' if where else ''}{self.fact_zh}{'。' + self.way_out_zh if self.way_out_zh else ''}"
        where = ", ".join(filter(None, (self.source, self.line is not None and f"line {self.line}")))
        return f"{where + ': ' if where else ''}{self.fact}{'. ' + self.way_out if self.way_out else ''}"


class MalformedXml(InvalidFile):
    """The bytes are not well-formed XML."""


class UnsafeXml(InvalidFile):
    """The XML carries a DOCTYPE, which could pull in entities or files."""


class XmlTooLarge(InvalidFile):
    """The XML is larger, or nested deeper, than we read."""


class MalformedForm(InvalidFile):
    """The form schema is not one that we can show and check."""


class PackageRejected(InvalidFile):
    """A process package cannot be used as a whole: a file's name, size or kind, its manifest, or how the files fit."""

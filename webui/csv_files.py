"""Tables as CSV files that spreadsheets open rightly and safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response

BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet reads Chinese as Latin letters
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a CSV download: UTF-8 with a byte order mark, and no cell that a spreadsheet would take for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([cell(column) for column in columns])
    writer.writerows([cell(value) for value in row] for row in rows)
    return download(name, (BYTE_ORDER_MARK + out.getvalue()).encode(), "text/csv; charset=utf-8")


def cell(value: object) -> str:
    """A value as written into a cell; a text that would start a formula gets an apostrophe in front, numbers stay."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.lstrip(" ").startswith(FORMULA_STARTS) else text


def download(name: str, content: bytes, media_type: str) -> Response:
    """Return bytes as a file of that name, whatever signs the name holds."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response

"""Reads when cases began from event logs as process mining keeps them: CSV and XES, plain or gzipped.

A log is read piece by piece, so that its size costs no memory but one instant a case, and within limits: it comes from outside.
XES is XML; a document type, and with it every entity, is refused before it is read (IEEE 1849-2016 needs neither).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

MOST_BYTES = 2 * 2**30
"""So much is read of a log at most, counted as it comes out of its compression."""
MOST_EVENTS = 20_000_000
MOST_CASES = 1_000_000
MOST_DEPTH = 40
MOST_BYTES_IN_SILENCE = 2**20
"""One name, value or tag of XML isn't longer than this."""
PIECE = 2**16

CASE_COLUMNS = ("case:concept:name", "case_id", "caseid", "case id", "number")
TIME_COLUMNS = ("time:timestamp", "opened_at", "timestamp", "complete timestamp", "start_time")
DAY_FIRST = ("%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S")
CASE_KEY, TIME_KEY = "concept:name", "time:timestamp"


class LogInvalid(ValueError):
    """The file isn't an event log that can be used: which one, what is wrong, where."""

    def __init__(self, path: Path, fact: str) -> None:
        super().__init__(f"{path.name}: {fact}")


def arrivals(path: Path) -> list[datetime]:
    """When each case of a log began (its earliest event), in order, aware; a time without a zone counts as UTC.

    Raises LogInvalid, and OSError for a file that can't be opened.
    """
    kind = next((suffix for suffix in reversed(path.suffixes) if suffix.lower() != ".gz"), "").lower()
    reader = {".csv": _csv_events, ".xes": _xes_events}.get(kind)
    if reader is None:
        raise LogInvalid(path, "expected a name that ends in .csv, .xes, .csv.gz or .xes.gz")
    began: dict[str, datetime] = {}
    with _opened(path) as file:
        try:
            for count, (case, at) in enumerate(reader(path, file), start=1):
                if count > MOST_EVENTS:
                    raise LogInvalid(path, f"more than {MOST_EVENTS} events")
                if case not in began and len(began) >= MOST_CASES:
                    raise LogInvalid(path, f"more than {MOST_CASES} cases")
                began[case] = min(at, began.get(case, at))
        except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise LogInvalid(path, f"can't be read: {error}") from error
    if not began:
        raise LogInvalid(path, "holds no event with a case and a time")
    return sorted(began.values())


class _Limited(io.RawIOBase):
    """A file that ends with an error after MOST_BYTES."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file, self._left = path, file, MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._file.read(min(len(buffer), PIECE))
        self._left -= len(piece)
        if self._left < 0:
            raise LogInvalid(self._path, f"longer than {MOST_BYTES} bytes")
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()


def _opened(path: Path) -> _Limited:
    packed = path.suffix.lower() == ".gz"
    return _Limited(path, gzip.open(path, "rb") if packed else path.open("rb"))  # type: ignore[arg-type]


def _csv_events(path: Path, file: _Limited) -> Iterator[tuple[str, datetime]]:
    rows = csv.reader(io.TextIOWrapper(io.BufferedReader(file), encoding="utf-8-sig", newline=""))
    head = [name.strip().casefold() for name in next(rows, [])]
    case, time = _column(path, head, CASE_COLUMNS), _column(path, head, TIME_COLUMNS)
    for row in rows:
        if len(row) > max(case, time) and row[case] and row[time]:
            yield row[case], _instant(path, row[time], f"line {rows.line_num}")


def _column(path: Path, head: list[str], names: tuple[str, ...]) -> int:
    found = [head.index(name) for name in names if name in head]
    if not found:
        raise LogInvalid(path, f"no column is called {' or '.join(names)}")
    return found[0]


def _instant(path: Path, text: str, where: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = _day_first(path, text, where)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _day_first(path: Path, text: str, where: str) -> datetime:
    for form in DAY_FIRST:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise LogInvalid(path, f"{where}: {text[:40]!r} is no date and time")


@dataclass(slots=True)
class _Traces:
    """What the parser has seen: where it is, and the events that are complete but for their trace's name."""

    path: Path
    depth: int = 0
    trace: int = 0
    name: str = ""
    within: list[str] = field(default_factory=list)
    ready: list[tuple[str, datetime]] = field(default_factory=list)
    heard: bool = False

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        self.heard = True
        self.within.append(tag.rpartition(":")[2])
        if len(self.within) > MOST_DEPTH:
            raise LogInvalid(self.path, f"nested deeper than {MOST_DEPTH}")
        match self.within[1:]:
            case ["trace"]:
                self.trace += 1
            case ["trace", "event", "date"] if attributes.get("key") == TIME_KEY:
                # traces are told apart by their place: their names may repeat or come after their events
                self.ready.append((str(self.trace), _instant(self.path, attributes.get("value", ""), f"trace {self.trace}")))

    def closed(self, _tag: str) -> None:
        self.heard = True
        self.within.pop()

    def text(self, _text: str) -> None:
        self.heard = True

    def document_type(self, *_: Any) -> None:
        raise LogInvalid(self.path, "has a document type; entities aren't read. Take it out")


def _xes_events(path: Path, file: _Limited) -> Iterator[tuple[str, datetime]]:
    seen = _Traces(path)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = seen.opened, seen.closed
    parser.StartDoctypeDeclHandler, parser.CharacterDataHandler = seen.document_type, seen.text
    silent = 0
    try:
        while piece := file.read(PIECE):
            seen.heard = False
            parser.Parse(piece, False)
            silent = 0 if seen.heard else silent + len(piece)
            if silent > MOST_BYTES_IN_SILENCE:
                raise LogInvalid(path, f"a tag or value is longer than {MOST_BYTES_IN_SILENCE} bytes")
            yield from seen.ready
            seen.ready.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise LogInvalid(path, f"isn't XML: {error}") from error

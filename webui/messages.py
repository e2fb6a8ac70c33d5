"""Collect the messages of templates, Python and front-end source, and merge them into the catalogues."""

from __future__ import annotations

import sys

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from webui.i18n import LANGUAGES, PACKAGE

METHODS = [("templates/**.html", "jinja2"), ("frontend/src/**.js", "javascript"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None, "t": None}
SKIPPED = {"node_modules", "static", "translations"}


def extract() -> Catalog:
    """Return the catalogue of every message in use, with the files (not the lines) that use it."""
    found = Catalog(project="caseloop", charset="utf-8")
    rows = extract_from_dir(
        PACKAGE,
        METHODS,
        options_map=OPTIONS,
        keywords=KEYWORDS,
        directory_filter=lambda folder: folder.rstrip("/").rpartition("/")[2] not in SKIPPED,
    )
    for file, line, message, comments, context in rows:
        found.add(message, None, [(file.replace("\\", "/"), line)], auto_comments=comments, context=context)
    return found


def update() -> dict[str, list[str]]:
    """Merge the messages in use into both catalogues; return language -> ids still without a text."""
    template, missing = extract(), {}
    for code in LANGUAGES:
        path = PACKAGE / "translations" / code / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        merged = Catalog(locale=code, project="caseloop", charset="utf-8", fuzzy=False)
        if path.exists():
            with path.open("rb") as file:
                merged = read_po(file, locale=code)
        merged.update(template, no_fuzzy_matching=True)
        merged.obsolete.clear()
        if code == "en":
            _speak_as_written(merged)
        with path.open("wb") as file:
            write_po(file, merged, width=110, include_lineno=False, sort_output=True, omit_header=True)
        missing[code] = untranslated(merged)
    return missing


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the ids without a text in this catalogue, in order."""
    return sorted(
        str(message.id)
        for message in catalogue
        if message.id and not all(message.string if isinstance(message.string, (tuple, list)) else [message.string])
    )


def _speak_as_written(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id and not message.pluralizable and not message.string:
            message.string = message.id
        elif message.id and message.pluralizable and not all(message.string):
            message.string = tuple(message.id)


def main(arguments: list[str]) -> None:
    """Run `python -m webui.messages update`; exit with 1 while a message has no Chinese text."""
    if arguments != ["update"]:
        raise SystemExit("usage: python -m webui.messages update")
    missing = update()
    for code, ids in missing.items():
        for message in ids:
            print(f"{code}: no text for {message!r}")
    raise SystemExit(1 if any(missing.values()) else 0)


if __name__ == "__main__":
    main(sys.argv[1:])

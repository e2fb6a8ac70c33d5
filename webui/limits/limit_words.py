"""How long a limit is, in the viewer's language."""

from __future__ import annotations

from webui.i18n import format_number, gettext, mark, ngettext

UNITS = {"min": mark("%(n)s min"), "h": mark("%(n)s h"), "%": mark("%(n)s %% of the solution's limit")}


def row_limit(text: str) -> str:
    """A row's limit, such as "3 wd", in words."""
    amount, _, unit = text.partition(" ")
    return amount_in_words(float(amount), unit)


def amount_in_words(amount: float, unit: str) -> str:
    """An amount of min, h, bh, wd or %, in words."""
    number = format_number(amount)
    plural = 1 if amount == 1 else 2  # half a day is a plural too
    if unit == "bh":
        return ngettext("%(amount)s working hour", "%(amount)s working hours", plural, amount=number)
    if unit == "wd":
        return ngettext("%(amount)s working day", "%(amount)s working days", plural, amount=number)
    return gettext(UNITS[unit], n=number)

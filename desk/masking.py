"""What of a person may be seen: 张*, 138****5678. Lists, tables, exports and notices show nothing more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PHONE_NOISE = re.compile(r"[\s\-().·]")
_WITHIN = re.compile(
    r"(?P<email>(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    r"|(?<![A-Za-z0-9])(?:(?P<person>\d{6}(?:18|19|20)\d{9}[\dXx])|(?P<phone>(?:\+86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}))"
    r"(?![A-Za-z0-9])"
)
COMPOUND_SURNAMES = frozenset({"欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木"})


def mask_name(name: str) -> str:
    """Keep the surname (or the first character of anything else) and one asterisk: 张三 → 张*, Ana Roy → A*."""
    name = name.strip()
    if not name:
        return ""
    return (name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[0]) + "*"


def mask_phone(phone: str) -> str:
    """Keep the first three and last four characters of a long number, else the last two: 13812345678 → 138****5678."""
    if len(phone) >= 9:
        return f"{phone[:3]}****{phone[-4:]}"
    return "****" + phone[-2:] if len(phone) > 2 else "****"


def mask_email(address: str) -> str:
    """Keep the first character and the domain: ana@example.org → a***@example.org."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def mask_contact(contact: str) -> str:
    """Mask a phone number or an e-mail address in its normal spelling; empty stays empty."""
    plain = normal_contact(contact)
    if not plain:
        return ""
    return mask_email(plain) if "@" in plain else mask_phone(plain)


def normal_contact(contact: str) -> str:
    """One spelling for each phone number (+86 138-1234-5678 → 13812345678) and each e-mail address."""
    if "@" in contact:
        return contact.strip().casefold()
    digits = _PHONE_NOISE.sub("", contact)
    for prefix in ("+86", "0086"):
        if digits.startswith(prefix):
            return digits.removeprefix(prefix)
    return digits.casefold()


def mask_number(number: str) -> str:
    """Keep the first and last character of a customer number: C12345 → C****5."""
    return f"{number[0]}****{number[-1]}" if len(number) > 2 else "****" if number else ""


def mask_within(text: str) -> str:
    """Mask what in a free text looks like a mobile number, a mail address or an identity number; order numbers stay."""
    return _WITHIN.sub(lambda found: "****" if found["person"] else mask_contact(found[0]), text)


_MASKS = {"customer_name": mask_name, "customer_contact": mask_contact, "customer_number": mask_number}


def mask_known(value: Any, name: str = "") -> Any:
    """A copy of data in which the customer's name, contact and number are masked by key, and other texts by mask_within.

    `name` is the key under which the value itself stands, if any.
    """
    if isinstance(value, str):
        return _MASKS.get(name, mask_within)(value)
    if isinstance(value, list | tuple):
        return [mask_known(item, name) for item in value]
    return {key: mask_known(item, key) for key, item in value.items()} if isinstance(value, Mapping) else value


def withheld(value: Any, name: str = "") -> bool:
    """Whether who reads this value gets a mask instead of a part of it, and so can't write it back."""
    return mask_known(value, name) != value

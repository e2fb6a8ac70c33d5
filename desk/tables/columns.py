"""What the tables are made of: their metadata, and columns that many of them have."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, LargeBinary, MetaData, String

from engine.db.tables import NAMING
from engine.db.types import Key

metadata = MetaData(naming_convention=NAMING)


NAME, CONTACT, CUSTOMER_NUMBER = "name", "contact", "customer number"
DESCRIPTION, ORDER, PRODUCT = "description", "order", "product"
ENTRY, PROGRESS, ANSWERS, NOTICE = "entry", "progress", "answers", "notice"
DETAIL, REASON, PREFERENCES = "detail", "reason", "preferences"
CLOCK_NOTE, PROMISE, WANTED = "clock note", "promise", "wanted"


def context_of(meaning: str) -> bytes:
    """The vault's context for a text of that meaning: sealed as a name, it doesn't open as a contact."""
    return f"desk {meaning}".encode()


def sealed_column(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A column that the vault seals as one meaning; `info` tells it to whoever seals it anew with another key."""
    return Column(name, LargeBinary, nullable=nullable, info={"context": context_of(meaning)})


def key_column() -> Column:
    """An id that the database counts up."""
    return Column("id", Key, primary_key=True, autoincrement=True)


def login_column(name: str = "login", *, nullable: bool = False) -> Column:
    """Who: an agent's login, or a program's name."""
    return Column(name, String(100), nullable=nullable)


def profile_columns() -> tuple[Column, Column]:
    """A customer's tier and tags, as desk.profiles spells them."""
    tier = Column("tier", String(40), nullable=False, server_default="standard")
    return tier, Column("tags", JSON, nullable=False, server_default="[]")


def case_column(name: str = "case_number", *, primary_key: bool = False) -> Column:
    """The case that a row belongs to."""
    return Column(name, String(40), ForeignKey("desk_case.number"), nullable=False, primary_key=primary_key)

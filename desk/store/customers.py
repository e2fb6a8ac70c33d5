"""Customers and their contacts: sealed, found by blind index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, or_, select, update

from desk import tables
from desk.store.sealing import index, seal, unseal
from desk.tables import CONTACT, CUSTOMER_NUMBER, NAME
from engine.ports import Transaction
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who came to us. Name may be a nickname; number is empty for who isn't registered. Without a `language` it is the desk's."""

    id: int
    name: str
    number: str
    tier: str
    tags: tuple[str, ...]
    language: str | None = None


def insert_customer(tx: Transaction, vault: KeyRing, *, name: str, number: str, tier: str, at: datetime) -> int:
    """Keep a new customer."""
    query = insert(tables.customer).values(
        name_sealed=seal(vault, name, NAME),
        name_index=index(vault, name, NAME),
        number_sealed=seal(vault, number, CUSTOMER_NUMBER),
        number_index=index(vault, number, CUSTOMER_NUMBER),
        tier=tier,
        created_at=at,
    )
    return tx.execute(query).inserted_primary_key[0]


def complete(tx: Transaction, vault: KeyRing, known: Customer, *, name: str, number: str) -> None:
    """Add the name or number of a customer who had none; what is known already stays."""
    changes: dict[str, bytes | None] = {}
    if name and not known.name:
        changes |= {"name_sealed": seal(vault, name, NAME), "name_index": index(vault, name, NAME)}
    if number and not known.number:
        sealed, found = seal(vault, number, CUSTOMER_NUMBER), index(vault, number, CUSTOMER_NUMBER)
        changes |= {"number_sealed": sealed, "number_index": found}
    if changes:
        tx.execute(update(tables.customer).where(tables.customer.c.id == known.id).values(**changes))


def save_profile(
    tx: Transaction, customer_id: int, *, tier: str | None = None, tags: Sequence[str] | None = None, language: str | None = None
) -> None:
    """Keep another tier, other tags or another language; None leaves what was."""
    asked = (("tier", tier), ("tags", tags), ("language", language))
    changes = {name: value for name, value in asked if value is not None}
    if changes:
        tx.execute(update(tables.customer).where(tables.customer.c.id == customer_id).values(**changes))


def language(tx: Transaction, customer_id: int, *, lock: bool = False) -> str | None:
    """In which language a customer is written to; None: the desk's. `lock` keeps others who choose it waiting."""
    query = select(tables.customer.c.language).where(tables.customer.c.id == customer_id)
    return tx.execute(query.with_for_update(key_share=True) if lock else query).scalar_one()


def add_contact(tx: Transaction, vault: KeyRing, customer_id: int, contact: str) -> None:
    """Remember a contact of a customer, once."""
    found, table = index(vault, contact, CONTACT), tables.contact
    known = select(table.c.id).where(table.c.customer_id == customer_id, table.c.contact_index == found)
    if found is not None and tx.execute(known).first() is None:
        sealed = seal(vault, contact, CONTACT)
        tx.execute(insert(table).values(customer_id=customer_id, contact_sealed=sealed, contact_index=found))


def matching(tx: Transaction, vault: KeyRing, *, contact: str = "", number: str = "") -> list[Customer]:
    """Customers with exactly that phone, e-mail or customer number, the newest first."""
    conditions: list[ColumnElement[bool]] = []
    if (contact_index := index(vault, contact, CONTACT)) is not None:
        owners = select(tables.contact.c.customer_id).where(tables.contact.c.contact_index == contact_index)
        conditions.append(tables.customer.c.id.in_(owners))
    if (number_index := index(vault, number, CUSTOMER_NUMBER)) is not None:
        conditions.append(tables.customer.c.number_index == number_index)
    if not conditions:
        return []
    return _customers(tx, vault, or_(*conditions))


def by_id(tx: Transaction, vault: KeyRing, ids: Collection[int]) -> dict[int, Customer]:
    """Customers by id."""
    return {one.id: one for one in _customers(tx, vault, tables.customer.c.id.in_(list(ids)))} if ids else {}


def ids_matching(tx: Transaction, vault: KeyRing, text: str) -> list[int]:
    """Ids of customers whose contact, number or whole name is the text."""
    ids = {one.id for one in matching(tx, vault, contact=text, number=text)}
    named = select(tables.customer.c.id).where(tables.customer.c.name_index == index(vault, text, NAME))
    return sorted(ids | set(tx.execute(named).scalars()))


def _customers(tx: Transaction, vault: KeyRing, where: ColumnElement[bool]) -> list[Customer]:
    query = select(tables.customer).where(where).order_by(tables.customer.c.id.desc())
    return [
        Customer(
            id=row.id,
            name=unseal(vault, row.name_sealed, NAME),
            number=unseal(vault, row.number_sealed, CUSTOMER_NUMBER),
            tier=row.tier,
            tags=tuple(row.tags),
            language=row.language,
        )
        for row in tx.execute(query)
    ]

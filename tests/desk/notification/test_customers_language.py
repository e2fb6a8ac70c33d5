"""In which language a customer is written to: it is the customer's own, in all their cases, and no case changes by it."""

from __future__ import annotations

import pytest

from desk.errors import LanguageChanged
from desk.store import cases

pytestmark = pytest.mark.stored


def test_another_language_holds_in_all_cases_of_the_customer_and_changes_none_of_them(office):
    first, second = office.open(), office.open()
    with office.engine.db.reading() as tx:
        before = cases.cases(tx, (first, second))
    office.desk.choosing.write_to_customer_in(first, "en", by="wang")
    assert office.desk.choosing.customers_language(second, viewer="wang") == "en"
    with office.engine.db.reading() as tx:
        assert cases.cases(tx, (first, second)) == before


def test_who_chooses_by_a_language_that_is_old_undoes_nothing(office):
    first, second = office.open(), office.open()
    office.desk.choosing.write_to_customer_in(first, "en", by="wang", read="zh")
    with pytest.raises(LanguageChanged, match=rf"{second}.*\(en\)"):
        office.desk.choosing.write_to_customer_in(second, "zh", by="wang", read="zh")
    assert office.desk.choosing.customers_language(first, viewer="wang") == "en"


def test_two_who_choose_the_same_language_are_both_content(office):
    number = office.open()
    for login in ("wang", "li"):
        office.desk.choosing.write_to_customer_in(number, "en", by=login, read="zh")
    assert office.desk.choosing.customers_language(number, viewer="li") == "en"

"""Texts of the process and of the desk's own rules in the viewer's language."""

from __future__ import annotations

import re

from desk.clocks.targets import DEFAULT_LIMITS, DEFAULT_TRANSFER
from desk.collaboration.contributing import AGREED, NO_TABLE
from desk.limits.clockkeeping import FEEDBACK_TARGET
from webui.i18n import translations
from webui.processes.process_texts import OURS


def test_every_reason_of_a_rule_of_ours_is_known_in_chinese_and_names_no_internal_number():
    reasons = {str(row["source"]) for row in (*DEFAULT_LIMITS, *DEFAULT_TRANSFER, NO_TABLE)} | {FEEDBACK_TARGET.source, AGREED}
    assert reasons == OURS
    assert [text for text in reasons if re.search(r"\b[CER]\d", text)] == []
    assert [text for text in reasons if translations("zh").gettext(text) == text] == []

"""What people answer in forms, held against the form's schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpmn.forms import FormRejected
from engine.definition import Definition
from engine.errors import FormInvalid, Invalid


def checked(definition: Definition, form_id: str | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as the form's schema cleans them. Raises FormInvalid; Invalid for answers where there is no form."""
    if form_id is None:
        if data:
            raise Invalid("This has no form, so it takes no answers. Send none.")
        return {}
    try:
        return definition.package.forms[form_id].validate(data)
    except FormRejected as error:
        raise FormInvalid(form_id, error.errors) from error

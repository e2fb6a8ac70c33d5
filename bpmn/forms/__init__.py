"""Forms (form-js schemas): read them, translate them to JSON Schema, and check what a browser sends."""

from bpmn.forms.errors import FieldError, FormRejected
from bpmn.forms.fields import Field, is_key
from bpmn.forms.form import Form
from bpmn.forms.json_schema import to_json_schema
from bpmn.forms.reader import read_form

__all__ = ["Field", "FieldError", "Form", "FormRejected", "is_key", "read_form", "to_json_schema"]

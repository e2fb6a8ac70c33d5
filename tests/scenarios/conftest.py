"""Scenarios play in the desk's office: real process, real handlers, a clock that we move."""

from tests.desk.conftest import desk_settings, office  # noqa: F401

"""The file of channels: secrets from the environment, and mistakes named without showing a secret."""

from __future__ import annotations

import pytest

from caseloop import channel_file
from caseloop.settings import Settings
from engine.errors import SettingsInvalid


def test_secrets_come_from_the_environment_when_the_file_says_so(tmp_path):
    path = tmp_path / "channels.toml"
    path.write_text('inner_hosts = ["hooks.intern"]\n[channel.ops]\nadapter = "webhook"\nsecret_env = "OPS_SECRET"\n')
    settings = Settings.from_environment({"CASELOOP_CHANNELS_FILE": str(path), "OPS_SECRET": "s"})
    assert settings.channels["channel"]["ops"] == {"adapter": "webhook", "secret": "s"}
    assert settings.channels["inner_hosts"] == ["hooks.intern"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[channel.ops]\nsecret_env = "GONE"', "names 'GONE', which the environment lacks"),
        ('[channel."O p s"]\nadapter = "webhook"', "a channel's name"),
        ("channels = 1", "channels means nothing"),
        ('inner_hosts = "x"', "isn't a list"),
        ("secret = 'not closed", "can't be read as TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path, content, told):
    path = tmp_path / "channels.toml"
    path.write_text(content)
    with pytest.raises(SettingsInvalid, match=told):
        channel_file.read(str(path), {})


def test_without_a_file_there_are_no_channels():
    assert channel_file.read(None, {}) == {}

"""The built front end: every entry is there, named by its content, zipped, and cacheable for ever."""

from __future__ import annotations

import json

import pytest

from webui import assets
from webui.assets import DIST, asset_tags, manifest

ENTRIES = ["app", "form", "intake", "diagram", "editor", "dmn", "formedit"]


def test_the_manifest_names_every_entry_and_its_files_exist():
    assert sorted(manifest()) == sorted(ENTRIES)
    for entry in manifest().values():
        for file in [entry["js"], *([entry["css"]] if entry["css"] else []), *entry["preload"]]:
            assert (DIST / file).is_file()


def test_the_tags_of_two_entries_name_shared_chunks_once(app):
    with app.test_request_context():
        tags = asset_tags("app", "form")
    links = [line for line in tags.splitlines() if "modulepreload" in line]
    assert len(links) == len(set(links))
    assert tags.count("<script") == 2


def test_an_asset_is_cached_for_a_year_and_zipped_for_browsers_that_take_it(client):
    file = manifest()["app"]["js"]
    zipped = client.get(f"/assets/{file}", headers={"Accept-Encoding": "gzip, br"})
    plain = client.get(f"/assets/{file}")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "immutable" in zipped.headers["Cache-Control"]
    assert zipped.mimetype == plain.mimetype == "text/javascript"
    assert len(zipped.data) < len(plain.data) / 2


@pytest.mark.parametrize("path", ["../app.py", "..%2fapp.py", "no-such-file.js", "x" * 300, "%00"])
def test_nothing_outside_the_built_folder_is_served(client, path):
    assert client.get(f"/assets/{path}", headers={"Accept-Encoding": "gzip"}).status_code == 404


def test_the_notices_name_the_licence_of_bpmn_io():
    notices = (DIST / "THIRD-PARTY-NOTICES.txt").read_text("utf-8")
    assert "watermark" in notices


def test_the_lock_file_names_no_registry_host():
    lock = json.loads((DIST.parents[1] / "frontend" / "package-lock.json").read_text("utf-8"))
    assert not any("resolved" in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_without_assets_a_page_names_the_command_that_builds_them(client, monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "DIST", tmp_path)
    manifest.cache_clear()
    answer = client.get("/styleguide")
    manifest.cache_clear()
    assert answer.status_code == 503
    assert "python build_backend/frontend_build.py" in answer.text

"""The list of processes and the page of a version: what stands there, who may see it, what can be taken away."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.support.versions import KEY, a_draft

V10, V11 = f"/processes/{KEY}/1.0", f"/processes/{KEY}/1.1"


def test_the_list_shows_versions_with_their_teams_and_changes_newest_first(product):
    page = product.visitor("analyst").get("/processes").text
    assert page.index(f'href="{V11}"') < page.index(f'href="{V10}"')
    assert "One approval instead of three" in page
    assert "Everyone" in page
    assert "No drafts" in page


def test_a_draft_stands_in_the_list_with_who_changed_it(product):
    draft_id = a_draft(product)
    page = product.visitor("analyst", language="zh").get("/processes").text
    assert f'href="/drafts/{draft_id}"' in page
    assert "分析师" in page


def test_a_supervisor_reads_processes_but_is_offered_no_draft(product):
    visitor = product.visitor("wang")
    assert "New draft" not in visitor.get("/processes").text
    assert visitor.get(V10).status_code == 200
    assert visitor.post("/drafts", {"key": KEY, "version": "1.0"}).status_code == 403


@pytest.mark.parametrize("path", ["/processes", V10, "/rollout", "/incidents", "/drafts/1"])
def test_agents_are_told_that_these_pages_are_not_theirs(product, path):
    answer = product.visitor("li").get(path)
    assert answer.status_code == 403
    assert "other roles" in answer.text


@pytest.mark.parametrize("path", ["/processes", V10, "/rollout", "/incidents", "/drafts/1"])
def test_nobody_gets_there_without_signing_in(product, path):
    assert product.visitor().get(path).headers["Location"].startswith("/login")


def test_a_version_shows_nodes_tables_and_forms_in_the_viewers_language(product):
    english, chinese = (product.visitor("analyst", language=language).get(V10).text for language in ("en", "zh"))
    assert "流程节点说明表" in chinese
    assert "责任角色" in chinese
    assert "处理需求" in chinese
    assert "Node description table" in english
    assert 'id="decision-priority"' in english
    assert "Handle the request" in english or "处理需求" not in english


def test_a_version_that_is_not_deployed_is_not_found(product):
    answer = product.visitor("analyst").get(f"/processes/{KEY}/7.7")
    assert answer.status_code == 404


def test_the_files_come_as_they_were_deployed_in_one_zip(product):
    answer = product.visitor("analyst").get(f"{V10}/package.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert {name: archive.read(name) for name in archive.namelist()} == product.desk.drafts.files_of(KEY, "1.0")


def test_the_node_table_comes_as_a_file_for_spreadsheets(product):
    answer = product.visitor("analyst", language="zh").get(f"{V10}/nodes.csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "节点名称,责任角色,时限,工具,输入,输出"
    assert any(line.startswith("处理需求,") for line in lines)


def test_the_picture_cannot_run_anything(product):
    answer = product.visitor("analyst").get(f"{V10}/diagram.svg")
    assert answer.mimetype == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_two_versions_are_compared_in_words(product):
    page = product.visitor("analyst", language="zh").get(f"{V11}/compare/1.0").text
    assert "任务头: warnFraction" in page
    assert "<del>0.75</del>" in page
    assert "<ins>0.5</ins>" in page
    assert "approve_3" in page


def test_a_version_does_not_differ_from_itself(product):
    assert "No differences" in product.visitor("analyst").get(f"{V10}/compare/1.0").text


def test_choosing_a_version_leads_to_its_comparison(product):
    answer = product.visitor("analyst").get(f"{V11}/compare?other=1.0")
    assert answer.headers["Location"] == f"{V11}/compare/1.0"

"""People and teams, as an administrator keeps them."""

from __future__ import annotations

import re

NEW = {"login": "Sun", "name": "孙七", "role": "agent", "teams": ["service"], "skills": "inquiry, 投诉", "language": "zh"}


def test_somebody_new_gets_a_one_time_password_that_is_shown_once(product):
    admin = product.visitor("admin")
    answer = admin.post("/admin/people", NEW)
    assert answer.status_code == 201
    password = re.search(r"One-time password</dt><dd>([^<]+)</dd>", answer.text)[1]
    agent = product.desk.people.agent("sun")
    assert (agent.team_keys, agent.skills) == (("service",), ("inquiry", "投诉"))
    assert product.visitor().sign_in("sun", password).location == "/password"
    assert password not in admin.get("/admin/people").text


def test_a_taken_login_and_missing_fields_are_told_at_their_places(product):
    admin, before = product.visitor("admin"), product.rows()
    taken = admin.post("/admin/people", NEW | {"login": "li"})
    assert taken.status_code == 409
    assert "exists already" in taken.text
    missing = admin.post("/admin/people", NEW | {"name": ""})
    assert missing.status_code == 422
    assert "field-name-error" in missing.text
    assert admin.post("/admin/people", NEW | {"role": "king"}).status_code == 422
    for login in ("a/b", "../x", "a?b", ".", "a b", "a\x00"):
        assert "letters, digits and" in admin.post("/admin/people", NEW | {"login": login}).text
    assert admin.post("/admin/people", NEW | {"teams": ["nowhere"]}).status_code == 404
    assert product.rows() == before


def change(product, login: str, **changes) -> dict:
    agent = product.desk.people.agent(login)
    form = {
        "revision": agent.revision,
        "active": "yes",
        "available": "yes",
        "teams": list(agent.team_keys),
        "skills": ", ".join(agent.skills),
        "capacity": agent.capacity,
        "email": agent.email,
        "language": agent.language,
    }
    return {name: value for name, value in (form | changes).items() if value is not None}


def test_teams_skills_and_capacity_can_be_changed(product):
    product.visitor("admin").post("/admin/people/zhao", change(product, "zhao", teams=["service", "complaints"], capacity=20))
    agent = product.desk.people.agent("zhao")
    assert (set(agent.team_keys), agent.capacity) == ({"complaints", "service"}, 20)


def test_a_change_made_on_an_old_page_is_refused(product):
    admin, form = product.visitor("admin"), change(product, "zhao", capacity=20)
    admin.post("/admin/people/zhao", form)
    before = product.rows()
    assert admin.post("/admin/people/zhao", form | {"capacity": 3}).status_code == 409
    assert product.rows() == before


def test_an_account_can_be_switched_off_but_never_the_own_one(product):
    admin = product.visitor("admin")
    admin.post("/admin/people/zhao", change(product, "zhao", active=None))
    assert product.visitor().sign_in("zhao").status_code == 401
    admin.post("/admin/people/admin", change(product, "admin", active=None))
    assert admin.get("/admin/people").status_code == 200


def test_a_new_one_time_password_ends_the_persons_sessions(product):
    zhao = product.visitor("zhao")
    assert product.visitor("admin").post("/admin/people/zhao/password").status_code == 200
    assert zhao.get("/inbox").location.startswith("/login")


def test_teams_are_added_and_get_their_supervisor(product):
    admin = product.visitor("admin")
    admin.post("/admin/teams", {"key": "night", "name": "夜班", "name_en": "Night shift"})
    admin.post("/admin/teams/night", {"supervisor": "wang", "deputy": ""})
    (team,) = [team for team in product.desk.people.teams() if team.key == "night"]
    assert (team.name, team.supervisor, team.deputy) == ("夜班", "wang", None)
    assert admin.post("/admin/teams", {"key": "night", "name": "x", "name_en": "x"}).status_code == 409
    assert admin.post("/admin/teams", {"key": "a b", "name": "", "name_en": "x"}).status_code == 422
    assert admin.post("/admin/teams/nowhere", {"supervisor": "wang"}).status_code == 404

"""A team's calendar by its pages: what it counts in, what another one would move, who may choose."""

from __future__ import annotations

from desk.collaboration.contributions import Asked
from tests.support.product import Product

PAGE = "/teams/technical/calendar"


def test_whoever_heads_a_team_sees_what_a_calendar_would_move_and_chooses_it_with_a_reason(product: Product):
    number = product.open_case()
    product.desk.contributions.ask(number, [Asked(team="technical", wanted="look", limit="4bh")], by="wang")
    visitor = product.visitor("wang")
    assert "as the company" in visitor.get(PAGE).text
    preview = visitor.get(f"{PAGE}?choose=berlin-office").text
    assert "1 open clock of the team would move." in preview
    assert "Technical support, no. 1" in preview
    form = {"calendar": "berlin-office", "read": "0", "note": "they work in Berlin"}
    assert visitor.post(PAGE, {**form, "note": ""}).status_code == 422
    assert visitor.post(PAGE, form).headers["Location"] == PAGE
    for _ in range(2):
        product.work()
        product.clock.advance(minutes=1)
    page = visitor.get(PAGE).text
    assert "they work in Berlin" in page
    assert "1 clock moved" in page
    assert "Office hours in Berlin · Technical support" in visitor.get(f"/cases/{number}?tab=clocks").text
    assert "Calendar of a team chosen Technical support" in visitor.get("/calendars").text


def test_a_choice_made_from_an_old_page_is_refused(product: Product):
    visitor = product.visitor("wang")
    visitor.post(PAGE, {"calendar": "berlin-office", "read": "0", "note": "first"})
    late = visitor.post(PAGE, {"calendar": "24x7", "read": "0", "note": "second"})
    assert (late.status_code, "Somebody else chose this team" in late.text) == (409, True)


def test_members_look_and_others_do_not_even_that(product: Product):
    assert "The team's supervisor or deputy can change this." in product.visitor("tech").get(PAGE).text.replace("&#39;", "'")
    assert product.visitor("tech").get(f"{PAGE}?choose=berlin-office").status_code == 403
    assert product.visitor("tech").post(PAGE, {"calendar": "24x7", "read": "0", "note": "so"}).status_code == 403
    assert product.visitor("zhao").get(PAGE).status_code == 403
    assert product.visitor("wang").get(f"{PAGE}?choose=nowhere").status_code == 404


def test_a_calendar_of_the_teams_own_is_begun_by_one_button_and_opens_its_team_layer(product: Product):
    visitor = product.visitor("wang")
    opened = visitor.post(f"{PAGE}/own", {}).headers["Location"]
    assert opened == "/calendars/team-technical/edit?layer=team"
    assert "Calendar of Technical support" in visitor.get(opened).text
    assert "Go on with the draft" in visitor.get(PAGE).text

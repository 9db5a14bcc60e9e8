"""What the search field suggests while one types, with the keyboard and for a screen reader."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]


@pytest.mark.parametrize(("language", "typed"), [("", "ксяом"), ("/zh-hans", "小米")])
def test_suggestions_are_clean_while_open_and_lead_where_they_say(visitor, language, typed):
    page = visitor.page
    visitor.goto(f"{language}/")
    field, options = page.locator("#find"), page.locator("#suggest [role=option]")
    field.press_sequentially(typed)
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    visitor.look(f"suggest{language.replace('/', '-')}")

    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    visitor.look(f"suggest-chosen{language.replace('/', '-')}")

    field.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially(" ")
    expect(options.first).to_be_visible()
    wanted = options.first.get_attribute("href")
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url(f"**{wanted}")
    assert visitor.troubles == []

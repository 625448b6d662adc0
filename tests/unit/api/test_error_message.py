"""Error messages are found in the formats of all common frameworks."""

from __future__ import annotations

import pytest

from ionq_tui.api.error_message import code_in, first_line, page_title, words_in
from ionq_tui.api.errors import error_for


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"message": "Validation failed", "validation": {"body": {"message": "cost_limit.value is above 25"}}},
            "Validation failed; cost_limit.value is above 25",
        ),
        (
            {"message": "Validation failed", "validation": {"source": "body", "keys": ["settings.cost_limit", "x"]}},
            "Validation failed; settings.cost_limit; x",
        ),
        ({"message": "cost_limit is above 25", "validation": {"keys": ["cost_limit"]}}, "cost_limit is above 25"),
        ({"statusCode": 402, "error": "Payment Required", "message": "no credit"}, "no credit"),
        ({"statusCode": 400, "error": "Bad Request", "message": ["one", "two"]}, "one; two"),
        ({"statusCode": 404, "error": "Not Found"}, "Not Found"),
        ({"errors": {"cost_limit": ["must be at most 25"]}}, "cost_limit must be at most 25"),
        ({"errors": {"base": ["closed today"]}}, "closed today"),
        ({"title": "Bad", "errors": {"Cost": ["The Cost field is required"]}}, "Bad; The Cost field is required"),
        ({"title": "T", "detail": "See errors", "errors": [{"message": "m"}]}, "T; See errors; m"),
        ({"detail": [{"loc": ["body", "settings", "jobs"], "msg": "Field required"}]}, "settings.jobs Field required"),
        ({"errors": [{"source": {"pointer": "/data/cost"}, "detail": "too high"}]}, "cost too high"),
        ({"error": {"settings": {"jobs": {"message": "too many"}}}}, "settings.jobs too many"),
        ({"Message": "in capitals"}, "in capitals"),
        ({"description": "described"}, "described"),
        ("a text", "a text"),
        ([{"msg": "one"}, "two", {"msg": "one"}], "one; two"),
        *((body, "") for body in (None, 7, [1], {}, {"message": 7}, {"message": {"a": 1}}, {"code": "E"}, {"a": "b"})),
    ],
)
def test_the_words_of_an_error(body: object, words: str) -> None:
    assert words_in(body) == words


def test_names_that_say_nothing_are_fields_where_nothing_else_is_said() -> None:
    assert words_in({"settings": {"jobs": ["too many"]}}, fields=True) == "settings.jobs too many"
    assert words_in({"settings": {"jobs": ["too many"]}, "detail": "no"}, fields=True) == "no"


def test_nesting_and_size_are_bounded() -> None:
    deep: object = "words"
    for _ in range(50):
        deep = {"error": deep}
    assert words_in(deep) == "" and code_in(deep) == ""
    assert words_in([str(one) for one in range(1000)]).count(";") < 100


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *((42, "42"), ({"code": 7}, "7"), ({"code": "E"}, "E"), ({"code": {"id": "E"}}, "E"), ([{"code": "E"}], "E")),
        *(({"error": {"code": "E"}}, "E"), ({"error": "TooLarge", "message": "12 > 11"}, "TooLarge")),
        *((one, "") for one in (None, True, "text", {}, {"code": None}, {"code": ""}, {"error": "words"})),
    ],
)
def test_the_code_of_an_error(value: object, code: str) -> None:
    assert code_in(value) == code


def test_a_page_is_known_by_its_title_or_its_heading_however_late_it_comes() -> None:
    head = "<html><head><style>" + "x" * 5000 + "</style>"
    error = error_for(503, None, f"{head}<title>\n Down for\n maintenance </title>", None, None)
    assert error.page == "Down for maintenance" and error.message == "HTTP 503" and len(str(error.body)) <= 500
    assert page_title("<html><title> </title><body><h1 class=x>502 Bad Gateway</h1>") == "502 Bad Gateway"
    assert page_title("plain text") == "" and first_line("<html>") == "" and first_line("\n one \n two") == "one"


@pytest.mark.parametrize(
    ("status", "body", "own"),
    [
        (403, {"statusCode": 403, "error": "Forbidden", "message": "no"}, True),
        (404, {"statusCode": 404, "message": "no such session"}, True),
        (404, {"statusCode": "404", "error": "Not Found"}, True),
        *((403, body, False) for body in ({"message": "Forbidden"}, {"statusCode": 500, "message": "no"})),
        *((403, body, False) for body in ({"statusCode": 403}, {"statusCode": True, "message": "no"}, None)),
    ],
)
def test_ionqs_own_form_names_the_status(status: int, body: object, own: bool) -> None:
    assert error_for(status, body, "", None, None).own_form is own


@pytest.mark.parametrize(
    "words", ["There is no such route", "Route GET:/v0.4/sessions not found", "Cannot GET /sessions"]
)
def test_a_path_that_is_not_there_says_nothing_of_what_was_asked(words: str) -> None:
    error = error_for(404, {"statusCode": 404, "error": "Not Found", "message": words}, "", None, None)
    assert error.own_form and not error.about_asked

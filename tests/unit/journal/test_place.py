from __future__ import annotations

from dataclasses import replace

import pytest

from ionq_tui.model.record import Place
from tests.unit.journal.given import PLACE

BARE = Place("https://api.example/v0.4")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (PLACE, True),
        (replace(PLACE, base_url="https://api.example/v0.4/"), True),
        (replace(PLACE, base_url="http://127.0.0.1:9"), False),
        (replace(PLACE, organization_id="org-2", key_id="key-2"), False),
        (replace(PLACE, organization_id="org-2"), True),  # a key belongs to one organization, whatever a reply says
        (replace(PLACE, project_id="project-2", key_id="key-2"), True),
        (replace(PLACE, organization_id=None), True),
        (replace(PLACE, organization_id=None, project_id="project-2", key_id="key-2"), False),
        (replace(PLACE, organization_id=None, project_id=None), True),
        (replace(PLACE, organization_id=None, project_id=None, key_id="key-2"), False),
        (replace(BARE, organization_id="org-1"), True),
        (BARE, True),
        (replace(BARE, profile="other"), False),
    ],
)
def test_a_place_matches_by_key_else_organisation_else_project(other: Place, same: bool) -> None:
    assert PLACE.matches(other) is same
    assert other.matches(PLACE) is same


def test_the_same_key_is_told_by_its_id_alone() -> None:
    assert PLACE.same_key(replace(PLACE, profile="other"))
    assert not PLACE.same_key(replace(PLACE, key_id="key-2"))
    assert not PLACE.same_key(replace(PLACE, key_id=None))
    assert not replace(PLACE, key_id=None).same_key(replace(PLACE, key_id=None))
    assert not PLACE.same_key(replace(PLACE, key_id=None, profile="other"))

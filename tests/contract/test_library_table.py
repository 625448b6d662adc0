"""The README's tables of what stands in for ionq_core and what does not, compared with both packages."""

from __future__ import annotations

import inspect
import re
import tomllib
from importlib.metadata import version

import ionq_core
import pytest
from ionq_core.client import AuthenticatedClient
from packaging.requirements import Requirement

import ionq_tui
from ionq_tui import IonQClient
from tests.contract.both import KEY
from tests.house.source import ROOT

HERE, THEIRS, NOT = "here", "use theirs", "not here"


def table(name: str) -> dict[str, str]:
    """Return the second column of a table by each name of the first. A name that stands twice is a mistake."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found is not None
    listed: dict[str, str] = {}
    for row in found[1].splitlines()[2:]:
        names, where, _ = (cell.strip() for cell in row.strip("|").split("|", 2))
        for one in re.findall(r"`([^`]+)`", names):
            assert one not in listed
            listed[one] = where
    return listed


NAMES, CLIENT = table("ionq_core names"), table("ionq_core client")
KEYWORDS = {name: where for name, where in CLIENT.items() if not name.endswith("()")}
METHODS = {name.removesuffix("()"): where for name, where in CLIENT.items() if name.endswith("()")}


def named(found: dict[str, str], where: str) -> set[str]:
    return {name for name, place in found.items() if place == where}


def test_every_public_name_of_theirs_is_listed_and_no_other() -> None:
    assert set(NAMES) == set(ionq_core.__all__)
    assert set(NAMES.values()) == {HERE, THEIRS, NOT}


def test_what_is_here_can_be_imported_and_nothing_else() -> None:
    assert named(NAMES, HERE) == set(NAMES) & set(ionq_tui.__all__)
    for name in set(NAMES) - named(NAMES, HERE):
        with pytest.raises(AttributeError):
            getattr(ionq_tui, name)


def test_every_keyword_of_their_constructors_is_listed() -> None:
    theirs = [*inspect.signature(ionq_core.IonQClient).parameters, *inspect.signature(AuthenticatedClient).parameters]
    assert set(KEYWORDS) == set(theirs) - {"kwargs"}
    assert set(KEYWORDS.values()) == {HERE, NOT}
    assert named(KEYWORDS, HERE) == set(inspect.signature(IonQClient).parameters) - {"refused"}


@pytest.mark.parametrize("keyword", sorted(named(KEYWORDS, NOT)))
def test_a_keyword_that_is_not_here_raises_a_type_error_with_a_reason(keyword: str) -> None:
    with pytest.raises(TypeError, match=f"{keyword!r}: .{{20}}"):
        IonQClient(api_key=KEY, **{keyword: {}})  # type: ignore[arg-type]


def test_the_last_four_of_them_raise_one_in_theirs_too() -> None:
    for keyword in named(KEYWORDS, NOT) - {"cookies"}:
        with pytest.raises(TypeError, match=keyword):
            ionq_core.IonQClient(api_key=KEY, **{keyword: {}})  # type: ignore[arg-type]
    assert len(named(KEYWORDS, NOT)) == 5


def test_every_method_of_their_client_is_listed_and_works_or_says_why_not() -> None:
    methods = {name for name in vars(AuthenticatedClient) if not name.startswith("_")} - set(KEYWORDS)
    assert set(METHODS) == methods
    assert set(METHODS.values()) == {HERE, NOT}
    with IonQClient(api_key=KEY, base_url="https://server.invalid") as client:
        for name in named(METHODS, NOT):
            with pytest.raises(TypeError, match=rf"{name}\(\): "):
                getattr(client, name)({})
        for name in named(METHODS, HERE):
            given = {"with_headers": ({},), "with_timeout": (5.0,)}.get(name, ())
            assert getattr(client, name)(*given) is not None


def test_the_extra_brings_the_version_that_is_tested_and_no_untested_series() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (wanted,) = map(Requirement, project["optional-dependencies"]["sdk"])
    assert wanted.name == "ionq-core" and version("ionq-core") in wanted.specifier
    assert "0.3" not in wanted.specifier and "0.1" not in wanted.specifier
    assert f"ionq-core {version('ionq-core')}" in (ROOT / "README.md").read_text(encoding="utf-8")

"""It behaves as the dataclass of the standard library, member by member."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from ionq_tui.model.quick_dataclass import quick_dataclass


@quick_dataclass(frozen=True, slots=True)
class Ours:
    """Of every kind of field."""

    a: int
    b: tuple[str, ...] = ()
    c: dict[str, int] = field(default_factory=dict, compare=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Theirs:
    """The same by the standard library."""

    a: int
    b: tuple[str, ...] = ()
    c: dict[str, int] = field(default_factory=dict, compare=False)
    secret: str = field(default="", repr=False)


@quick_dataclass(frozen=True, slots=True)
class One:
    """Of one field, which cannot be hashed if it is a list."""

    only: object


@quick_dataclass(frozen=True, slots=True)
class Nothing:
    """Of none."""


def test_it_is_formatted_as_theirs_and_without_what_is_secret() -> None:
    assert repr(Ours(1, ("x",), {"y": 2}, "canary")) == repr(Theirs(1, ("x",), {"y": 2}, "canary")).replace(
        "Theirs", "Ours"
    )
    assert repr(Nothing()) == "Nothing()"


def test_equal_are_those_of_one_class_whose_compared_fields_are() -> None:
    assert Ours(1) == Ours(1, c={"not": 1}) != Ours(2)
    assert Ours(1, secret="x") != Ours(1, secret="y")
    assert Ours(1).__eq__(Theirs(1)) is NotImplemented
    assert Nothing() == Nothing()
    assert One(1) == One(1.0) != One(2)


def test_equal_ones_are_one_in_a_set() -> None:
    assert len({Ours(1), Ours(1, c={"not": 1}), Ours(2)}) == 2
    assert hash(Ours(1, ("x",), {}, "s")) == hash(Theirs(1, ("x",), {}, "s"))
    assert len({One(1), One(1.0), Nothing(), Nothing()}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(One([]))


def test_nothing_in_it_changes_but_a_changed_copy_can_be_made() -> None:
    one = Ours(1)
    with pytest.raises(FrozenInstanceError):
        one.a = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del one.a
    assert not hasattr(one, "__dict__")
    assert replace(one, a=2) == Ours(2)
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert [one.name for one in fields(Ours)] == ["a", "b", "c", "secret"] == [*Ours.__match_args__]

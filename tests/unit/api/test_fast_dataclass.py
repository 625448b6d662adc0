"""`fast_dataclass` builds the same objects as the dataclass itself."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from ionq_tui.api.fast_dataclass import fast_dataclass
from ionq_tui.model.job import Job
from ionq_tui.model.limits import Limits
from ionq_tui.model.session import Session


@pytest.mark.parametrize("kind", [Session, Job, Limits])
def test_it_is_of_the_kind_and_each_field_is_in_its_place(kind: type[Session | Job | Limits]) -> None:
    given = {field.name: f"the {field.name}" for field in fields(kind)}
    made, plain = fast_dataclass(kind)(**given), kind(**given)  # type: ignore[arg-type]
    assert type(made) is kind
    assert (made, hash(made), repr(made)) == (plain, hash(plain), repr(plain))
    assert {name: getattr(made, name) for name in given} == given


def test_it_is_as_frozen_and_is_copied_as_any_other() -> None:
    made = fast_dataclass(Limits)(1, 2, None, (), ())
    with pytest.raises(FrozenInstanceError):
        made.jobs = 7  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.jobs
    with pytest.raises((AttributeError, TypeError)):
        made.other = 7  # type: ignore[attr-defined]
    assert replace(made, jobs=3) == Limits(3, 2)
    assert copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made


def test_a_field_that_is_left_out_is_an_error() -> None:
    with pytest.raises(TypeError):
        fast_dataclass(Limits)(1)

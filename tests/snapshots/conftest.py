from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from tests.snapshots.scene import stop_the_zone


@pytest.fixture
def one_zone() -> Iterator[None]:
    before = os.environ.get("TZ")
    stop_the_zone()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()

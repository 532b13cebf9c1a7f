"""Whole numbers of a request, as people have them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from jupyter_videogen.api import request_builder
from jupyter_videogen.core.errors import InvalidRequest


@pytest.mark.parametrize(
    ("field", "value", "sent"),
    [
        ("seed", np.int64(7), 7),
        ("seed", np.uint8(7), 7),
        ("duration", np.float32(4.0), 4),
        ("duration", 4.0, 4),
        ("fps", Fraction(24, 1), 24),
        ("n", np.int16(2), 2),
    ],
)
def test_whole_numbers_of_any_kind_are_taken(field: str, value: Any, sent: int) -> None:
    """NumPy's, floats and fractions that are whole."""
    assert getattr(request_builder._convert("a kite", {field: value}), field) == sent


@pytest.mark.parametrize(("value", "nearest"), [(4.4, 4), (np.float64(4.6), 5), (Fraction(9, 2), 4)])
def test_a_number_between_two_is_answered_with_the_nearest(value: Any, nearest: int) -> None:
    """In words of ours, with the field."""
    with pytest.raises(InvalidRequest, match=f"duration must be a whole number, .* Nearest: {nearest}") as caught:
        request_builder._convert("a kite", {"duration": value})
    assert (caught.value.field, caught.value.sent) == ("duration", "no")


@pytest.mark.parametrize("value", [True, "4", float("nan"), float("inf"), [4]])
def test_what_is_no_number_is_refused(value: Any) -> None:
    """A truth value is no length."""
    with pytest.raises(InvalidRequest):
        request_builder._convert("a kite", {"duration": value})

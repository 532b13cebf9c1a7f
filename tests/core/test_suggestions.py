"""What is offered in the place of a word that nobody knows."""

from __future__ import annotations

from jupyter_videogen.core.suggestions import did_you_mean


def test_the_nearest_word_is_offered_or_all_or_none() -> None:
    assert did_you_mean("qubaks", ["qubax", "qubrid"]) == "Did you mean qubax?"
    assert did_you_mean("zzz", ["qubax", "qubrid"]) == "Choose one of: qubax, qubrid."
    assert did_you_mean("study-1", []) == "There are none yet."

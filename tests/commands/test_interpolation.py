"""Filling in variables never surprises, whatever the text: properties, over texts that nobody thought of."""

from __future__ import annotations

import io
import shlex
import string
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_videogen.commands import parser
from jupyter_videogen.commands.interpolation import describe_values, fill_template, whole_value

NAMES: dict[str, Any] = {"hero": "Ada", "n": 7, "table": {"a": 1}}
NASTY = st.sampled_from(
    [
        *(
            "{",
            "}",
            "{{",
            "}}",
            "{hero}",
            "{n:03}",
            "{hero!r}",
            "{nobody}",
            "{table[a]}",
            "{table[b]}",
            "{hero.x}",
            "{}",
        ),
        *("{0}", "\\", '"', "'", " ", "\n", "---", "$", "é", "🎬", "hero", "!r", ":", "[", "]", ".", "\0", "\ud800"),
    ]
)
TEXTS = st.lists(st.one_of(NASTY, st.text(max_size=5)), max_size=20).map("".join)
STRANGERS = st.dictionaries(st.sampled_from(["zebra", "yak", "x9"]), st.integers(), max_size=3)


@given(TEXTS)
def test_filling_in_never_raises(text: str) -> None:
    """Nothing that a prompt can hold is an error."""
    fill_template(text, NAMES)


@given(TEXTS, STRANGERS)
def test_text_without_a_known_variable_in_braces_is_unchanged(text: str, names: dict[str, int]) -> None:
    """However many braces it has."""
    if not any(name in text for name in names):
        assert fill_template(text, names).text == text


@given(st.lists(st.one_of(st.text(st.characters(exclude_characters="{}")), st.just("{hero}")), max_size=9))
def test_a_lone_variable_is_replaced_and_its_surroundings_are_not(parts: list[str]) -> None:
    """As `str.replace` would, where there are no other braces."""
    text = "".join(parts)
    assert fill_template(text, NAMES).text == text.replace("{hero}", "Ada")


@given(st.integers(1, 9), st.integers(1, 9))
def test_braces_pair_from_the_inside(opened: int, closed: int) -> None:
    """Two are one that is meant; what has no partner is text."""
    pairs, kept = min(opened, closed), min(opened, closed) // 2
    inner = "Ada" if pairs % 2 else "hero"
    expected = "{" * (opened - pairs + kept) + inner + "}" * (closed - pairs + kept)
    assert fill_template("{" * opened + "hero" + "}" * closed, NAMES).text == expected


@given(TEXTS)
def test_raw_text_is_the_cell_itself(text: str) -> None:
    """But for the line's end that IPython adds."""
    assert parser.split_prompts(f"{text}\n", raw=True) == [text]


@given(st.text(st.sampled_from(string.ascii_letters + " \t'\"\\#-={}$;`é🎬"), max_size=30))
def test_words_are_those_of_a_posix_shell(text: str) -> None:
    """As `shlex` has them, on every system, and each where it stands on the line."""
    try:
        expected = shlex.split(text, posix=True)
    except ValueError:
        with pytest.raises(parser.ParseError):
            parser._split(text, [])
        return
    tokens: list[parser.Token] = []
    rest = parser._split(text, tokens)
    if rest is None:
        assert [token.text for token in tokens] == expected
    for token in tokens:
        assert shlex.split(text[token.start : token.end]) == [token.text]


@given(st.text(max_size=40))
def test_a_line_is_read_or_refused_in_words(text: str) -> None:
    """Never anything else; and what is shown of it never holds what may be a key."""
    try:
        parser.parse_line(text)
    except parser.ParseError as misread:
        place = (misread.start, misread.end)
    else:
        place = (0, len(text))
    assert 0 <= place[0] <= place[1] <= len(text)
    parser.displayable(f"{text} --extra hush-hush", (0, len(text)))


@given(
    st.sampled_from(["--extra", "--set", "-x", "--api-key", "--extra=", "--set="]),
    st.text(string.ascii_letters, min_size=9),
)
def test_what_may_be_a_key_is_not_shown(flag: str, secret: str) -> None:
    """Further fields, and whatever follows an option that is none."""
    space = "" if flag.endswith("=") else " "
    line, span = parser.displayable(f"-d 4 {flag}{space}{secret} -n 2", (0, 4))
    assert secret not in line
    assert span == (0, 4)
    assert line.endswith(" -n 2")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("{heroo} walks", "{heroo} was left unchanged: no variable named heroo. Did you mean hero?"),
        ("{zebra}", "{zebra} was left unchanged: no variable named zebra."),
        ("{hero.x}", "{hero.x} was left unchanged: AttributeError at .x."),
        ("{table[b]}", "{table[b]} was left unchanged: KeyError at [b]."),
        ("{hero:nope}", "{hero:nope} was left unchanged: ValueError while it was formatted."),
        (
            "{hero.__class__}",
            "{hero.__class__} was left unchanged: private names and the environment are not filled in.",
        ),
    ],
)
def test_what_looks_like_a_variable_is_told(text: str, note: str) -> None:
    """With the nearest that there is."""
    assert fill_template(text, NAMES).notes == (note,)


@pytest.mark.parametrize(
    "text", ["\\frac{ab}{cd}", "x_{ij}", "${HOME}", '{"json": 1}', "{{ jinja }}", "{x}", "{}", "{0}", "{__a}"]
)
def test_notations_of_other_kinds_are_not_commented_on(text: str) -> None:
    """LaTeX, shells, templates and JSON."""
    assert fill_template(text, NAMES).notes == ()


def test_what_was_filled_in_is_known() -> None:
    """For the record, and for the card in few words."""
    filled = fill_template("{hero} and {n:03} and {{hero}}", NAMES)
    assert filled.values == {"hero": "Ada", "n:03": "007"}
    assert describe_values({**filled.values, "long": "x" * 99}) == f"hero='Ada', n:03='007', long='{'x' * 39}…'"


def test_the_environment_is_nobodys_prompt() -> None:
    """A pasted prompt cannot ask for a key."""
    names = {"os": __import__("os"), "io": io}
    text = "{os.environ} {os.environ[PATH]} {os.environ[HOME]!r}"
    assert fill_template(text, names).text == text
    assert fill_template("{io.SEEK_SET}", names).text == "0"


def test_a_variable_alone_is_given_as_it_is() -> None:
    """For media and further fields."""
    assert whole_value("{table}", NAMES) == (True, {"a": 1})
    assert whole_value("{table[a]}", NAMES) == (True, 1)
    for text in ("{table} ", "{{table}}", "{nobody}", "{table!r}", "table"):
        assert whole_value(text, NAMES) == (False, None)


@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000,
        "{a" * 50_000,
        "{hero} " * 15_000,
        "{ab" + "[" * 99_999,
        "{a:" * 33_000,
        "{hero" + "[b]" * 33_000,
        "{zz} " * 20_000,
    ],
    ids=["open", "names", "fields", "brackets", "colons", "items", "unknown"],
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    """Work grows with the length, not with its square: processor time, by far."""
    before = time.process_time()
    fill_template(text, NAMES)
    assert time.process_time() - before < 5

"""Lines of the magic, each with the exact request that it sends or the exact words in which it is refused.

Requests are read off `--dry-run`, which prints what would go to the provider; one test shows that what is printed is what goes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_videogen.config import files
from jupyter_videogen.notebook import magic
from support.fakes import MP4
from support.ipython_shell import PNG, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.paid_server import Shop

NOTHING = "Nothing was sent or charged."
TOML = """
[providers.acme]
dialect = "indoxhub"
base_url = "https://acme.example/v1"

[capabilities."acme:wan-2.7"]
durations = [4, 8, 12]
sizes = ["1280x720", "720x1280"]
default_duration = 4
most = 1
takes = ["duration", "size", "aspect", "resolution", "fps", "seed", "negative", "image", "last_frame", "references", "sound"]
aspects = ["16:9", "9:16"]
fps = [12, 60]

[capabilities."acme:veo"]
most = 4
"""
A = "-p acme -m wan-2.7 "
BASE = {"model": "wan-2.7", "prompt": "a kite", "duration": 4}


class Hero:
    """What a user may have in a variable."""

    name = "Ada"
    _secret = "x"

    def upper(self) -> str:
        raise AssertionError("nothing is ever called")

    def __str__(self) -> str:
        return "the hero"


@pytest.fixture
def shell(home: Path) -> Iterator[Shell]:
    Path("videogen.toml").write_text(TOML)
    Path("cat.png").write_bytes(PNG)
    Path("my cat.png").write_bytes(PNG)
    Path("größe 猫.png").write_bytes(PNG)
    with Shell() as shell:
        shell.names.update(
            hero="Ada",
            hero_name="Ada L.",
            city="Zürich 🌉",
            n_seconds=8,
            ratio=2 / 3,
            person=Hero(),
            table={"a": {"b": 7}, "list": [1, 2, 3], 5: "five"},
            fig=PNG,
            settings={"style": "noir"},
            path=Path("cat.png"),
        )
        yield shell


def dry(shell: Shell, line: str, body: str) -> Any:
    """Return what a cell would send."""
    said = shell.run(f"%%videogen {line} --dry-run\n{body}")
    assert said.error is None, said.look
    return json.loads(said.out)


def flat(look: str) -> str:
    """Return an error's words on one line, without the place that they are about."""
    lines = [line for line in look.split("\n") if not line.startswith("  │ ") or "%" in line or "^  " in line]
    return re.sub(r"\s+(→ |│ *\^+ +)?", " ", " ".join(lines)) + "".join(f"\n{line}" for line in lines)


OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    ("-d 8", {"duration": 8}),
    ("-d8", {"duration": 8}),
    ("-d=8", {"duration": 8}),
    ("--duration 8", {"duration": 8}),
    ("--duration=8", {"duration": 8}),
    ("--duration='8'", {"duration": 8}),
    ('-d "8"', {"duration": 8}),
    ("  -d   8  ", {"duration": 8}),
    ("-d\t8", {"duration": 8}),
    ("-d {n_seconds}", {"duration": 8}),
    ("--size 1280x720", {"size": "1280x720"}),
    ("--size=720x1280", {"size": "720x1280"}),
    ("--size {table[list][0]}280x720", {"size": "1280x720"}),
    ("--aspect 16:9", {"aspect_ratio": "16:9"}),
    ("--aspect 9:16 --resolution 720p", {"aspect_ratio": "9:16", "resolution": "720p"}),
    ("--fps 24", {"additional_params": {"fps": 24}}),
    ("--seed 7", {"additional_params": {"seed": 7}}),
    ("--seed 0", {"additional_params": {"seed": 0}}),
    ("--seed 4294967295", {"additional_params": {"seed": 4294967295}}),
    ("--seed random", {}),
    ("--sound", {"generate_audio": True}),
    ("--no-sound", {"generate_audio": False}),
    ("--negative blur", {"negative_prompt": "blur"}),
    ("--negative='no text, blur'", {"negative_prompt": "no text, blur"}),
    ('--negative="no text, blur"', {"negative_prompt": "no text, blur"}),
    ('--negative "no text, blur"', {"negative_prompt": "no text, blur"}),
    ("--negative no\\ text,\\ blur", {"negative_prompt": "no text, blur"}),
    ("--negative no' 'text", {"negative_prompt": "no text"}),
    ('--negative "it\'s"', {"negative_prompt": "it's"}),
    ("--negative 'it'\"'\"'s'", {"negative_prompt": "it's"}),
    ("--negative 'say \"no\"'", {"negative_prompt": 'say "no"'}),
    ('--negative "say \\"no\\""', {"negative_prompt": 'say "no"'}),
    ("--negative 'back\\slash'", {"negative_prompt": "back\\slash"}),
    ('--negative "back\\slash"', {"negative_prompt": "back\\slash"}),
    ('--negative "back\\\\slash"', {"negative_prompt": "back\\slash"}),
    ("--negative '--new'", {"negative_prompt": "--new"}),
    ("--negative=--new", {"negative_prompt": "--new"}),
    ("--negative '#hash; and ; semicolons'", {"negative_prompt": "#hash; and ; semicolons"}),
    ("--negative #hash", {"negative_prompt": "#hash"}),
    ("--negative $HOME", {"negative_prompt": "$HOME"}),
    ("--negative '$(rm -rf ~)'", {"negative_prompt": "$(rm -rf ~)"}),
    ("--negative '`rm`'", {"negative_prompt": "`rm`"}),
    ("--negative '*.png'", {"negative_prompt": "*.png"}),
    ("--negative *.png", {"negative_prompt": "*.png"}),
    ("--negative 'größe 猫 🎬'", {"negative_prompt": "größe 猫 🎬"}),
    ("--negative 🎬", {"negative_prompt": "🎬"}),
    ("--negative ''", {"negative_prompt": ""}),
    ("--negative {hero}", {"negative_prompt": "Ada"}),
    ("--negative 'no {hero}s'", {"negative_prompt": "no Adas"}),
    ("--negative '{nobody_here}'", {"negative_prompt": "{nobody_here}"}),
    ("--negative {hero} --raw", {"negative_prompt": "{hero}"}),
    ("""--extra '{"style": "noir"}'""", {"style": "noir"}),
    ("""--extra '{"a": {"b": [1, null, true]}}'""", {"a": {"b": [1, None, True]}}),
    ("""--extra '{"text": "größe 猫"}'""", {"text": "größe 猫"}),
    ("""--extra '{"hero": "{hero}"}'""", {"hero": "Ada"}),
    ("--extra {settings}", {"style": "noir"}),
    ("--set style=noir", {"style": "noir"}),
    ("--set style='film noir'", {"style": "film noir"}),
    ("--set steps=20 --set cfg=7.5", {"steps": 20, "cfg": 7.5}),
    ("--set on=true --set off=false", {"on": True, "off": False}),
    ("--set 'a={\"b\": 1}'", {"a": {"b": 1}}),
    ("--set url=http://x/?a=b", {"url": "http://x/?a=b"}),
    ("--set empty=", {"empty": ""}),
    ("""--extra '{"style": "noir", "k": 1}' --set style=pop""", {"style": "pop", "k": 1}),
    ("""--extra '{"api_token": "hush"}'""", {"api_token": "…"}),
    ("--image https://x.example/a%20b.png", {"input_image": "https://x.example/a%20b.png"}),
    ("--new", {}),
    ("--yes", {}),
    ("--wait", {}),
    ("--no-wait --timeout 30m", {}),
    ("-q", {}),
    ("-n 1", {}),
    ("--as clip", {}),
    ("-o out/", {}),
    ("--embed", {}),
]


@pytest.mark.parametrize(("line", "sent"), OPTIONS)
def test_options_become_exactly_this_request(shell: Shell, line: str, sent: dict[str, Any]) -> None:
    """What is written, quoted in whatever way, reaches the provider's own fields."""
    found = dry(shell, A + line, "a kite")
    assert found["json"] == {**BASE, **sent}


PROMPTS: list[tuple[str, str]] = [
    ("a kite", "a kite"),
    ("\n\n  \na kite", "a kite"),
    ("a kite\n\n\n", "a kite"),
    ("  indented", "  indented"),
    ("two\nlines", "two\nlines"),
    ("two\n\nparagraphs", "two\n\nparagraphs"),
    ("# not a comment", "# not a comment"),
    ("%not a magic", "%not a magic"),
    ("!not a shell", "!not a shell"),
    ("what?", "what?"),
    ("--new is text here", "--new is text here"),
    ("ends in a backslash\\", "ends in a backslash\\"),
    ("-- dashes\n--\n----\n- - -", "-- dashes\n--\n----\n- - -"),
    (" ---", " ---"),
    ("a --- b", "a --- b"),
    ("$(rm -rf /)", "$(rm -rf /)"),
    ("; rm -rf /", "; rm -rf /"),
    ("`rm`", "`rm`"),
    ("$hero and $HOME", "$hero and $HOME"),
    ("${hero}", "$Ada"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("größe 猫 🎬 \u202etfel", "größe 猫 🎬 \u202etfel"),
    ("e\u0301 stays decomposed", "e\u0301 stays decomposed"),
    ("C:\\new\\table.png", "C:\\new\\table.png"),
    ('it\'s "quoted"', 'it\'s "quoted"'),
    ("100 %", "100 %"),
    ("%s %d %(name)s", "%s %d %(name)s"),
    ('{"json": 1}', '{"json": 1}'),
    ('{"hero": "{hero}"}', '{"hero": "Ada"}'),
    ('{\n  "shots": [{"t": 0}, {"t": 1}]\n}', '{\n  "shots": [{"t": 0}, {"t": 1}]\n}'),
    ("{", "{"),
    ("}", "}"),
    ("{}", "{}"),
    ("{0}", "{0}"),
    ("{0.name}", "{0.name}"),
    ("{ hero }", "{ hero }"),
    ("{hero", "{hero"),
    ("hero}", "hero}"),
    ("{hero}", "Ada"),
    ("{hero} walks into {city}, golden hour", "Ada walks into Zürich 🌉, golden hour"),
    ("{hero!r}", "'Ada'"),
    ("{city!a}", "'Z\\xfcrich \\U0001f309'"),
    ("{hero!x}", "{hero!x}"),
    ("{hero:>5}", "  Ada"),
    ("{ratio:.2f}", "0.67"),
    ("{ratio:%}", "66.666667%"),
    ("{hero:nonsense}", "{hero:nonsense}"),
    ("{person}", "the hero"),
    ("{person.name}", "Ada"),
    ("{person.name!r:>7}", "  'Ada'"),
    ("{person.nothing}", "{person.nothing}"),
    ("{person._secret}", "{person._secret}"),
    ("{person.upper()}", "{person.upper()}"),
    ("{person.__class__.__mro__}", "{person.__class__.__mro__}"),
    ("{__class__.__mro__}", "{__class__.__mro__}"),
    ("{__import__('os').system('rm')}", "{__import__('os').system('rm')}"),
    ("{table[a][b]}", "7"),
    ("{table['a']['b']}", "7"),
    ("{table[list][-1]}", "3"),
    ("{table[list][9]}", "{table[list][9]}"),
    ("{table[5]}", "five"),
    ("{table[nothing]}", "{table[nothing]}"),
    ("{table[hero]}", "{table[hero]}"),
    ("{{hero}}", "{hero}"),
    ("{{{hero}}}", "{Ada}"),
    ("{{{{hero}}}}", "{{hero}}"),
    ("{{nobody}}", "{{nobody}}"),
    ("{{hero}", "{Ada"),
    ("{hero}}", "Ada}"),
    ("{{ jinja }}", "{{ jinja }}"),
    ("{% if hero %}", "{% if hero %}"),
    ("\\frac{a}{b} x^{2} \\text{hero}", "\\frac{a}{b} x^{2} \\textAda"),
    ("x_{i}", "x_{i}"),
    ("body { color: red }", "body { color: red }"),
    ("f(x) = {x | x > 0}", "f(x) = {x | x > 0}"),
    ("{In} {Out} {_} {exit} {get_ipython}", "{In} {Out} {_} {exit} {get_ipython}"),
    ("{hero}{hero}{hero}", "AdaAdaAda"),
    ("{hero}{nobody}", "Ada{nobody}"),
    ("x" * 32_000, "x" * 32_000),
    ("{" * 5_000 + "hero" + "}" * 5_000, "{" * 2_500 + "hero" + "}" * 2_500),
]


@pytest.mark.parametrize(("body", "prompt"), PROMPTS, ids=range(len(PROMPTS)))
def test_a_cell_becomes_exactly_this_prompt(shell: Shell, body: str, prompt: str) -> None:
    """Variables are filled in where there are any; everything else is text."""
    assert dry(shell, A, body)["json"]["prompt"] == prompt


@pytest.mark.parametrize("body", [body for body, _ in PROMPTS], ids=range(len(PROMPTS)))
def test_raw_text_is_sent_as_it_is(shell: Shell, body: str) -> None:
    """`--raw` changes no text."""
    said = shell.magic(f"{A}--raw --dry-run", f"{body}\n")
    assert json.loads(said.out)["json"]["prompt"] == body


REFUSALS: list[tuple[str, str]] = [
    ("-d 6", "✗ videogen: wan-2.7 can't make a 6-second clip.\n  │ %%videogen -p acme -m wan-2.7 -d 6\n"
     "  │                               ^^^^  Supported lengths: 4, 8 or 12 s.\n  → Nearest: -d 4.    " + NOTHING),
    ("-d six", "-d takes a whole number, not 'six'."),
    ("-d 6.5", "-d takes a whole number, not '6.5'."),
    ("-d {ratio}", "-d takes a whole number, not '0.6666666666666666'."),
    ("-d", "-d needs a value."),
    ("-d --new", "-d needs a value."),
    ("-d -1", "wan-2.7 can't make a -1-second clip."),
    ("-d 4 --duration 8", "-d was given twice."),
    ("--size 640x360", "Nearest: --size 1280x720."),
    ("--size huge", "wan-2.7 can't make huge."),
    ("--size", "Write it as --size 1280x720."),
    ("--aspect 4:3", "wan-2.7 doesn't support aspect 4:3."),
    ("--fps 99", "wan-2.7 makes 12 to 60 frames per second."),
    ("--seed -1", "The seed -1 is out of range."),
    ("--seed 4294967296", "The seed 4294967296 is out of range."),
    ("--seed maybe", "--seed takes a whole number or \"random\", not 'maybe'."),
    ("-n 0", "Can't make 0 clips."),
    ("-n many", "-n takes a whole number, not 'many'."),
    ("--negatve x", "Did you mean --negative?"),
    ("--negativ=x", "Unknown option --negativ."),
    ("--sizes 1x1", "Did you mean --size?"),
    ("--no-new", "Unknown option --no-new."),
    ("--sound=yes", "--sound takes no value."),
    ("-x", "Unknown option -x."),
    ("-x hush", "│ %%videogen -p acme -m wan-2.7 -x …"),
    ("a kite", "Put the prompt below the first line."),
    ("-- a kite", "Put the prompt below the first line."),
    ("\u2013n 3", "Options begin with two hyphens (--), not with a dash."),
    ("--negative “no text”", "Quote values with straight quotation marks"),
    ("--negative 'no text", "Close the quote."),
    ("--as 2x", "2x is not a valid variable name."),
    ("--as class", "class is not a valid variable name."),
    ("--as a.b", "a.b is not a valid variable name."),
    ("--max-cost lots", "--max-cost takes an amount in dollars, not 'lots'."),
    ("--max-cost -1", "--max-cost takes an amount in dollars, not '-1'."),
    ("--max-cost nan", "--max-cost takes an amount in dollars, not 'nan'."),
    ("--max-cost 1", "The cost of this is unknown"),
    ("--timeout soon --wait --max-cost 0", "The cost of this is unknown"),
    ("--extra {", "--extra holds JSON that can't be read"),
    ("--extra '[1]'", "--extra takes a JSON object."),
    ("""--extra '{"token": "hush"'""", "│ %%videogen -p acme -m wan-2.7 --extra …"),
    ("--set style", "--set takes KEY=VALUE."),
    ("--set =noir", "--set takes KEY=VALUE."),
    ("--image nothing.png", "nothing.png can't be read (No such file or directory)."),
    ("--image C:\\pics\\cat.png", r"Put the path in single quotes: 'C:\pictures\cat.png'."),
    ("--image {person}", "image can't be made from a Hero."),
    ("--image @nobody", "No job id starts with nobody."),
    ("--image videogen.toml", "videogen.toml is not a supported image file."),
    ("--fit stretch --image cat.png --size 1280x720", "Choose one of: cover, contain, pad."),
    ("-m ,", "-m has no model name in ','."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "words"), REFUSALS, ids=[line for line, _ in REFUSALS])
def test_a_mistake_is_told_in_these_words(shell: Shell, line: str, words: str) -> None:
    """What, where, what next, and that nothing was sent; no traceback, and no provider was asked."""
    both = line.startswith("-m ")
    said = shell.run(f"%%videogen {'-p acme ' if both else A}{line}\na kite")
    assert words == said.look if "\n" in words else words in flat(said.look)
    assert said.look.endswith(NOTHING)
    assert "hush" not in said.look + str(said.error) + said.out + said.err


LINES: list[tuple[str, str]] = [
    ("%videogen job", "Unknown command job."),
    ("%videogen a kite", "Unknown command a."),
    ("%videogen canel last", "Did you mean %videogen cancel?"),
    ("%videogen 'a kite' b", "Unknown command b."),
    ("%videogen jobs --al", "%videogen jobs has no option --al. Did you mean --all?"),
    ("%videogen jobs -n x", "-n takes a whole number, not 'x'."),
    ("%videogen jobs -n", "-n needs a value."),
    ("%videogen show 'x", "Close the quote."),
    ("%videogen show zzzz", "No job id starts with zzzz."),
    ("%videogen wait --timeot 3", "Did you mean --timeout?"),
    ("%videogen help nonsens", "No help for nonsens."),
    ("%videogen help negatve", "Did you mean negative?"),
    ("%videogen cost --by weather", "Costs can't be grouped by weather."),
    ("%videogen connect", "No provider given."),
    ("%videogen config x=1 --set", "%videogen config has no option --set."),
    ("%videogen models -p acne", "Unknown provider acne. Did you mean acme?"),
]


@pytest.mark.parametrize(("line", "words"), LINES, ids=[line for line, _ in LINES])
def test_a_mistyped_command_is_never_a_prompt(shell: Shell, line: str, words: str) -> None:
    """It could cost money: a prompt on one line stands in quotes or after two hyphens."""
    said = shell.run(line)
    assert words in flat(said.look)
    assert said.look.endswith(NOTHING)


@pytest.mark.parametrize(
    ("line", "prompt"),
    [
        ('"a kite"', "a kite"),
        ("'a kite'", "a kite"),
        ("-- a kite", "a kite"),
        ("-- the cat's hat -n 3 \"x", "the cat's hat -n 3 \"x"),
        ('-d 8 "jobs"', "jobs"),
        ("-- {hero} flies", "Ada flies"),
        ("--raw -- {hero} flies", "{hero} flies"),
    ],
)
def test_a_prompt_on_one_line_is_quoted_or_after_two_hyphens(shell: Shell, line: str, prompt: str) -> None:
    """What follows the hyphens is not split at all."""
    said = shell.run(f"%videogen {A} --dry-run {line}")
    assert json.loads(said.out)["json"]["prompt"] == prompt, said.look


def test_options_go_on_after_a_backslash(shell: Shell) -> None:
    """Over any number of lines; the prompt begins after the last."""
    found = dry(shell, f"{A}-d 8 \\\n  --seed 3 \\  \n  --size 1280x720", "a kite \\\nagain")
    assert found["json"] == {
        **BASE,
        "duration": 8,
        "additional_params": {"seed": 3},
        "size": "1280x720",
        "prompt": "a kite \\\nagain",
    }


def test_three_dashes_begin_the_next_prompt(shell: Shell) -> None:
    """Every prompt is sent with the same options; spaces after the dashes do not count."""
    found = dry(shell, f"{A}--seed 3", "one\n---\n\ntwo\nlines\n---  \nthree")
    assert [(one["json"]["prompt"], one["json"]["additional_params"]["seed"]) for one in found] == [
        ("one", 3),
        ("two\nlines", 3),
        ("three", 3),
    ]
    said = shell.run(f"%%videogen {A}--dry-run\none\n---\n")
    assert "The prompt is empty." in said.look
    assert dry(shell, f"{A}--raw", "one\n---\ntwo")["json"]["prompt"] == "one\n---\ntwo"


def test_several_models_and_takes_are_as_many_requests(shell: Shell) -> None:
    """A model of one clip at a time gets a job for every take, with the next seed; one of several gets one request."""
    found = dry(shell, "-p acme -m wan-2.7,veo -n 3 --seed 4294967295 -d 4", "a kite")
    assert [
        (one["json"]["model"], one["json"].get("n"), one["json"]["additional_params"]["seed"]) for one in found
    ] == [
        ("wan-2.7", None, 4294967295),
        ("wan-2.7", None, 0),
        ("wan-2.7", None, 1),
        ("veo", 3, 4294967295),
    ]
    mixed = dry(shell, "-m acme:veo,local:local/scenes -d 4", "a kite")
    assert [(one["provider"], one["model"]) for one in mixed] == [("acme", "veo"), ("local", "local/scenes")]


@pytest.mark.parametrize(
    "value", ["cat.png", "'my cat.png'", "my\\ cat.png", "./cat.png", "{fig}", "{path}", "'größe 猫.png'"]
)
def test_a_start_image_is_a_path_or_a_variable(shell: Shell, value: str) -> None:
    """A variable goes over as it is: bytes, a path, an array, a figure."""
    sent = dry(shell, f"{A}--image {value}", "a kite")["json"]["input_image"]
    path = Path(sent.removeprefix("<base64 of ").removesuffix(">"))
    assert path.read_bytes() == PNG


def test_a_hundred_kilobytes_are_refused_in_a_sentence(shell: Shell) -> None:
    """And quickly: nothing in a prompt makes the reading of it slow."""
    said = shell.run(f"%%videogen {A}\n" + "{hero} " * 15_000)
    assert said.look.endswith(NOTHING)
    assert "characters. Use at most 32,000." in said.look.replace("\n  → ", " ")


def test_a_key_is_not_printed_back(shell: Shell) -> None:
    """Wherever on a line it stands: what a cell prints is saved with the notebook."""
    key = "sk-canary-KKKK0123456789"
    for code in (
        f"%%videogen {A}--set note={key} --dry-run\na kite",
        f"%%videogen {A}--negative {key} --dry-run\na kite {key}",
        f"%%videogen {A}-d {key}\na kite",
        f"%%videogen {A}{key}\na kite",
        f"%videogen {key}",
        f"%videogen show {key}",
    ):
        said = shell.run(code)
        assert key not in said.out + said.look + str(said.error), code
        assert "seems to contain a key" in said.err


def test_what_is_printed_is_what_goes(shell: Shell, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same line without `--dry-run` posts the fields that it showed."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    line = f"-p openai --base-url {shop.url} --key-env LAB_KEY -m m -d 4 --wait"
    shown = dry(shell, line, "a kite for {hero}")
    assert (shown["url"], shown["headers"]["authorization"]) == (f"{shop.url}/videos", "Bearer …")
    assert shop.book == []
    said = shell.run(f"%%videogen {line}\na kite for {{hero}}")
    assert said.error is None, said.look
    assert [(sale.prompt, sale.authorization) for sale in shop.book] == [(shown["form"]["prompt"], "Bearer canary-1")]
    assert Path(said.value.path).read_bytes() == MP4
    assert files.NAME == "videogen.toml"


@pytest.mark.parametrize(
    ("notebooks", "here", "words"),
    [
        (["/n/a.ipynb"] * 3, "/n/a.ipynb", "3 videos of this notebook are still being made."),
        (["/n/a.ipynb", None, "/n/b.ipynb"], "/n/a.ipynb", "1 video of this notebook is still being made, and 2 of other notebooks."),
        (["/n/b.ipynb"], "/n/a.ipynb", "1 video of other notebooks is still being made."),
        (["/n/b.ipynb", None], None, "2 videos are still being made."),
    ],
)  # fmt: skip
def test_open_jobs_are_counted_by_notebook(notebooks: list[str | None], here: str | None, words: str) -> None:
    """One line, and no id of a job."""
    assert magic.count_open_jobs(notebooks, here and Path(here)) == words

"""Lists of models that providers publish: what is read of them, what is kept, and what a bad one changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin
from jupyter_videogen.catalog.capabilities import Capabilities
from jupyter_videogen.catalog.model_lists import DAY, Listings
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.catalog.validation import validate
from jupyter_videogen.core.http import Malformed, Reply
from jupyter_videogen.core.prices import Price, Rate, estimate, higher_price
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import ListedModel, ModelList
from jupyter_videogen.runtime import provider_calls
from support.scripted_provider import KEY, Host, answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPENROUTER = builtin.OPENROUTER
VEO: dict[str, Any] = {
    "id": "google/veo-3.1",
    "canonical_slug": "google/veo-3.1",
    "name": "Google: Veo 3.1",
    "created": 1700000000,
    "supported_durations": [4, 6, 8],
    "supported_resolutions": ["720p", "1080p", "4K"],
    "supported_aspect_ratios": ["16:9", "9:16"],
    "supported_sizes": ["1280x720", "720x1280"],
    "supported_frame_images": ["first_frame", "last_frame"],
    "generate_audio": True,
    "seed": False,
    "creativity": None,
    "upscale_factor": None,
    "allowed_passthrough_parameters": [],
    "pricing_skus": {"duration_seconds_with_audio": "0.40", "duration_seconds_without_audio": "0.20"},
}
BARE = {
    **VEO,
    "id": "maker/bare",
    "name": "Bare",
    **dict.fromkeys(["supported_durations", "supported_resolutions", "supported_aspect_ratios", "supported_sizes"]),
    **dict.fromkeys(["supported_frame_images", "generate_audio", "seed", "pricing_skus"]),
}


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has said nothing yet."""
    monkeypatch.setattr(provider_calls, "_said", set())


def read(*rows: Any) -> ModelList:
    return sanitize.read_models(OPENROUTER.dialect, Reply(200, {}, msgspec.json.encode({"data": rows})))


def listed(home: Path, *rows: Any, age: float = 0.0) -> Any:
    """OpenRouter with a list of a certain age, in seconds."""
    Listings(home).keep(OPENROUTER.base_url, read(*rows).models, now=1e9)
    return Listings(home).of(OPENROUTER, now=1e9 + age)


def test_a_row_of_the_catalogue() -> None:
    """What it takes, what it does not, and what it costs."""
    (model,) = read(VEO).models
    assert model == ListedModel(
        name="google/veo-3.1",
        title="Google: Veo 3.1",
        durations=(4, 6, 8),
        resolutions=("720p", "1080p", "4K"),
        aspects=("16:9", "9:16"),
        sizes=("1280x720", "720x1280"),
        lacks=frozenset({"seed"}),
        price=Price(rates=(Rate(per_second=0.4, sound=True), Rate(per_second=0.2, sound=False))),
    )


def test_what_is_not_published_is_not_made_up() -> None:
    """Null is no range, no refusal and no price."""
    assert read(BARE).models == (ListedModel(name="maker/bare", title="Bare"),)


@pytest.mark.parametrize(
    ("skus", "price"),
    [
        ({"duration_seconds": "0.08"}, Price(rates=(Rate(per_second=0.08),))),
        ({"duration_seconds_720p": "0.1"}, Price(rates=(Rate(per_second=0.1, resolution="720p"),))),
        ({"cents_per_second_output": "12"}, Price(rates=(Rate(per_second=0.12),))),
        (
            {"cents_per_video_output_second_480p": "2", "cents_per_image_input": "1"},
            Price(rates=(Rate(per_second=0.02, resolution="480p"),), per_image=0.01),
        ),
        (
            {"cents_per_video_output_second_720p_with_audio": "10"},
            Price(rates=(Rate(per_second=0.1, resolution="720p", sound=True),)),
        ),
        (
            {"duration_seconds_without_audio_4k": "0.4"},
            Price(rates=(Rate(per_second=0.4, resolution="4k", sound=False),)),
        ),
        (
            {"image_to_video_duration_seconds_1080p": "0.2"},
            Price(rates=(Rate(per_second=0.2, resolution="1080p", image=True),)),
        ),
        ({"video_tokens": "0.000007"}, None),
        ({"duration_seconds": "0.08", "minimum_cents_per_generation": "25"}, None),
        ({"cents_per_image_input": "1"}, None),
        ({}, None),
        ([], None),
        ({"duration_seconds": "free"}, None),
        ({"duration_seconds": "0"}, None),
        ({"duration_seconds": "-1"}, None),
        ({"duration_seconds": None}, None),
        ({"duration_seconds": "1e9"}, None),
    ],
)
def test_every_kind_of_price(skus: Any, price: Price | None) -> None:
    """By the second, in dollars or cents; where a part can't be read, none: without it a clip would seem cheaper."""
    assert read({**VEO, "pricing_skus": skus}).models[0].price == price


@pytest.mark.parametrize(
    ("row", "unread", "mispriced"),
    [
        ({**VEO, "pricing_skus": {"duration_seconds": "free"}}, 0, ("google/veo-3.1",)),
        ({**VEO, "pricing_skus": {"duration_seconds": "0"}}, 0, ("google/veo-3.1",)),
        ({**VEO, "pricing_skus": {"duration_seconds": "-0.1"}}, 0, ("google/veo-3.1",)),
        ({**VEO, "pricing_skus": {"video_tokens": "0.000007"}}, 0, ()),
        ({**VEO, "id": None, "name": None}, 1, ()),
        ({**VEO, "id": "\n"}, 0, ()),
        (7, 1, ()),
    ],
)
def test_what_can_not_be_read_is_counted(row: Any, unread: int, mispriced: tuple[str, ...]) -> None:
    """A row without a name and a price that is none are left out; the other rows stand."""
    found = read(row, BARE)
    assert (found.unread, found.mispriced) == (unread, mispriced)
    assert found.models[-1].name == "maker/bare"


@pytest.mark.parametrize("values", [None, "4", [0, -4, 10**6, 4.5, "4", True, None], {}])
def test_lengths_that_are_none_are_left_out(values: Any) -> None:
    """Nothing that no clip can have reaches a form or a check."""
    assert read({**VEO, "supported_durations": values}).models[0].durations == ()


@pytest.mark.parametrize(
    "body", [b"<html>Sign in</html>", b'{"data": [{"id": "a"', b"{}", b'{"error": "x"}', b"7", b""]
)
@pytest.mark.parametrize("name", ["openrouter", "openai", "bifrost", "indoxhub", "qubax"])
def test_what_is_no_list_is_refused(name: str, body: bytes) -> None:
    """A page, half a list, an error in a 200: none of them is an empty list."""
    with pytest.raises(Malformed):
        sanitize.read_models(builtin.BUILT_IN[name].dialect, Reply(200, {}, body))


def test_a_listed_model_is_checked_by_what_is_published(home: Path) -> None:
    """Lengths and shapes of the list, the fields of the provider without those that the model lacks, and a price with its date."""
    provider = listed(home, VEO, BARE)
    model = find_model("google/veo-3.1", provider)
    assert (model.durations, model.resolutions, model.takes) == (
        (4, 6, 8),
        ("720p", "1080p", "4K"),
        OPENROUTER.others.takes - {"seed"},  # type: ignore[union-attr]  # it has them
    )
    with pytest.raises(vg.InvalidRequest, match="Supported lengths: 4, 6 or 8 s"):
        validate(GenerationRequest(prompt="x", model="google/veo-3.1", duration=5), provider)
    bare = find_model("maker/bare", provider)
    assert (bare.durations, bare.longest, bare.sizes) == ((), None, ())
    assert provider.prices["google/veo-3.1"].source == "OpenRouter's list of 2001-09-09"
    asked = GenerationRequest(prompt="x", model="google/veo-3.1", duration=8, sound=False)
    found = estimate(asked, provider.prices["google/veo-3.1"])
    assert (found.cost, found.how) == (1.6, "8 s x $0.20 a second; OpenRouter's list of 2001-09-09")


def test_a_list_never_refuses_a_model(home: Path) -> None:
    """One that is not in it is sent, with a note, and nothing is assumed of it."""
    checked = validate(GenerationRequest(prompt="x", model="google/veo-4", duration=60), listed(home, VEO))
    (note,) = checked.warnings
    assert note.startswith("google/veo-4 was not in OpenRouter's list of models when it was last loaded.")


def test_an_old_list_refuses_no_setting(home: Path) -> None:
    """What it took yesterday binds nobody; its price is still the best that is known, with its date."""
    provider = listed(home, VEO, age=DAY)
    assert validate(GenerationRequest(prompt="x", model="google/veo-3.1", duration=5), provider).request.duration == 5
    assert provider.prices["google/veo-3.1"].rates


def test_our_own_rows_go_before_a_list(home: Path) -> None:
    """What is known here of a model is not changed by what a list says of one of that name."""
    ours = Capabilities(model="google/veo-3.1", takes=frozenset({"duration"}), durations=(5,))
    provider = msgspec.structs.replace(listed(home, VEO), models=(ours,))
    assert find_model("google/veo-3.1", provider) is ours


def test_an_estimate_of_what_is_left_open_is_the_most(home: Path) -> None:
    """Nobody is told less than it may cost."""
    price = listed(home, VEO).prices["google/veo-3.1"]
    found = estimate(GenerationRequest(prompt="x", duration=4), price)
    assert (found.cost, found.how) == (1.6, "4 s x at most $0.40 a second; OpenRouter's list of 2001-09-09")


def test_a_projects_price_lowers_no_rate() -> None:
    """It may raise each of them; what it has of another kind can't be compared, and does not count."""
    mine = Price(rates=(Rate(per_second=0.4, sound=True), Rate(per_second=0.2, sound=False)), per_image=0.01)
    raised = higher_price(mine, Price(per_second=0.3, per_image=0.02))
    assert [rate.per_second for rate in raised.rates] == [0.4, 0.3]
    assert raised.per_image == 0.02
    assert higher_price(mine, Price(per_second=0.1, rates=(Rate(per_second=0.01),))) == mine
    plain = Price(per_second=0.5)
    assert higher_price(plain, Price(rates=(Rate(per_second=0.01),))) == plain


# ---- over a line ----------------------------------------------------------------------------------------------


class Catalogue:
    """A server that gives a list, or whatever else it is told."""

    def __init__(self) -> None:
        self.body: Any = {"data": [VEO, BARE]}
        self.status = 200

    def __call__(self, _asked: object) -> bytes:
        return answer(self.body, self.status)


@pytest.fixture
def catalogue() -> Iterator[tuple[Catalogue, vg.Client]]:
    said = Catalogue()
    with Host(said) as host:
        yield said, vg.Client("openrouter", base_url=host.url, api_key=KEY)


def test_a_bad_list_leaves_the_last_one_and_is_said_once(
    catalogue: tuple[Catalogue, vg.Client], caplog: pytest.LogCaptureFixture
) -> None:
    """HTML, half a list, a server in trouble: the rows of the last good list stay, with their date."""
    said, client = catalogue
    good = client.models()
    for body, status in ((b"<html>", 200), (b"<html>", 200), (b'{"data": [{', 200), ({"error": "busy"}, 503)):
        said.body, said.status = body, status
        assert client.models(refresh=True) == good
    words = [record.getMessage() for record in caplog.records if "list" in record.getMessage()]
    assert len(words) == 2
    assert words[0].startswith("OpenRouter returned a list of models that can't be read. Using OpenRouter's list of ")


def test_bad_prices_are_said_once(catalogue: tuple[Catalogue, vg.Client], caplog: pytest.LogCaptureFixture) -> None:
    """Text, zero and negative amounts: the models stay, their prices are unknown."""
    said, client = catalogue
    said.body = {
        "data": [
            {**VEO, "id": f"m{n}", "pricing_skus": {"duration_seconds": p}} for n, p in enumerate(["x", "0", "-1"])
        ]
    }
    for _ in range(2):
        assert [model.model for model in client.models(refresh=True)] == ["m0", "m1", "m2"]
    assert client.estimate("a kite", model="m1", duration=4).cost is None
    assert [record.getMessage() for record in caplog.records if "prices" in record.getMessage()] == [
        "OpenRouter's list of models has prices that are no amounts above 0 for m0, m1, m2; they count as unknown."
    ]


def test_the_table_of_models_says_what_is_not_published(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connected providers come first; no range stands where none was published."""
    with Host(Catalogue()) as host:
        home.mkdir()
        (home / "videogen.toml").write_text(
            f'[providers.mine]\ndialect = "openrouter"\nbase_url = "{host.url}"\nkey_env = "MINE_KEY"\n'
        )
        monkeypatch.setenv("MINE_KEY", KEY)
        table = vg.models()
    assert [row["provider"] for row in table][:3] == ["mine", "mine", "local"]
    veo, bare, *_ = table
    assert (veo["durations"], veo["lowest_per_second"], veo["highest_per_second"]) == ([4, 6, 8], 0.2, 0.4)
    assert veo["price_source"].startswith("mine's list of ")
    assert (bare["durations"], bare["sizes"], bare["highest_per_second"]) == ([1, None], [], None)
    lines = repr(table).splitlines()
    assert "4, 6, 8 s" in next(line for line in lines if "veo" in line)
    assert "$0.20 to $0.40 a second" in next(line for line in lines if "veo" in line)
    assert next(line for line in lines if "bare" in line).count("not published") == 3


def test_test_models_are_listed_where_they_are_asked_for() -> None:
    """By the flag, or by how their names begin; a list to choose from has models that make clips."""
    names = [row["model"] for row in vg.models(provider="local")]
    assert names[0] == "local/scenes"
    assert not any(name.startswith("test/") for name in names)
    assert "test/refused" in [row["model"] for row in vg.models(provider="local", test=True)]
    assert [row["model"] for row in vg.models("test/refused")] == ["test/refused"]


# ---- LiteLLM ---------------------------------------------------------------------------------------------------------

SORA = {"mode": "video_generation", "litellm_provider": "openai", "output_cost_per_video_per_second": 0.1}
WAN = {
    "mode": "video_generation",
    "output_cost_per_second": 0.165025,
    "output_cost_per_second_480p": 0.041256,
    "output_cost_per_second_1080p": 0.165025,
    "output_cost_per_second_4k": 0.3,
    "input_cost_per_image": 0.01,
    "supported_modalities": ["text"],
}
"""Rows of LiteLLM's own table of prices."""


def deployment(name: object, info: object) -> dict[str, Any]:
    """A row of `/v1/model/info`."""
    return {"model_name": name, "litellm_params": {"model": "openai/sora-2"}, "model_info": info}


def details(*rows: object) -> ModelList:
    found: ModelList = sanitize.sanitize_dialect(builtin.OPENAI.dialect).read_details(
        Reply(200, {}, msgspec.json.encode({"data": rows}))
    )
    return found


@pytest.mark.parametrize(
    ("info", "price"),
    [
        (SORA, Price(per_second=0.1)),
        (
            WAN,
            Price(
                rates=(
                    Rate(per_second=0.165025),
                    Rate(per_second=0.041256, resolution="480p"),
                    Rate(per_second=0.165025, resolution="1080p"),
                    Rate(per_second=0.3, resolution="4k"),
                ),
                per_image=0.01,
            ),
        ),
        ({"mode": "video_generation"}, None),
        ({**SORA, "output_cost_per_video_per_second": 0}, None),
        ({**SORA, "output_cost_per_video_per_second": "cheap"}, None),
    ],
)
def test_litellm_says_what_a_second_costs(info: dict[str, Any], price: Price | None) -> None:
    """By resolution where it does; a zero or a word is no price, and what it says of inputs refuses none."""
    found = details(deployment("ours", info))
    assert found.models == (ListedModel(name="ours", price=price),)
    assert list(found.mispriced) == (["ours"] if price is None and len(info) > 1 else [])


def test_of_two_deployments_the_dearer_counts() -> None:
    """A request goes to either of them; what makes no videos is left out, and junk is no row."""
    chat = {"mode": "chat", "output_cost_per_second": 1.0}
    rows = [
        deployment("a", SORA),
        deployment("a", {**SORA, "output_cost_per_video_per_second": 0.3}),
        deployment("a", SORA),
    ]
    found = details(*rows, deployment("b", chat), deployment("c", None), deployment(7, SORA), "x")
    assert found.models == (ListedModel(name="a", price=Price(per_second=0.3)),)


@pytest.mark.parametrize(
    ("second", "cost"),
    [
        (answer({"data": [deployment("ours", SORA), deployment("hidden", SORA)]}), 0.4),
        (answer({"detail": "Not Found"}, 404), None),
        (answer(b"<html>"), None),
        (answer({"data": 7}), None),
        (None, None),
    ],
    ids=["litellm", "another", "page", "junk", "cut"],
)
def test_a_second_list_may_be_there(second: bytes | None, cost: float | None) -> None:
    """Only models of the first list count, and a server without the second is no worse for it."""
    first = answer({"data": [{"id": "ours"}, {"id": "other"}]})
    with Host(lambda asked: second if asked.target.endswith("/model/info") else first) as host:
        lab = vg.Client("openai", base_url=host.url, api_key=KEY)
        assert [model.model for model in lab.models(refresh=True)] == ["ours", "other"]
        assert [one.target for one in host.asked] == ["/v1/models", "/v1/model/info"]
        assert lab.estimate("a kite", model="ours", duration=4).cost == (None if cost is None else pytest.approx(cost))
        assert lab.estimate("a kite", model="other", duration=4).cost is None
    assert host.posts == 0

"""A cloned project's files: where they may put clips, which keys they may ask for, and what they may say of caps and prices."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

import jupyter_videogen as vg
from jupyter_videogen import cli
from jupyter_videogen.api import listings, submission
from jupyter_videogen.catalog import builtin, registry
from jupyter_videogen.config import (
    configuration,
    credentials,
    enhancement,
    files,
    provenance,
    retention,
    storage,
    trust,
)
from jupyter_videogen.config.configuration import load_config, load_config_for_watching
from jupyter_videogen.core import environment
from jupyter_videogen.core.budget import Budget, stricter
from jupyter_videogen.core.prices import Price
from jupyter_videogen.filesystem import bounded_read, project_paths
from jupyter_videogen.media import clip_store
from jupyter_videogen.runtime import process
from jupyter_videogen.widget import form, history
from jupyter_videogen.widget.protocol import MediaView
from jupyter_videogen.widget.widget import VideoGen
from support.fakes import MP4
from support.ipython_shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.paid_server import Shop

LAB = '[providers.lab]\ndialect = "openai"\nbase_url = "{url}"\nkey_env = "LAB_API_KEY"\n[defaults]\nmodel = "m"\n'


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    yield
    environment.session.clear()
    configuration._reported.clear()


def project(text: str) -> None:
    Path("videogen.toml").write_text(text)


def user(home: Path, text: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "videogen.toml").write_text(text)


# ---- places ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("~/.ipython/profile_default/startup/00-start.py", "is hidden"),
        ("~/clips", "is hidden"),
        (".git/hooks", "is hidden"),
        ("clips/.cache", "is hidden"),
        ("../elsewhere", "leads out of the project"),
        ("clips/../../elsewhere", "leads out of the project"),
        ("/etc", "is not a relative path"),
        ("clips\\..\\..", "is not a relative path"),
        ("clips\u202etxt", "is not a relative path"),
        ("linked", "passes a link"),
        ("linked/deep", "passes a link"),
        ("start.py", "a project may name only a folder"),
        ("clip.mp4", "a project may name only a folder"),
    ],
)
def test_a_projects_output_stays_below_it_in_plain_sight(output: str, words: str, tmp_path: Path) -> None:
    """Refused before anything is sent, by every way in."""
    Path("linked").symlink_to(tmp_path)
    project(f'[defaults]\nprovider = "local"\noutput = {json.dumps(output)}\n')
    with pytest.raises(vg.InvalidRequest, match=words) as caught:
        vg.submit("a kite")
    assert caught.value.sent == "no"


def test_a_projects_output_is_a_folder_of_its_own(home: Path) -> None:
    """From wherever in the project it is used, also where a name looks like a number's."""
    project('[defaults]\nprovider = "local"\noutput = "made/v1.5"\n')
    root = Path.cwd()
    (root / "notebooks").mkdir()
    os.chdir("notebooks")
    chosen = clip_store.chosen_path(load_config().defaults.output or "", environment.folder(), "a kite", "abcdefgh")
    assert chosen == root / "made" / "v1.5" / "a-kite-abcdefgh.mp4"


def test_the_users_own_file_names_any_place(home: Path, tmp_path: Path) -> None:
    """As options do; its name still ends as a film's does."""
    user(home, f'[defaults]\noutput = "{tmp_path}/.hidden/x.py"\n')
    assert load_config().defaults.output == f"{tmp_path}/.hidden/x.py"
    chosen = clip_store.chosen_path(f"{tmp_path}/.hidden/x.py", tmp_path, "a kite", "abcdefgh")
    assert chosen == tmp_path / ".hidden" / "x.py.mp4"


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("v1.5", "v1.5.mp4"),
        ("v1.6", "v1.6.mp4"),
        ("clip.MP4", "clip.MP4"),
        ("a.webm", "a.webm"),
        ("a.ipynb", "a.ipynb.mp4"),
    ],
)
def test_every_clip_has_the_suffix_of_a_film(output: str, name: str, tmp_path: Path) -> None:
    """Whatever is typed: what a provider sends is never named as a program or a notebook."""
    assert clip_store.chosen_path(output, tmp_path, "a kite", "abcdefgh").name == name


def test_a_link_in_place_of_the_clips_folder_is_not_followed(tmp_path: Path, shop: Shop) -> None:
    """Git stores links; one that stays in the project is its own business, and a name given by the user is theirs."""
    (tmp_path / "elsewhere").mkdir()
    Path("videogen").symlink_to(tmp_path / "elsewhere")
    lab = vg.Client("openai", base_url=shop.url, api_key="canary-1")
    with pytest.raises(vg.InvalidRequest, match="is a link out of this project"):
        lab.submit("a kite", model="m")
    assert (shop.book, list((tmp_path / "elsewhere").iterdir())) == ([], [])
    clip = lab.generate("a kite", model="m", output=f"{tmp_path}/elsewhere/")
    assert Path(clip.path).parent == tmp_path / "elsewhere"
    Path("videogen").unlink()
    Path("inside").mkdir()
    Path("videogen").symlink_to("inside")
    assert lab.generate("another kite", model="m").bytes == len(MP4)


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/passwd", ".ssh/id.png", "linked/cat.png", "~/cat.png", "", "\x00"]
)
def test_a_page_names_no_file_outside_of_the_project(name: str, tmp_path: Path) -> None:
    """Hidden, absolute, above, or behind a link: refused before it is opened."""
    Path("linked").symlink_to(tmp_path)
    with pytest.raises(vg.InvalidRequest):
        form.resolve_media(MediaView(source=f"file:{name}", kind="image", name="x"), "image")


def test_a_page_names_a_file_of_the_project() -> None:
    """Beside the notebook, or above it where the project goes on."""
    Path(".git").mkdir()
    Path("notebooks").mkdir()
    root = Path.cwd()
    os.chdir("notebooks")
    view = MediaView(source="file:../pics/cat.png", kind="image", name="x")
    assert form.resolve_media(view, "image") == root / "pics" / "cat.png"


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.sampled_from(["..", ".", "a", "b", ".x", "~", "", "link", "c.d", "\u202e", "\n"]), max_size=6).map(
        "/".join
    )
)
def test_no_path_leads_out(tmp_path: Path, named: str) -> None:
    """However it is put together: below the root, nothing hidden, no link, or refused."""
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True, exist_ok=True)
    for link in (root / "link", root / "a" / "link"):
        if not link.is_symlink():
            link.symlink_to(tmp_path)
    try:
        place = project_paths.path_below(named, root, what="x")
    except vg.InvalidRequest:
        return
    assert place.is_relative_to(root.resolve())
    assert place.resolve() == place
    assert not any(part.startswith((".", "~")) for part in place.relative_to(root.resolve()).parts)


# ---- keys -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        '[providers.lab]\ndialect = "openai"\nbase_url = "https://evil.example/v1"\nkey_env = "AWS_SECRET_ACCESS_KEY"\n',
        '[providers.openai]\nbase_url = "https://evil.example/v1"\nkey_env = "OPENAI_API_KEY"\n',
        '[providers.OpenAI]\ndialect = "openai"\nbase_url = "https://evil.example/v1"\nkey_env = "OPENAI_API_KEY"\n',
        '[providers.qubax]\ndialect = "openai"\nbase_url = "https://evil.example/v1"\nkey_env = "QUBAX_API_KEY"\n',
        '[providers.lab]\ndialect = "openai"\nbase_url = "https://evil.example/v1"\nkey_env = "OPENAI_API_KEY"\n',
        '[providers.local]\ndialect = "openai"\nbase_url = "https://evil.example/v1"\nkey_env = "LOCAL_API_KEY"\n',
    ],
)
def test_a_project_asks_for_no_key_but_its_own_providers(row: str) -> None:
    """Another variable, another's name, a known provider's: the file is refused as a whole."""
    project(row)
    with pytest.raises(vg.InvalidRequest, match="asks for the value of"):
        load_config()


@pytest.mark.parametrize("name", ["X$(id > f)", "X;id", "X Y", "", "1X", "X\nY", "PATH=", "K\u0415Y"])
@pytest.mark.parametrize("place", ["project", "user", "call"])
def test_the_name_of_a_variable_is_a_name(name: str, place: str, home: Path) -> None:
    """Wherever it stands: it is copied into commands, and looked up."""
    text = f'[providers.lab]\ndialect = "openai"\nbase_url = "http://x/v1"\nkey_env = {json.dumps(name)}\n'
    if place == "project":
        project(text)
    elif place == "user":
        user(home, text)
    with pytest.raises(vg.InvalidRequest, match="is not the name of an environment variable"):
        vg.Client("openai", base_url="http://x/v1", key_env=name) if place == "call" else load_config()
    with pytest.raises(vg.InvalidRequest):
        credentials.from_environment(name)


@pytest.mark.parametrize(
    "text",
    [
        '[providers."a b"]\ndialect = "openai"\nbase_url = "http://x/v1"\n',
        '[providers."a:b"]\ndialect = "openai"\nbase_url = "http://x/v1"\n',
        '[providers."\\u001b[2J"]\ndialect = "openai"\nbase_url = "http://x/v1"\n',
        '[providers.lab]\ndialect = "openai"\nbase_url = "file:///etc"\n',
        '[providers.lab]\ndialect = "openai"\nbase_url = "-o/etc/x"\n',
        '[providers.lab]\ndialect = "openai"\nbase_url = "http://me:word@x/v1"\n',
        '[providers.lab]\ndialect = "openai"\nbase_url = "http://x/\\nHost: y"\n',
    ],
)
def test_names_and_addresses_are_such(text: str) -> None:
    """They stand in tables, commands and log lines."""
    project(text)
    with pytest.raises(vg.InvalidRequest):
        load_config()


def test_nothing_leaves_before_somebody_agrees(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by a request, nor by what only asks: models, providers, the doctor, the form."""
    monkeypatch.setenv("LAB_API_KEY", "canary-lab-1")
    project(LAB.format(url=shop.url))
    with pytest.raises(vg.AuthError, match=r"which would send \$LAB_API_KEY to .*jupyter videogen trust lab") as caught:
        vg.submit("a kite", provider="lab")
    assert (caught.value.failure.code, caught.value.sent) == ("untrusted", "no")
    rows = {row["provider"]: row for row in vg.providers(network=True)}
    assert "would send" in rows["lab"]["key"]
    assert rows["lab"]["reachable"] is None
    assert not any(row["provider"] == "lab" for row in vg.models())
    with pytest.raises(vg.AuthError):
        vg.models(provider="lab")
    vg.doctor()
    (view,) = (one for one in history.providers(load_config()) if one.name == "lab")
    assert (view.key, view.ready) == ("", False)
    assert view.asks.startswith("lab: $LAB_API_KEY is sent to ")
    assert (shop.book, shop.looks) == ([], 0)
    assert vg.estimate("a kite", provider="lab", model="m").cost is None  # nothing is sent for it


def test_an_agreement_is_about_one_file_provider_address_and_variable(
    shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given by the command, shown by `config`, kept in the home; any change of the four asks anew."""
    monkeypatch.setenv("LAB_API_KEY", "canary-lab-1")
    project(LAB.format(url=shop.url))
    assert cli.main(["trust"]) == 0
    assert (
        f"lab: $LAB_API_KEY is sent to {shop.url}, as {Path('videogen.toml').resolve()} says" in capsys.readouterr().out
    )
    assert vg.generate("a kite", provider="lab", model="m").provider == "lab"
    assert [sale.authorization for sale in shop.book] == ["Bearer canary-lab-1"]
    shown = {row["setting"]: row["value"] for row in listings.settings_table()}
    assert shown["trust.lab"] == f"trusted ($LAB_API_KEY to {shop.url})"
    (claim,) = trust.load_trusted(home)
    assert (home / trust.NAME).stat().st_mode & 0o777 == 0o600
    for changed in (
        LAB.replace("/v1", "/v2"),
        LAB.replace("{url}", "{url}x"),
        LAB.replace("lab]", "lob]").replace("LAB_", "LOB_"),
    ):
        text = changed.format(url=shop.url)
        project(text)
        name = "lob" if "lob" in text else "lab"
        if text != LAB.format(url=shop.url):
            with pytest.raises(vg.AuthError):
                vg.Client(name)
    (tmp_path / "copy").mkdir()
    monkeypatch.chdir(tmp_path / "copy")
    project(LAB.format(url=shop.url))
    with pytest.raises(vg.AuthError):
        vg.Client("lab")
    monkeypatch.chdir(tmp_path / "work")
    project(LAB.format(url=shop.url))
    vg.Client("lab")
    assert cli.main(["trust", "lab", "--forget"]) == 0
    assert trust.load_trusted(home) == frozenset()
    assert shown["trust.lab"] != {row["setting"]: row["value"] for row in listings.settings_table()}["trust.lab"]
    with pytest.raises(vg.AuthError):
        vg.Client("lab")
    assert claim.variable == "LAB_API_KEY"


def test_only_what_a_project_asks_for_can_be_agreed_to(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that asks for nothing is refused; without any there is nothing to say yes to."""
    assert cli.main(["trust"]) == 0
    assert "asks for a key" in capsys.readouterr().out
    assert cli.main(["trust", "openai"]) == 2


def test_a_user_who_names_the_key_needs_no_agreement(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """`key_env=` and `api_key=` are the user's own word."""
    monkeypatch.setenv("OTHER_KEY", "canary-other")
    project(LAB.format(url=shop.url))
    assert vg.Client("lab", key_env="OTHER_KEY").provider.key_env == "OTHER_KEY"
    assert vg.Client("lab", api_key="canary-other").provider.name == "lab"


# ---- caps and prices ------------------------------------------------------------------------------------------------


def test_a_project_lifts_no_cap(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Of two the stricter holds; what does not count is told once, and shown by `config`."""
    user(home, '[budget]\nper_day = 5\nper_notebook = "3 jobs"\nconfirm_above = 1\n[defaults]\nmax_cost = 2\n')
    project('[budget]\nper_day = 100000\nper_notebook = "9 jobs"\nconfirm_above = 0.5\n[defaults]\nmax_cost = 1e6\n')
    found = load_config()
    assert found.budget == Budget(per_day=5, per_notebook="3 jobs", confirm_above=0.5)
    assert found.defaults.max_cost == 2
    load_config()
    assert len([line for line in caplog.messages if "ignored: yours is stricter" in line]) == 3
    rows = [(row["setting"], row["value"]) for row in listings.settings_table() if "ignored" in str(row["source"])]
    assert rows == [("budget.per_notebook", "9 jobs"), ("budget.per_day", 100000.0), ("defaults.max_cost", 1e6)]


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        (5.0, 3.0, 3.0), (3.0, 5.0, 3.0), (None, 3.0, 3.0), (3.0, None, 3.0), (5.0, "3 jobs", "5.0 and 3 jobs"),
        ("3 jobs", 5.0, "5.0 and 3 jobs"), ("5.0 and 3 jobs", 4.0, "4.0 and 3 jobs"), ("2 jobs", "3 jobs", "2 jobs"),
        ("5.0 and 3 jobs", "9.0 and 1 jobs", "5.0 and 1 jobs"), ("300 s", "3 jobs", "3 jobs and 300 s"),
        ("300 s", "200 s", "200 s"), ("5.0 and 300 s", "2 jobs", "5.0 and 2 jobs and 300 s"), (0.0, 5.0, 0.0),
    ],
)  # fmt: skip
def test_of_two_caps_the_stricter_holds(
    mine: float | str | None, theirs: float | str | None, both: float | str
) -> None:
    """Dollars and jobs are no measure of each other: both hold."""
    assert stricter(mine, theirs) == both


@pytest.mark.parametrize(
    "value",
    [
        "nan",
        "inf",
        "-1",
        '"nan and 3 jobs"',
        '"-1 and 3 jobs"',
        "1" + "0" * 400,
        '"x"',
        '"300 s and 20 s"',
        '"5"',
        '"s"',
    ],
)
@pytest.mark.parametrize("name", ["per_day", "per_notebook"])
def test_a_cap_is_a_number_that_holds_something_back(name: str, value: str) -> None:
    """Not-a-number would be beyond every comparison."""
    project(f"[budget]\n{name} = {value}\n")
    with pytest.raises(vg.InvalidRequest):
        load_config()


def test_both_halves_of_a_cap_hold(shop: Shop, home: Path) -> None:
    """Three jobs, or five dollars: whichever comes first."""
    user(home, '[prices."openai:m"]\nper_clip = 2\n[budget]\nper_day = "5 and 3 jobs"\n')
    lab = vg.Client("openai", base_url=shop.url, api_key="canary-1")
    lab.generate("one", model="m")
    lab.generate("two", model="m")
    with pytest.raises(vg.BudgetExceeded, match=r"\$4.00 of \$5.00"):
        lab.generate("three", model="m")


@pytest.mark.parametrize(
    ("mine", "theirs", "held"),
    [
        ("per_clip = 2", "per_clip = 0", Price(per_clip=2)),
        ("per_clip = 2", "per_clip = 0.01", Price(per_clip=2)),
        ("per_clip = 2", "per_clip = -5", Price(per_clip=2)),
        ("per_clip = 2", "per_second = 0.01", Price(per_clip=2)),
        ("per_second = 1", "per_clip = 0.01", Price(per_second=1)),
        ("per_second = 1", 'per_second = 0.1\nby_size = {"640x360" = 0.01}', Price(per_second=1)),
        ("per_clip = 2", "per_clip = 3", Price(per_clip=3)),
        ("", "per_clip = 0", None),
        ("", "per_clip = nan", None),
        ("", "per_clip = -1", None),
        ("", "per_clip = inf", None),
        ("per_clip = 0", "", Price(per_clip=0)),
        ("per_clip = -1000", "", None),
        ("per_clip = nan", "", None),
    ],
)
def test_a_projects_price_lowers_none(mine: str, theirs: str, held: Price | None, home: Path) -> None:
    """And none is below zero, endless or no number; free is what the user calls so."""
    head = '[prices."openai:m"]\n'
    user(home, head + mine if mine else "")
    project(head + theirs if theirs else "")
    row = builtin.BUILT_IN["openai"]
    found = load_config().price_of(row, "m")
    figures = found and (found.per_clip, found.per_second, found.by_size)
    assert figures == (held and (held.per_clip, held.per_second, held.by_size))


@pytest.mark.parametrize("key", ["OpenAI shape:m", "openai:m"])
def test_a_projects_price_lowers_none_by_another_name(key: str, home: Path) -> None:
    """A provider has a name and a title; and what it lists itself counts as mine."""
    project(f'[prices."{key}"]\nper_clip = 0.01\n')
    row = msgspec.structs.replace(builtin.BUILT_IN["openai"], prices={"m": Price(per_clip=5.0)})
    listed = load_config().price_of(row, "m")
    assert listed is not None
    assert listed.per_clip == 5.0
    for mine in ("OpenAI shape:m", "openai:m"):
        user(home, f'[prices."{mine}"]\nper_clip = 2\n')
        price = load_config().price_of(row, "m")
        assert price is not None
        assert price.per_clip == 2


# ---- the file itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", ["project", "user"])
@pytest.mark.parametrize("kind", ["zero", "pipe", "large", "deep", "folder"])
def test_a_file_without_end_is_refused(kind: str, there: str, home: Path) -> None:
    """A device, a pipe that nobody fills, more than a person writes, more brackets than can be read."""
    home.mkdir()
    place = home / "videogen.toml" if there == "user" else Path("videogen.toml")
    match kind:
        case "zero":
            place.symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(place)
        case "large":
            place.write_text("#" * (bounded_read.MOST + 1))
        case "deep":
            place.write_text("a = " + "[" * 100_000)
        case "folder":
            place.mkdir()
    with pytest.raises(vg.InvalidRequest, match=r"videogen\.toml can't be read"):
        load_config()
    vg.doctor(network=False)


def test_every_setting_of_a_project_is_bounded_or_harmless() -> None:
    """A new setting has to be thought of here: what it may do when a stranger writes it."""
    bounded_ = {"output", "max_cost"}
    harmless = {
        "provider",
        "model",
        "duration",
        "size",
        "aspect",
        "resolution",
        "fps",
        "seed",
        "n",
        "negative",
        "sound",
    }
    harmless |= {
        "draft",
        "enhance",
        "steps",
        "guidance",
        "lora",
        "fit",
        "wait",
        "timeout",
    }  # what is asked for: caps and the question stand before it
    assert set(files.Defaults.__struct_fields__) == bounded_ | harmless
    assert set(files.SECTIONS) == {
        "defaults",
        "budget",
        "agents",
        "providers",
        "prices",
        "capabilities",
        "enhance",
        "ledger",
        "provenance",
        "storage",
    }
    assert set(files.AgentLimits.__struct_fields__) == {
        "per_day",
        "confirm_above",
    }  # the stricter, where yours allows any
    assert set(enhancement.Enhance.__struct_fields__) == {"base_url", "model", "key_env"}  # a project's has no say
    assert set(provenance.Provenance.__struct_fields__) == {"certificate", "key"}  # nor here
    assert set(storage.Storage.__struct_fields__) == {"clips"}  # nor here
    assert set(retention.Retention.__struct_fields__) == {"keep"}  # nor here
    assert set(files.Row.__struct_fields__) == {
        "dialect",
        "base_url",
        "key_env",
        "workflows",
        "concurrency",
    }  # a folder below the project
    assert submission.OF_A_CALL == ("new", "yes", "max_cost", "output")


# ---- an address that is the file's ----------------------------------------------------------------------------------


def test_no_credential_goes_to_an_address_of_the_file(shop: Shop, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a second key among `extra` nor headers; a known name that is sent elsewhere is said once."""
    project(f'[providers.openai]\nbase_url = "{shop.url}"\n')
    for extra in ({"byok_api_key": "canary-byok-1"}, {"deep": [{"token": "canary-byok-1"}]}):
        with pytest.raises(vg.AuthError, match="none of your credentials is sent there"):
            vg.submit("a kite", provider="openai", model="m", extra=extra)
    with pytest.raises(vg.AuthError, match="none of your credentials"):
        vg.Client("openai", headers={"x-team": "canary-team-1"})
    assert shop.book == []
    assert vg.generate("a kite", provider="openai", model="m", extra={"style": "noir"}).model == "m"
    told = [line for line in caplog.messages if "sends requests for openai to" in line]
    assert len(told) == 1
    mine = vg.Client("openai", base_url=shop.url, headers={"x-team": "canary-team-1"})
    assert mine.generate("another", model="m", extra={"byok_api_key": "canary-byok-1"}).model == "m"
    user(home, f'[providers.openai]\nbase_url = "{shop.url}"\n')
    Path("videogen.toml").unlink()
    assert vg.generate("a third", provider="openai", model="m", extra={"byok_api_key": "canary-byok-1"}).model == "m"


def test_a_job_whose_variable_is_no_name_any_more_does_not_stand_in_the_way(shop: Shop) -> None:
    """The ledger may be older than the check."""
    job = vg.Client("openai", base_url=shop.url, api_key="canary-1").submit("a kite", model="m")
    job.result(30)
    record = job.record.after(key_env="MY-KEY $(id)")
    process.connection_of(process.runtime(), record, load_config_for_watching())


# ---- the other ways to agree ----------------------------------------------------------------------------------------


def test_the_line_magic_agrees_and_takes_it_back(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the command does."""
    monkeypatch.setenv("LAB_API_KEY", "canary-lab-1")
    project(LAB.format(url=shop.url))
    with Shell() as shell:
        refused = shell.run("%%videogen -p lab -m m --wait\na kite")
        assert "%videogen trust lab" in refused.look
        said = shell.run("%videogen trust lab")
        assert f"$LAB_API_KEY is sent to {shop.url}" in said.out
        assert shell.run("%%videogen -p lab -m m --wait\na kite").error is None
        assert "No longer trusted" in shell.run("%videogen trust lab --forget").out
    assert trust.load_trusted(home) == frozenset()
    assert [sale.authorization for sale in shop.book] == ["Bearer canary-lab-1"]


def test_the_forms_button_agrees_to_what_was_read(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To that and nothing else: a file that changed under the person's eyes is read again."""
    monkeypatch.setenv("LAB_API_KEY", "canary-lab-1")
    project(LAB.format(url=shop.url))
    form_ = VideoGen(provider="local")
    told: list[dict[str, object]] = []
    form_.send = lambda content, _buffers=None: told.append(content)
    (view,) = (one for one in form_.form["providers"] if one["name"] == "lab")
    message = {"v": 1, "type": "trust", "provider": "lab", "asks": view["asks"]}
    project(LAB.format(url=f"{shop.url}/elsewhere"))
    form_._receive(form_, {**message, "request_id": "1"}, [])
    assert (told[-1]["ok"], trust.load_trusted(home)) == (False, frozenset())
    project(LAB.format(url=shop.url))
    form_._receive(form_, {**message, "request_id": "2"}, [])
    assert told[-1]["ok"] is True
    assert (form_.form["provider"], [claim.address for claim in trust.load_trusted(home)]) == ("lab", [shop.url])
    (view,) = (one for one in form_.form["providers"] if one["name"] == "lab")
    assert (view["ready"], view["asks"]) == (True, "")


@pytest.mark.parametrize("content", ["", "{", "[1]", "[" * 100_000, '[{"path": "x"}]'])
def test_agreements_that_cannot_be_read_are_none(content: str, home: Path) -> None:
    """Nothing is trusted by mistake, and a new agreement can be written."""
    home.mkdir()
    (home / trust.NAME).write_text(content)
    assert trust.load_trusted(home) == frozenset()
    claim = registry.Claim("/p/videogen.toml", "lab", "http://x/v1", "LAB_API_KEY")
    trust.add_trusted(home, [claim])
    assert trust.load_trusted(home) == {claim}

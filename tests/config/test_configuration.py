"""What was set beforehand: which place wins, what each value is good for, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen import cli
from jupyter_videogen.api.access import open_access
from jupyter_videogen.api.submission import build_order
from jupyter_videogen.catalog import builtin
from jupyter_videogen.config import credentials, files
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment, secrets
from jupyter_videogen.runtime import process
from support.ipython_shell import Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_videogen.runtime.order import Order
    from support.paid_server import Shop

LAB = '[providers.lab]\ndialect = "openai"\nbase_url = "{url}"\nkey_env = "LAB_KEY"\n'


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    yield
    environment.session.clear()


@pytest.fixture
def shell(home: Path) -> Iterator[Shell]:
    with Shell() as shell:
        yield shell


def plan(provider: str, **fields: Any) -> Order:
    """Return the order of a kite, as every call makes it."""
    config = load_config()
    return build_order(open_access(config, provider), "a kite", fields, config)


def user(home: Path, text: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "videogen.toml").write_text(text)


def project(text: str) -> None:
    Path("videogen.toml").write_text(text)


def dry(shell: Shell, line: str = "") -> dict[str, Any]:
    said = shell.run(f"%%videogen {line} --dry-run\na kite")
    assert said.error is None, said.look
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_places_are_put_together_again_only_where_one_has_changed(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An order after another has the same configuration; a file, a variable or a line of the session makes a new one."""
    monkeypatch.chdir(tmp_path)
    first = load_config()
    assert load_config() is first
    user(home, '[defaults]\nmodel = "one"\n')
    assert load_config().defaults.model == "one"
    project('[defaults]\nmodel = "two"\n')
    assert load_config().defaults.model == "two"
    environment.session["model"] = "three"
    assert load_config().defaults.model == "three"
    environment.session.clear()
    monkeypatch.setenv("VIDEOGEN_PROVIDER", "qubrid")
    assert load_config().defaults.provider == "qubrid"


def test_the_strongest_place_wins(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Option, then %config, environment, project, user, built-in."""
    assert dry(shell, "-p local")["json"]["seconds"] == "4"
    user(home, '[defaults]\nprovider = "bifrost"\nduration = 2\n')
    assert dry(shell, "-m m")["provider"] == "bifrost"
    project('[defaults]\nprovider = "indoxhub"\nduration = 3\n')
    monkeypatch.setenv("INDOXHUB_API_KEY", "canary-1")
    assert dry(shell, "-m m")["provider"] == "indoxhub"
    monkeypatch.setenv("VIDEOGEN_PROVIDER", "local")
    found = dry(shell)
    assert (found["provider"], found["json"]["seconds"]) == ("local", "3")
    shell.run("%config VideogenMagics.default_duration = 5\n%config VideogenMagics.default_provider = 'bifrost'")
    assert (dry(shell, "-m m")["provider"], dry(shell, "-p local")["json"]["seconds"]) == ("bifrost", "5")
    assert dry(shell, "-p local -d 6")["json"]["seconds"] == "6"
    table = shell.run("%videogen config").value
    where = {row["setting"]: (row["value"], row["source"]) for row in table}
    assert where["defaults.duration"] == (5, "%config VideogenMagics")
    assert where["defaults.provider"] == ("bifrost", "%config VideogenMagics")
    assert where["home"] == (str(home), "VIDEOGEN_HOME")
    shell.run("%config VideogenMagics.default_duration = None\n%config VideogenMagics.default_provider = None")
    where = {row["setting"]: (row["value"], row["source"]) for row in shell.run("%videogen config").value}
    assert where["defaults.duration"] == (3, str(Path("videogen.toml").absolute()))
    assert where["defaults.provider"] == ("local", "VIDEOGEN_PROVIDER")


def test_the_form_opens_with_the_same_defaults(shell: Shell) -> None:
    """What the files say stands in it, as far as the model takes it; what is given stands before."""
    project('[defaults]\nprovider = "local"\nsize = "640x360"\nduration = 3\naspect = "9:16"\n')
    opened = shell.run("import jupyter_videogen as vg\nvg.VideoGen(duration=5).form['start']").value
    assert (opened["size"], opened["duration"], opened["aspect"]) == ("640x360", 5, None)


def test_the_python_api_has_the_same_defaults(shell: Shell) -> None:
    """What `%config` and the files say holds for calls as well."""
    project('[defaults]\nprovider = "local"\nsize = "640x360"\n')
    environment.session["duration"] = 2
    order = plan("local")
    assert (order.validated.request.size, order.validated.request.duration) == ("640x360", 2)


def test_defaults_reach_only_what_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of one provider is none of another's, a field that a model lacks is left out, a given shape stands alone."""
    monkeypatch.setenv("AIHUBMIX_API_KEY", "sk-canary-1")
    project('[defaults]\nmodel = "aihubmix:wan-2.7"\nnegative = "text"\nsize = "1280x720"\nseed = 7\n')
    order = plan(load_config().default_provider())
    assert (order.connection.provider.name, order.validated.request.model) == ("aihubmix", "wan-2.7")
    assert (order.validated.request.size, order.validated.request.negative, order.validated.warnings) == (
        "1280x720",
        None,
        (),
    )
    local = plan("local").validated.request
    assert (local.model, local.seed) == ("local/scenes", 7)
    monkeypatch.setenv("INDOXHUB_API_KEY", "canary-1")
    shaped = plan("indoxhub", model="m", aspect="9:16").validated.request
    assert (shaped.aspect, shaped.size) == ("9:16", None)


def test_a_server_of_ones_own_is_a_row_of_data(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named like any provider, with its own key, and found again after a restart without the file."""
    monkeypatch.setenv("LAB_KEY", "canary-lab")
    user(home, LAB.format(url=shop.url))
    shop.held.clear()
    job = vg.submit("a kite", model="lab:m")
    assert (job.provider.name, job.provider.title, job.provider.like) == ("lab", "lab", "openai")
    assert shop.asked.wait(10)
    shop.held.set()
    assert job.result(30).provider == "lab"
    assert [sale.authorization for sale in shop.book] == ["Bearer canary-lab"]
    process.close()
    (home / "videogen.toml").unlink()
    again = vg.job(job.id)
    assert (again.provider.base_url, type(again.provider.dialect).__name__) == (shop.url, "Compatible")


def test_a_job_keeps_its_dialect_whatever_becomes_of_the_file(
    shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A known name that was given another dialect, and is itself again after a restart."""
    monkeypatch.setenv("LAB_KEY", "canary-lab")
    user(home, LAB.format(url=shop.url).replace("lab]", "qubax]"))
    job = vg.submit("a kite", model="qubax:m")
    job.result(30)
    process.close()
    (home / "videogen.toml").unlink()
    load_config()
    again = vg.job(job.id)
    assert (again.provider.name, type(again.provider.dialect).__name__) == ("qubax", "Compatible")
    assert type(load_config().registry.find("qubax").dialect).__name__ == "Qubax"


def test_kept_keys_are_for_built_in_addresses_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project's file that sends a known name elsewhere gets no key but the one that it names."""
    credentials.remember("openai", secrets.Secret("sk-canary-typed", source="x"), keep=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-env")
    project(f'[providers.openai]\nbase_url = "{shop.url}"\n')
    assert vg.generate("a kite", provider="openai", model="m").model == "m"
    assert [sale.authorization for sale in shop.book] == [""]
    assert not any(
        "openai" in finding.name.lower() for finding in vg.doctor(network=False) if "found in" in finding.words
    )


def test_a_model_is_described_by_its_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it takes, offered before anything is sent, over what is built in."""
    monkeypatch.setenv("AIHUBMIX_API_KEY", "sk-canary-1")
    project('[capabilities."aihubmix:wan-2.7"]\ndurations = [4, 8]\ndefault_duration = 8\n')
    assert plan("aihubmix", model="wan-2.7").validated.request.duration == 8
    with pytest.raises(vg.InvalidRequest, match="Supported lengths: 4 or 8 s"):
        plan("aihubmix", model="wan-2.7", duration=5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[default]\n", "Did you mean defaults?"),
        ("[defaults]\ndurations = 4\n", "Did you mean duration?"),
        ("[defaults]\nyes = true\n", "unknown field `yes`"),
        ('[defaults]\nduration = "4"\n', "Expected `int | null`, got `str`"),
        ("[budget]\nper_dya = 5\n", "Did you mean per_day?"),
        ('[providers.lab]\nurl = "x"\n', "Did you mean base_url?"),
        ('[providers.lab]\ndialect = "opnai"\nbase_url = "http://x"\n', "Did you mean openai?"),
        ('[providers.lab]\nbase_url = "http://x"\n', "[providers.lab] has no dialect"),
        ('[providers.lab]\ndialect = "openai"\n', "has no base_url"),
        ('[capabilities."a:b"]\nduration = [4]\n', "Did you mean durations?"),
        ('[prices."a:b"]\nper_secnd = 1\n', "Did you mean per_second?"),
        ("= nonsense", "Correct the file, or move it away."),
    ],
)  # fmt: skip
def test_what_is_no_setting_is_refused_with_the_nearest(text: str, words: str) -> None:
    """A setting that is passed over in silence could be the budget."""
    project(text)
    with pytest.raises(vg.InvalidRequest) as caught:
        load_config()
    assert words in str(caught.value)


def test_a_wrong_value_of_config_is_refused_by_its_name(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    """Traitlets knows the type, and IPython the names."""
    shell.run("%config VideogenMagics.default_duration = 'long'")
    assert "'default_duration' trait of a VideogenMagics instance expected an int" in caplog.text
    assert "default_duration" not in environment.session
    listed = shell.run("%config VideogenMagics").out
    assert "VideogenMagics.default_model" in listed
    assert "VideogenMagics.per_day" in listed


def test_a_budget_of_the_session_holds(shell: Shell) -> None:
    """Set by `%config`, asked of every way in."""
    project('[prices."bifrost:m"]\nper_clip = 2.0\n')
    shell.run("%config VideogenMagics.per_day = 1.5")
    said = shell.run("%%videogen -p bifrost -m m\na kite")
    assert "and $0.00 of $1.50 for 24 hours are spent" in said.look
    with pytest.raises(vg.BudgetExceeded):
        vg.submit("a kite", provider="bifrost", model="m")


def test_a_preview_needs_no_key(shell: Shell) -> None:
    """It shows where the key would stand."""
    assert dry(shell, "-p qubax -m wan-2.7")["headers"]["authorization"] == "Bearer …"


@pytest.mark.parametrize(
    "order",
    [
        lambda shell: vg.generate("a kite"),
        lambda shell: vg.compare("a kite", models=["m", "lab:o"], n=2).result(60),
        lambda shell: shell.run("%%videogen -n 5 --wait\na kite"),
        lambda shell: cli.main(["generate", "-n", "5", "a kite"]),
    ],
    ids=["python", "compare", "cell", "terminal"],
)
def test_an_order_reads_the_configuration_once(
    order: Callable[[Shell], object],
    shell: Shell,
    shop: Shop,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From all its places, however many clips it asks for."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    user(home, LAB.format(url=shop.url) + '[defaults]\nprovider = "lab"\nmodel = "m"\n')
    reads, layers = [], files.layers
    monkeypatch.setattr(files, "layers", lambda *places: reads.append(places) or layers(*places))
    order(shell)
    assert len(reads) == 1
    assert shop.book


def test_what_overrides_a_files_provider_is_told(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the table of settings, and with each job that relies on the default; not where the cell names its provider."""
    project('[defaults]\nprovider = "bifrost"\n')
    assert dry(shell, "-m m")["warnings"] == []
    monkeypatch.setenv("VIDEOGEN_PROVIDER", "local")
    note = "VIDEOGEN_PROVIDER says local; videogen.toml says bifrost."
    assert dry(shell)["warnings"] == [note]
    assert dry(shell, "-p local")["warnings"] == []
    (row,) = [row for row in shell.run("%videogen config").value if row["setting"] == "defaults.provider"]
    assert (row["value"], row["overrides"]) == ("local", "videogen.toml says bifrost")


def test_a_default_of_the_surroundings_is_the_weakest(
    shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `make lab` and Binder set it: any file that names a provider wins, and nothing is said of it."""
    monkeypatch.setenv("VIDEOGEN_DEFAULT_PROVIDER", "local")
    monkeypatch.setenv("QUBAX_API_KEY", "canary-1")
    assert dry(shell)["provider"] == "local"
    user(home, '[defaults]\nprovider = "bifrost"\n')
    found = dry(shell, "-m m")
    assert (found["provider"], found["warnings"]) == ("bifrost", [])


@pytest.mark.parametrize("name", sorted(builtin.BUILT_IN.keys() - {"local"}))
def test_a_dialect_can_be_named_by_any_provider(name: str) -> None:
    """A server that speaks as a provider does takes that provider's protocol and what its models take; its key, it does not."""
    project(f'[providers.mine]\ndialect = "{name}"\nbase_url = "http://127.0.0.1:9/v1"\n')
    row, like = load_config().find_provider("mine"), builtin.BUILT_IN[name]
    assert (row.dialect, row.others, row.like) == (like.dialect, like.others, name)
    assert (row.base_url, row.key_env) == ("http://127.0.0.1:9/v1", None)

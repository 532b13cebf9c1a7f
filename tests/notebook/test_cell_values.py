"""What a cell is worth: jobs, clips and groups, their names, and how they are found again."""

from __future__ import annotations

import asyncio
import builtins
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen import events
from jupyter_videogen.api import client
from jupyter_videogen.core import environment
from jupyter_videogen.notebook import line_magics
from jupyter_videogen.runtime import process
from support.fakes import MP4
from support.ipython_shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.paid_server import Shop

PRICED = '[prices."lab:m"]\nper_clip = 1.0\n[prices."lab:other"]\nper_clip = 2.0\n'


@pytest.fixture
def shell(home: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A shell whose user has a provider of its own, `lab`."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    row = f'[providers.lab]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "LAB_KEY"\n'
    home.mkdir()
    (home / "videogen.toml").write_text(f"{row}[defaults]\nprovider = 'lab'\nmodel = 'm'\nwait = false\n{PRICED}")
    with Shell() as shell:
        yield shell


def test_a_cell_is_worth_its_job(shell: Shell, shop: Shop) -> None:
    """Bound to its name while it is on its way; its clip's path is a sentence until there is one."""
    shop.held.clear()
    said = shell.run("%%videogen --as clip\na kite")
    job = shell.names["clip"]
    assert said.value is job
    with pytest.raises(vg.NotReadyError, match=rf"Job {job.id} is still .*%videogen wait {job.id}"):
        _ = job.path
    shop.held.set()
    assert shell.run("%videogen wait clip").value == job.clip
    assert Path(job.path).read_bytes() == MP4
    assert job.clip.cost == 1.0
    assert job.eta == 0.0


def test_with_wait_a_cell_is_worth_its_clip(shell: Shell) -> None:
    """And the name still holds the job."""
    said = shell.run("%%videogen --wait --as clip\na kite")
    assert said.value == shell.names["clip"].clip


def test_the_same_cell_again_costs_nothing(shell: Shell, shop: Shop) -> None:
    """Takes of one prompt are told apart, and each is found again; more of them are only the new ones."""
    first = shell.run("%%videogen -n 2 --wait\na kite").value
    assert [job.id for job in shell.run("%%videogen -n 2\na kite").value] == [job.id for job in first]
    three = shell.run("%%videogen -n 3 --wait\na kite").value
    assert [job.reused for job in three] == [True, True, False]
    assert shell.run("%%videogen\na kite").value.id == first[0].id
    assert len(shop.book) == 3
    shell.run("%%videogen -n 2 --new --wait\na kite")
    assert len(shop.book) == 5


def test_a_group_is_a_list_of_jobs(shell: Shell) -> None:
    """In the order of prompts, models and takes; waited for as one."""
    said = shell.run("%%videogen -m m,other --as duel\na kite\n---\nwaves")
    group = said.value
    assert group is shell.names["duel"]
    assert isinstance(group, vg.JobGroup)
    assert isinstance(group, list)
    clips = group.result("30s")
    assert [(clip.prompt, clip.model) for clip in clips] == [
        ("a kite", "m"),
        ("a kite", "other"),
        ("waves", "m"),
        ("waves", "other"),
    ]
    assert (group.clips, group.ended, group.kind) == (clips, True, "batch")
    assert asyncio.run(_awaited(group)) == clips
    assert shell.run("%%videogen -m m,other\na kite").value.kind == "compare"
    assert shell.run("%%videogen -n 2\na kite").value.kind == "takes"


async def _awaited(group: vg.JobGroup) -> tuple[vg.Clip, ...]:
    return await group


def test_a_group_shows_itself_as_a_table(shell: Shell) -> None:
    """In text and in HTML, with everything from outside escaped; as a DataFrame where there is pandas."""
    shell.run("%%videogen --wait\n<b>a kite</b>")
    jobs = shell.run("%videogen jobs").value
    bundle = jobs._repr_mimebundle_()
    assert f"{jobs[0].id}  succeeded  lab:m" in bundle["text/plain"]
    assert "$1.00" in bundle["text/plain"]
    assert "&lt;b&gt;a kite&lt;/b&gt;" in bundle["text/html"]
    assert repr(vg.JobGroup()) == "No jobs."


def test_a_frame_has_a_row_for_each_job(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the columns to compare by; without pandas a sentence says how to get it."""
    shell.run("%%videogen -m m,other --wait\na kite")
    jobs = client.jobs()
    rows: list[list[dict[str, object]]] = []

    class Pandas:
        """The one call that is made of it."""

        @staticmethod
        def DataFrame(given: list[dict[str, object]]) -> str:  # noqa: N802 - pandas' own name
            rows.append(given)
            return "frame"

    monkeypatch.setattr("jupyter_videogen.api.tables.table.import_module", lambda _: Pandas)
    assert jobs.df == "frame"
    ((newest, _),) = rows
    assert list(newest)[3:11] == ["model", "seconds_to_make", "cost", "cost_source", "width", "height", "bytes", "path"]
    assert (newest["model"], newest["cost"], newest["bytes"]) == ("other", 2.0, len(MP4))
    monkeypatch.setattr("jupyter_videogen.api.tables.table.import_module", _missing)
    with pytest.raises(vg.Unsupported, match="pip install pandas"):
        _ = jobs.df


def _missing(name: str) -> object:
    raise ImportError(name)


def test_one_failure_of_a_group_is_told_after_all_have_ended(shell: Shell, shop: Shop) -> None:
    """The others' clips are there, and the error says how many failed."""
    shell.run("%%videogen --wait\na kite")
    shop.refusal = (400, {"error": {"message": "no kites", "code": "content_policy_violation"}})
    said = shell.run("%%videogen --wait --as both\na kite\n---\ntwo kites")
    assert "✗ videogen: 1 of 2 jobs made no clip; the first" in said.look
    assert "no kites" in said.look
    assert len(shell.names["both"].clips) == 1
    assert "Traceback" in shell.run("%videogen tb").out


def test_jobs_are_found_by_what_people_call_them(shell: Shell) -> None:
    """Variable, id, its beginning, last, -1; by name also when the kernel has forgotten it."""
    shell.run("%%videogen --wait --as kite\na kite")
    shell.run("%%videogen --wait -n 2 --as takes\nwaves")
    kite, takes = shell.names["kite"], shell.names["takes"]
    process.close()
    for name in ("kite", "takes"):
        del shell.names[name]

    def found(word: str) -> list[str]:
        result = shell.run(f"%videogen wait {word}").value
        return [job.id for job in result] if isinstance(result, vg.JobGroup) else [result.job_id]

    assert found("kite") == found(kite.id) == found(kite.id[:5]) == [kite.id]
    assert found("takes") == [job.id for job in takes]
    assert found("last") == found("-1") == [takes[-1].id]
    assert found(f"kite {takes[0].id}") == [kite.id, takes[0].id]
    assert vg.job("kite").id == kite.id
    assert "No job id starts with nobody" in shell.run("%videogen show nobody").look


def test_a_name_that_is_used_again_means_the_newer(shell: Shell) -> None:
    """A group of before does not mix with one of now."""
    shell.run("%%videogen --wait -n 3 --as takes\nwaves")
    newer = shell.run("%%videogen --wait -n 2 --as takes\na kite").value
    assert [job.id for job in client.jobs_in_variable("takes")] == [job.id for job in newer]
    single = shell.run("%%videogen --wait --as takes\nrain").value
    assert [job.id for job in client.jobs_in_variable("takes")] == [single.job_id]


def test_a_clip_of_ours_is_a_medium(shell: Shell, shop: Shop) -> None:
    """By @name, by place in a group, by variable; one that is not there yet is a sentence."""
    shell.run("%%videogen --wait -n 2 --as takes\nwaves")
    clip = shell.names["takes"][1].clip
    Path("videogen.toml").write_text('[capabilities."lab:m"]\ntakes = ["video"]\n')
    for word in ("@takes[1]", "@takes[-1]", "{takes[1]}", f"@{clip.job_id}", f"'{clip.path}'"):
        order = shell.run(f"%%videogen --video {word} --dry-run\nmore")
        assert order.error is None or "video" in order.look, order.look
    many = shell.run("%%videogen --video @takes\nmore")
    assert "@takes is 2 clips." in many.look
    assert "Choose one: @takes[0]." in many.look
    assert "Indices start at 0." in shell.run("%%videogen --video @takes[7]\nmore").look
    shop.held.clear()
    shell.run("%%videogen --as later\nlater")
    assert "is still" in shell.run("%%videogen --video @later\nmore").look


def test_a_batch_is_priced_as_one(shell: Shell, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its limit and its question are for all of it, and nothing of it is sent before."""
    said = shell.run("%%videogen -n 3 --max-cost 2.5\na kite")
    assert "This would cost about $3.00 (3 requests" in said.look
    Path("videogen.toml").write_text("[budget]\nconfirm_above = 2.5\n")
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(builtins, "input", lambda question: asked.append(question) or "n")
    assert "your limit is $2.50" in shell.run("%%videogen -n 3\na kite").look
    assert len(asked) == 1
    Path("videogen.toml").write_text("[budget]\nper_day = 2\n")
    assert "of $2.00 for 24 hours" in shell.run("%%videogen -n 3\na kite").look
    assert (shop.book, client.jobs()) == ([], [])
    assert len(shell.run("%%videogen -n 2 --yes --wait\na kite").value) == 2
    assert len(shop.book) == 2


def test_a_mistake_in_one_prompt_stops_all_of_them(shell: Shell, shop: Shop) -> None:
    """Everything is checked before anything is sent."""
    said = shell.run("%%videogen\na kite\n---\n" + "x" * 40_000)
    assert "characters" in said.look
    assert shop.book == []


def test_what_was_filled_in_is_kept(shell: Shell) -> None:
    """Template and final prompt are both written down."""
    shell.names["hero"] = "Ada"
    record = shell.run("%%videogen\n{hero} flies").value.record
    assert (record.template, record.filled, record.request.prompt) == ("{hero} flies", {"hero": "Ada"}, "Ada flies")
    assert shell.run("%%videogen --raw\n{hero} flies").value.record.template == ""


def test_quiet_says_nothing(shell: Shell) -> None:
    """No value, no note; the job is under its name."""
    said = shell.run("%%videogen -q --as clip\n{zebra} flies")
    assert (said.value, said.out, said.err) == (None, "", "")
    assert shell.names["clip"].result(30)


def test_output_says_where_the_clip_goes(shell: Shell) -> None:
    """A file, or a folder; a clip of before is copied there, and nothing is overwritten."""
    Path("taken.mp4").write_bytes(b"mine")
    assert shell.run("%%videogen --wait -o here.mp4\na kite").value.path == str(Path("here.mp4").absolute())
    inside = Path(shell.run("%%videogen --wait -o out/\nwaves").value.path)
    assert inside.parent == Path("out").absolute()
    shell.run("%%videogen --wait -o again.mp4\na kite")
    assert Path("again.mp4").read_bytes() == MP4
    beside = Path(shell.run("%%videogen --wait -o taken.mp4\nrain").value.path)
    assert Path("taken.mp4").read_bytes() == b"mine"
    assert (beside.parent, beside.name != "taken.mp4") == (Path.cwd(), True)


def test_embedding_puts_the_bytes_into_the_output(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only when it is asked for."""
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(line_magics, "publish_display_data", shown.append)
    shell.run("%%videogen --embed\na kite")
    assert 'src="data:video/mp4;base64,' in shown[0]["text/html"]
    monkeypatch.setattr(line_magics, "LARGEST_EMBEDDED", 10)
    assert "The clip is saved at" in shell.run("%%videogen --embed\na kite").look


def test_cancelling_tells_what_was_only_unwatched(shell: Shell, shop: Shop) -> None:
    """A provider that can't cancel may finish, and charge."""
    shop.held.clear()
    job = shell.run("%%videogen\na kite").value
    assert shop.asked.wait(10)
    said = shell.run(f"%videogen cancel {job.id}").out
    assert said.startswith(f"{job.id}: Not cancelled, and no longer watched. lab can't cancel.")
    assert f"%videogen resume {job.id}" in said
    shop.held.set()
    assert shell.run(f"%videogen resume {job.id}").value.result(30)
    assert "has already ended" in shell.run("%videogen cancel last").out
    assert shell.run("%videogen cancel all").out == ""


def test_waiting_that_ends_leaves_the_job(shell: Shell, shop: Shop) -> None:
    """Only the waiting ended."""
    shop.held.clear()
    said = shell.run("%%videogen --wait --timeout 0.2s --as clip\na kite")
    assert "Stopped waiting for job" in said.look
    shop.held.set()
    assert shell.names["clip"].result(30)
    assert shell.run("%videogen wait").out == "There are no unfinished jobs.\n"


def test_events_follow_a_job_to_its_end(shell: Shell, shop: Shop) -> None:
    """Each as it happens; the last one has the clip, or the error."""

    async def follow(job: vg.Job) -> list[events.Event]:
        return [event async for event in job.events()]

    shop.held.clear()
    job = shell.run("%%videogen\na kite").value
    assert shop.asked.wait(10)

    async def both() -> list[events.Event]:
        following = asyncio.create_task(follow(job))
        shop.held.set()
        return await following

    seen = asyncio.run(both())
    assert seen[-1] == events.Done(job.clip)
    assert all(not isinstance(event, events.Failed) for event in seen)
    shop.refusal = (400, {"error": {"message": "no"}})
    failed = asyncio.run(follow(shell.run("%%videogen\nanother").value))
    assert isinstance(failed[-1], events.Failed)
    assert "no" in failed[-1].error.message


def test_models_are_compared_side_by_side(shell: Shell, shop: Shop) -> None:
    """All are sent before any is waited for."""
    shop.held.clear()
    duel = vg.compare("A kite over the sea", models=["lab:m", "lab:other"], duration=8)
    shop.held.set()
    assert (duel.kind, duel.label, [job.record.model for job in duel]) == (
        "compare",
        "A kite over the sea",
        ["m", "other"],
    )
    assert len(duel.result(30)) == 2
    with pytest.raises(vg.InvalidRequest, match="models must be a list"):
        vg.compare("x", models="m")


def test_a_key_given_to_a_client_is_found_again_in_its_process(shop: Shop, home: Path) -> None:
    """By address and account, never written down; where it is not there, the error says how to go on."""
    shop.held.clear()
    job = vg.Client("openai", base_url=shop.url, api_key="canary-1").submit("a kite", model="m")
    assert shop.asked.wait(10)
    shop.held.set()
    job.result(30)
    shop.locked = True
    process.close()
    found = vg.job(job.id)
    assert found._connection.account == job._connection.account
    process.given.clear()
    process.close()
    assert vg.job(job.id)._connection.account == ""
    assert "canary" not in (home / "ledger.sqlite3").read_bytes().decode("latin-1")


def test_a_job_that_is_locked_out_says_how_it_is_let_in(shop: Shop) -> None:
    """Another process, without the key: which client to make; once it is made, looking goes on with the key."""
    shop.held.clear()
    job = vg.Client("openai", base_url=shop.url, api_key="canary-1").submit("a kite", model="m")
    accepted = threading.Event()
    job.subscribe(lambda record: accepted.set() if record.handle else None)
    shop.held.set()
    assert accepted.wait(10)
    process.close()
    process.given.clear()
    environment.session.clear()
    record = vg.job(job.id).record.after(
        state="unreachable", failure=vg.AuthError("bad key", sent="yes", charged="unknown").failure, clips=()
    )
    locked = vg.job(job.id)
    locked._watch.record = record
    with pytest.raises(vg.AuthError, match=r"vg\.Client\('openai', base_url=.*api_key=…\) once more"):
        _ = locked.clip
    vg.Client("openai", base_url=shop.url, api_key="canary-1")
    assert vg.job(job.id)._connection.account == job._connection.account


def test_a_missing_patch_for_asyncio_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opt-in, and an extra."""
    monkeypatch.setattr("jupyter_videogen.api.nested_asyncio.import_module", _missing)
    with pytest.raises(vg.Unsupported, match=r"pip install 'jupyter-videogen\[nest\]'"):
        vg.allow_nested_asyncio()


def test_a_call_may_name_its_server_and_its_file(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """`base_url=`, `key_env=` and `output=` go with any call, as on a line of the magic."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    where = {"provider": "openai", "base_url": shop.url, "key_env": "LAB_KEY", "model": "m"}
    clip = vg.generate("a kite", output="here.mp4", **where)
    assert clip.path == str(Path("here.mp4").absolute())
    assert vg.generate("a kite", **where) == clip
    assert [sale.authorization for sale in shop.book] == ["Bearer canary-1"]


def test_a_client_gives_an_answer_up_after_its_own_timeout(shop: Shop) -> None:
    """A create that was sent and not answered in time is of unknown outcome, and is not sent again."""
    shop.held.clear()
    shop.listing = False
    job = vg.Client("openai", base_url=shop.url, api_key="canary-1", timeout=0.3).submit("a kite", model="m")
    seen = threading.Event()
    job.subscribe(lambda record: seen.set() if record.state == "unknown_outcome" else None)
    assert seen.wait(20)
    assert len(shop.book) == 1

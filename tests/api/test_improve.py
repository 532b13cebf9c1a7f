"""A better prompt from the user's own chat endpoint: asked for once, shown first, and never an order."""

from __future__ import annotations

import json
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

import jupyter_videogen as vg
from jupyter_videogen import cli
from jupyter_videogen.config import configuration
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.dialects import chat
from jupyter_videogen.widget.widget import VideoGen
from support.ipython_shell import Shell
from support.scripted_provider import Host, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.paid_server import Shop

KEY = "sk-chat-canary-0123456789"
BETTER = "A paper boat glides across a puddle at dusk; neon light, slow push in."
NOTHING = "Nothing was sent to a video provider."


def said(content: object, **more: Any) -> dict[str, Any]:
    """An answer of the protocol."""
    message = {"role": "assistant", "content": content, **more.pop("message", {})}
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "finish_reason": "stop", "message": message, **more}]}


class Endpoint(Host):
    """A chat endpoint whose answer a test may change."""

    def __init__(self) -> None:
        self.says: bytes | None = answer(said(BETTER))
        super().__init__(lambda _asked: self.says)


@pytest.fixture
def endpoint(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """An endpoint, as the user's own file names it."""
    monkeypatch.setenv("CHAT_KEY", KEY)
    home.mkdir()
    with Endpoint() as host:
        configure(home, host)
        yield host
    configuration._reported.clear()


def configure(folder: Path, host: Host, more: str = 'key_env = "CHAT_KEY"') -> None:
    (folder / "videogen.toml").write_text(f'[enhance]\nbase_url = "{host.url}/"\nmodel = "m-mini"\n{more}\n')


def test_the_prompt_and_nothing_else_is_sent_once(endpoint: Endpoint) -> None:
    """With the key, to the one address; the parameters are those that every server takes."""
    assert vg.improve("a paper boat") == BETTER
    [asked] = endpoint.asked
    assert (asked.method, asked.target) == ("POST", "/v1/chat/completions")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    body = json.loads(asked.body)
    assert body == {
        "model": "m-mini",
        "messages": [{"role": "system", "content": chat.INSTRUCTIONS}, {"role": "user", "content": "a paper boat"}],
    }
    assert not vg.jobs()


@pytest.mark.parametrize(
    ("content", "prompt"),
    [
        ("  A boat.\n\nIt rains.\n", "A boat. It rains."),
        ('"A boat."', "A boat."),
        ("“A boat.”", "A boat."),
        ('"Go" says a sign, "Stop" another "one"', '"Go" says a sign, "Stop" another "one"'),
        ("<think>The user wants\na boat.</think>\nA boat.", "A boat."),
        ([{"type": "text", "text": "A "}, {"type": "text", "text": "boat."}], "A boat."),
        ("A boat\n---\nA second one", "A boat --- A second one"),
        ("A\u202e boat", "A\\u202e boat"),
        ("Ein Boot im Regen", "Ein Boot im Regen"),
    ],
    ids=["lines", "quotes", "curly", "quoted-words", "thoughts", "parts", "dashes", "hidden", "language"],
)
def test_an_answer_is_one_prompt(content: object, prompt: str, endpoint: Endpoint) -> None:
    """Without what models put around it, and on one line, so that a cell has one prompt."""
    endpoint.says = answer(said(content))
    assert vg.improve("a paper boat") == prompt


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (answer({"error": {"message": f"Incorrect key {KEY}."}}, 401), "answered HTTP 401: Incorrect key …."),
        (
            answer({"error": {"message": "You exceeded your quota."}}, 429),
            "answered HTTP 429: You exceeded your quota.",
        ),
        (answer(b"<html>oops</html>", 502), "answered HTTP 502: "),
        (answer(b"<html>hello</html>"), "gave an answer that can't be read."),
        (answer({"choices": []}), "gave an answer that can't be read."),
        (answer({"choices": [{"message": 7}]}), "gave no prompt: The answer is empty."),
        (answer({"error": {"message": "No such model."}}), "gave no prompt: No such model."),
        (answer(said("   ")), "gave no prompt: The answer is empty."),
        (answer(said("boat " * 1000)), "gave no prompt: The answer is longer than a prompt."),
        (answer(said("A boa", finish_reason="length")), "gave no prompt: The answer was cut off."),
        (answer(said(None, message={"refusal": "I can't help."})), "gave no prompt: I can't help."),
        (None, "did not answer (the connection was cut off), and may charge for it."),
    ],
    ids=[
        "key",
        "quota",
        "gateway",
        "page",
        "no-choice",
        "no-message",
        "error-200",
        "blank",
        "long",
        "cut",
        "refusal",
        "gone",
    ],
)
def test_a_failure_is_told_in_a_sentence_and_not_repeated(says: bytes | None, words: str, endpoint: Endpoint) -> None:
    """One call, whatever comes of it; nothing goes to a video provider, and no key into the words."""
    endpoint.says = says
    with pytest.raises(vg.ImproveError) as caught:
        vg.improve("a paper boat")
    error = caught.value
    assert f"The prompt was not improved: 127.0.0.1:{endpoint.server_port} {words}"[:90] in str(error)
    assert str(error).endswith(NOTHING)
    assert (error.sent, error.charged, len(endpoint.asked)) == ("no", "no", 1)
    assert KEY not in repr(error)


def test_nobody_there_is_not_asked(endpoint: Endpoint, home: Path) -> None:
    """A refused connection: nothing left."""
    endpoint.stop()
    with pytest.raises(vg.ImproveError, match="could not be asked: the connection was refused"):
        vg.improve("a paper boat")


def test_what_is_missing_is_named(endpoint: Endpoint, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The prompt, the key, the section, a part of it; each before anything is asked."""
    with pytest.raises(vg.InvalidRequest, match="There is no prompt"):
        vg.improve(" \n")
    monkeypatch.delenv("CHAT_KEY")
    with pytest.raises(vg.AuthError, match="CHAT_KEY, which is not set"):
        vg.improve("a paper boat")
    (home / "videogen.toml").write_text('[enhance]\nbase_url = "http://127.0.0.1:9/v1"\n')
    with pytest.raises(vg.InvalidRequest, match="needs a base_url and a model"):
        vg.improve("a paper boat")
    (home / "videogen.toml").write_text("")
    with pytest.raises(vg.InvalidRequest, match="no chat endpoint is configured"):
        vg.improve("a paper boat")
    assert endpoint.asked == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('base_url = "https://me:secret-word@chat.example/v1"', "contains a user name, a password"),
        ('base_url = "chat.example"', "is not a web address"),
        ('key_env = "MY KEY"', "is not the name of an environment variable"),
        ('mdoel = "m"', "Did you mean model?"),
    ],
)
def test_a_wrong_section_is_refused(line: str, words: str, home: Path) -> None:
    """As soon as it is read, and without a password in the words."""
    home.mkdir()
    (home / "videogen.toml").write_text(f"[enhance]\n{line}\n")
    with pytest.raises(vg.InvalidRequest, match=words.replace("?", r"\?")) as caught:
        load_config()
    assert "secret-word" not in str(caught.value)


def test_a_server_of_ones_own_needs_no_key(endpoint: Endpoint, home: Path) -> None:
    """Without key_env none is sent."""
    configure(home, endpoint, "")
    assert vg.improve("a paper boat") == BETTER
    assert "authorization" not in endpoint.asked[0].headers


def test_a_projects_file_has_no_say(endpoint: Endpoint, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It names another address for the user's key: the prompt and the key go where the user's own file says, or nowhere."""
    with Endpoint() as other:
        configure(Path.cwd(), other)
        assert vg.improve("a paper boat") == BETTER
        (home / "videogen.toml").write_text("")
        with pytest.raises(vg.InvalidRequest, match="no chat endpoint is configured"):
            vg.improve("a paper boat")
        assert other.asked == []
    assert len(endpoint.asked) == 1
    assert "enhance.base_url = http" in caplog.text
    assert "it counts in your own file alone" in caplog.text


# ---- where it is typed -----------------------------------------------------------------------------------------------


@pytest.fixture
def shell(endpoint: Endpoint, shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """IPython, with a paid provider beside the endpoint."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    with (home / "videogen.toml").open("a") as file:
        file.write(f'[providers.lab]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "LAB_KEY"\n')
    with Shell() as shell:
        yield shell


def next_cell(shell: Shell) -> str:
    """What IPython was told to put into a new cell."""
    return str(shell.shell.rl_next_input)


@pytest.mark.parametrize(
    ("cell", "asked", "written"),
    [
        ("%%videogen -p lab -m m --improve -d 4\na {thing}", "a boat", f"%%videogen -p lab -m m -d 4\n{BETTER}"),
        (
            "%%videogen -p lab -m m --grid study --improve\na {thing}",
            "a boat",
            f"%%videogen -p lab -m m --grid study\n{BETTER}",
        ),
        ("%videogen improve it's a boat", "it's a boat", f"%%videogen\n{BETTER}"),
        ("%videogen improve 'a {thing}'", "a boat", f"%%videogen\n{BETTER}"),
    ],
)
def test_a_better_prompt_is_the_next_cell(
    cell: str, asked: str, written: str, shell: Shell, endpoint: Endpoint, shop: Shop
) -> None:
    """To be read, changed and run; nothing is ordered before that."""
    shell.names["thing"] = "boat"
    ran = shell.run(cell)
    assert ran.error is None
    assert (ran.value, ran.out) == (None, f"{BETTER}\n")
    assert "nothing was ordered" in ran.err
    assert json.loads(endpoint.asked[0].body)["messages"][1]["content"] == asked
    assert next_cell(shell) == written
    assert (shop.book, list(vg.jobs())) == ([], [])


def test_braces_of_a_model_are_no_variables(shell: Shell, endpoint: Endpoint, shop: Shop) -> None:
    """What it answers is sent as it is, whatever the notebook has; so the new cell is one."""
    shell.names["secret"] = "the user's own"
    endpoint.says = answer(said("A boat called {secret}"))
    shell.run("%%videogen -p lab -m m --improve\na boat")
    shell.run(next_cell(shell).replace("\n", " --wait -q\n", 1))
    assert [sale.prompt for sale in shop.book] == ["A boat called {secret}"]


def test_each_prompt_of_a_cell_is_asked_for(shell: Shell, endpoint: Endpoint) -> None:
    """And the new cell has as many."""
    shell.run("%%videogen --improve\na boat\n---\na kite")
    assert len(endpoint.asked) == 2
    assert next_cell(shell) == f"%%videogen\n{BETTER}\n---\n{BETTER}"


def test_a_failure_leaves_the_cell_as_it_is(shell: Shell, endpoint: Endpoint) -> None:
    """An error in place of a new cell."""
    endpoint.says = answer({"error": {"message": "No."}}, 403)
    ran = shell.run("%videogen improve a boat")
    assert isinstance(ran.error, vg.ImproveError)
    assert NOTHING in ran.look
    assert not hasattr(shell.shell, "rl_next_input")


@pytest.mark.parametrize("words", [["improve", "a", "boat"], ["generate", "--improve", "a boat"]])
def test_a_terminal_prints_it(
    words: list[str], endpoint: Endpoint, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Alone, for a pipe; or as JSON."""
    assert cli.main(words) == 0
    assert capsys.readouterr().out == f"{BETTER}\n"
    assert cli.main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"prompt": BETTER}
    assert shop.book == []


def asked_by_the_page(widget: VideoGen, prompt: str = "a boat") -> dict[str, Any]:
    """What the page is told, once the question has come to its end; other messages are answered meanwhile."""
    acks: Queue[dict[str, Any]] = Queue()
    widget.send = lambda content, _buffers=None: acks.put(content)  # type: ignore[method-assign]
    name = uuid4().hex
    widget._receive(widget, {"v": 1, "request_id": name, "type": "improve", "prompt": prompt}, [])
    told = acks.get(timeout=60)
    assert told["request_id"] == name
    return told


def test_a_page_is_told_when_there_is_an_answer(endpoint: Endpoint) -> None:
    """The prompt, or why there is none; the form says whether there is an endpoint."""
    form = VideoGen(provider="local")
    assert form.form["improves"]
    told = asked_by_the_page(form)
    assert (told["ok"], told["text"]) == (True, BETTER)
    endpoint.says = answer({"error": {"message": "No."}}, 403)
    refused = asked_by_the_page(form)
    assert not refused["ok"]
    assert refused["error"]["message"].endswith("answered HTTP 403: No.")
    assert asked_by_the_page(form, "")["error"]["field"] == "prompt"


def test_visitors_spend_nothing(endpoint: Endpoint) -> None:
    """The button is not theirs, and the message is refused."""
    form = VideoGen(provider="local", shared=True)
    assert not form.form["improves"]
    assert asked_by_the_page(form)["error"]["code"] == "permission"
    assert endpoint.asked == []

"""A real JupyterHub with its own proxy: two users, a server for each below `/user/NAME/`, a browser, and what each gets of the other."""

import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(HERE.parent))

from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, expect, sync_playwright  # noqa: E402 - as the next

from support.jupyter_servers import write  # noqa: E402 - once its folder can be imported from
from support.jupyterlab_page import ARGUMENTS, SLOW, Lab, plays  # noqa: E402 - the same
from support.jupyterlab_page import ask as ask_form  # noqa: E402 - the same

OURS, ENVIRONMENT = sys.argv[3:5]
ADMIN = secrets.token_hex(16)
OWNER, OTHER = "mira", "otto"
CELLS = ("%load_ext jupyter_videogen", "%%videogen -d 2 --size 640x360 --seed 7\nwaves at sunset")
SCHEMA = "https://events.jupyter.org/jupyter_videogen/job/v1"
TRIES = 240
"""Attempts to reach the hub, half a second apart."""
CONFIG = """
import os
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]
c.Spawner.environment = {environment!r}
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.services = [{{"name": "test", "api_token": {admin!r}}}]
c.JupyterHub.load_roles = [{{"name": "test", "services": ["test"], "scopes": ["admin:users", "tokens", "servers"]}}]
"""
FORM = ".jp-videogen-form section.videogen"
LOGIN = "/hub/api/oauth2/authorize"
REFUSED = (403, 302)
"""What a stranger gets: a script is refused, a page is sent to the login."""
READS = ("jobs", "jobs/{job}", "spending", "clips/{job}/0", "posters/{job}/0")
WRITES = (("PUT", "jobs/{job}/star"), ("DELETE", "jobs/{job}/star"), ("POST", "jobs/{job}/cancel"))
FOREIGN = {
    "referer": "http://elsewhere.example/",
    "origin": "http://elsewhere.example",
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "no-cors",
}
SUBSCRIBE = """([address, schema]) => {
  const socket = new WebSocket(`${address.replace("http", "ws")}api/events/subscribe`);
  window.told = new Promise((done) => {
    socket.onmessage = ({ data }) => JSON.parse(data).schema_id === schema && done(JSON.parse(data));
  });
  return new Promise((open) => { socket.onopen = () => open(true); socket.onerror = () => open(false); });
}"""


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens on."""
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(door.getsockname()[1]) for door in doors]
    for door in doors:
        door.close()
    return ports


class Hub:
    """A hub, its proxy, and the servers it starts."""

    def __init__(self, folder: Path) -> None:
        public, hub, api = free_ports(3)
        self.folder, self.base = folder, f"http://127.0.0.1:{public}"
        shutil.copytree(ROOT / "labextension", folder / "share" / "labextensions" / "jupyter-videogen")
        servers = {
            "PYTHONPATH": str(ROOT / "src"),
            "JUPYTER_PATH": str(folder / "share"),
            "JUPYTER_CONFIG_PATH": str(ROOT / "jupyter-config"),
            "VIDEOGEN_PROVIDER": "local",
        }
        proxy = Path(ENVIRONMENT) / "node_modules" / ".bin" / "configurable-http-proxy"
        for name in (OWNER, OTHER):
            (folder / name).mkdir()
        given = {"homes": f"{folder}/{{username}}", "python": sys.executable, "environment": servers, "url": self.base}
        config = CONFIG.format(**given, hub=hub, api=api, proxy=str(proxy), admin=ADMIN)
        (folder / "hub.py").write_text(config)
        self._log = (folder / "log").open("w")
        command = [sys.executable, "-m", "jupyterhub", "-f", "hub.py"]
        self._process = subprocess.Popen(command, cwd=folder, stdout=self._log, stderr=self._log)

    def api(self, path: str, method: str = "GET", body: object = None) -> Any:
        """Ask the hub as its administrator."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"token {ADMIN}"}
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.base}/hub/api/{path}", data, headers, method=method)
        ) as answer:
            return json.loads(answer.read() or b"null")

    def wait(self) -> None:
        """Return when it answers."""
        for _ in range(TRIES):
            assert self._process.poll() is None, "the hub has ended"
            with suppress(OSError):
                self.api("")
                return
            time.sleep(0.5)  # noqa: TID251 - another program's start has no event
        raise TimeoutError(self.base)

    def token(self, user: str) -> str:
        """Return a token of a user, as they make one for a script."""
        return str(self.api(f"users/{user}/tokens", "POST", {})["token"])

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def close(self) -> None:
        """End it, and with it the proxy and the servers."""
        self._process.terminate()
        self._process.wait()
        self._log.close()


class UserPage:
    """A user's browser, and the address of a server: what `Lab` needs of either."""

    def __init__(self, hub: Hub, browser: Browser, user: str) -> None:
        self.hub, self.user, self.context = hub, user, browser.new_context()

    def new_page(self, **given: Any) -> Page:
        page = self.context.new_page()
        page.set_viewport_size(given["viewport"])
        return page

    def url(self, path: str) -> str:
        return f"{self.hub.base}/user/{self.user}/{path}"

    def log_in(self) -> None:
        """Log in by the form, and wait until the server is there."""
        page = self.context.new_page()
        page.goto(f"{self.hub.base}/hub/login")
        page.get_by_label("Username").fill(self.user)
        page.get_by_label("Password").fill("x")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**/user/{self.user}/lab**", timeout=3 * SLOW)
        page.close()


class HubLab(Lab):
    """JupyterLab below the user's prefix."""

    address = "lab/tree/{name}?reset"


def ask(context: BrowserContext, url: str, method: str = "GET", headers: dict[str, str] | None = None) -> APIResponse:
    """Send what a page or a script would, and return the answer without following it elsewhere."""
    return context.request.fetch(url, method=method, headers=headers or {}, max_redirects=0)


def main() -> None:
    """Start a hub, and visit it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        hub = Hub(Path(folder))
        try:
            hub.wait()
            path = subprocess.run(
                [OURS, ROOT / "scripts" / "browser.py"], capture_output=True, text=True, check=True
            ).stdout
            browser = playwright.chromium.launch(executable_path=path.strip(), args=ARGUMENTS)
            visit(hub, browser)
            browser.close()
        except BaseException:
            print(hub.log()[-6000:])  # noqa: T201 - it talks to its terminal
            raise
        finally:
            hub.close()


def visit(hub: Hub, browser: Browser) -> None:
    """Make a clip in one user's page, see it there, and see that nobody else does."""
    owner, other = UserPage(hub, browser, OWNER), UserPage(hub, browser, OTHER)
    write(hub.folder / OWNER / "n.ipynb", *CELLS)
    owner.log_in()
    other.log_in()
    lab = HubLab(owner, owner, "n.ipynb")  #   # all that it takes of them is there
    make_clip(lab, owner)
    make_another(lab)
    assert not lab.errors, lab.errors
    job = ask(owner.context, owner.url("jupyter-videogen/jobs")).json()["jobs"][-1]["id"]
    check_owner(hub, owner, browser.new_context(), job)
    check_strangers(hub, owner, other, browser, job)
    print(f"{len(READS) + len(WRITES)} routes below /user/{OWNER}/: the page, its events, and six kinds of visitors")  # noqa: T201


def make_clip(lab: Lab, owner: UserPage) -> None:
    """The cell's clip plays, the events stream tells of it, and the panel has it from the server, below the prefix."""
    assert lab.page.evaluate(SUBSCRIBE, [owner.url(""), SCHEMA])
    lab.run(0)
    lab.run(1)
    plays(lab.clip)
    assert lab.page.evaluate("() => window.told")["prompt"] == "waves at sunset"
    lab.page.evaluate("async () => { await window.jupyterapp.commands.execute('jupyter-videogen:show-panel'); }")
    tile = lab.page.locator(".jp-videogen-panel .jp-videogen-tile").filter(has_text="waves at sunset")
    tile.hover(timeout=SLOW)
    video = tile.locator("video.is-playing")
    expect(video).to_have_count(1, timeout=SLOW)
    assert str(video.get_attribute("src")).startswith(owner.url("jupyter-videogen/clips/"))


def make_another(lab: Lab) -> None:
    """*New video* opens the form on a kernel of its own, and its clip plays."""
    lab.page.evaluate("async () => { await window.jupyterapp.commands.execute('jupyter-videogen:new'); }")
    form = lab.page.locator(FORM)
    expect(form).to_be_visible(timeout=SLOW)
    ask_form(form, "a city in rain")
    plays(form.locator(".videogen-result video"))


def check_owner(hub: Hub, owner: UserPage, script: BrowserContext, job: str) -> None:
    """The owner's token does all; the cookie reads, and changes nothing without the page's own token against other sites."""
    token = {"authorization": f"token {hub.token(OWNER)}"}
    for context, headers in ((script, token), (owner.context, {})):
        for path in READS:
            answer = ask(context, owner.url(f"jupyter-videogen/{path.format(job=job)}"), headers=headers)
            assert answer.status == 200, (path, answer.status)
    for method, path in WRITES:
        url = owner.url(f"jupyter-videogen/{path.format(job=job)}")
        ended = 409 if method == "POST" else 200
        assert ask(script, url, method, token).status == ended, path
        assert ask(owner.context, url, method).status == 403, path
    clip = owner.url(f"jupyter-videogen/clips/{job}/0")
    part = ask(script, clip, headers={**token, "range": "bytes=10-109"})
    assert (part.status, len(part.body())) == (206, 100)
    assert part.headers["content-range"].startswith("bytes 10-109/")
    assert ask(script, clip, headers={**token, "range": "bytes=999999999-"}).status == 416


def check_strangers(hub: Hub, owner: UserPage, other: UserPage, browser: Browser, job: str) -> None:
    """Nobody, another user of the hub by cookie and by token, and another site with the owner's cookie get nothing."""
    nobody = browser.new_context()
    foreign = {"authorization": f"token {hub.token(OTHER)}"}
    for context, headers in ((nobody, {}), (other.context, {}), (nobody, foreign), (owner.context, FOREIGN)):
        for method, path in (*(("GET", path) for path in READS), *WRITES):
            answer = ask(context, owner.url(f"jupyter-videogen/{path.format(job=job)}"), method, headers)
            assert answer.status in {*REFUSED, *((404,) if headers is FOREIGN else ())}, (headers, path, answer.status)
            assert answer.status != 302 or LOGIN in answer.headers["location"], answer.headers
    page = other.new_page(viewport={"width": 800, "height": 600})
    page.goto(other.url("lab"), wait_until="domcontentloaded")
    assert not page.evaluate(SUBSCRIBE, [owner.url(""), SCHEMA])


if __name__ == "__main__":
    main()

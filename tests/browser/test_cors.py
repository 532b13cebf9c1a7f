"""A page of another origin in a real browser: what `jupyter videogen serve --cors` lets it do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.gateway_processes import Starter, ready
from support.static_site import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

VISIT = """async ([url, token]) => {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": "one" };
  const ask = (path, init) => fetch(url + path, { headers, ...init });
  const created = await ask("/v1/videos", { method: "POST", body: JSON.stringify({ prompt: "a sea" }) });
  let job = await created.json();
  while (job.status !== "completed") job = await (await ask(`/v1/videos/${job.id}`)).json();
  const clip = await ask(`/v1/videos/${job.id}/content`);
  return [created.headers.get("x-request-id") !== null, await clip.text()];
}"""


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    starter = Starter(tmp_path / "home")
    yield starter
    starter.end()


def test_a_named_page_makes_a_clip_and_another_does_not(browser: Browser, starter: Starter, tmp_path: Path) -> None:
    """One origin creates, looks and downloads; the same page under another name of this computer is kept out."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<!doctype html><title>Notes</title>")
    with serve(tmp_path / "site") as site:
        gateway = ready(starter.start("--cors", site))
        page = browser.new_page()
        page.goto(site)
        assert page.evaluate(VISIT, [gateway["url"], gateway["token"]]) == [True, "a sea"]
        page.goto(site.replace("127.0.0.1", "localhost"))
        refused = page.evaluate(f"(given) => ({VISIT})(given).catch((error) => error.name)", [gateway["url"], "x"])
        assert refused == "TypeError"
        page.close()

"""The browser engine in a worker of a plain page: real clips without a server, by the encoder of the browser."""

from __future__ import annotations

import threading
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING, Any

import av
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ENGINE = Path(__file__).parents[2] / "src" / "jupyter_videogen" / "static" / "engine.js"
WORKER = """
import * as engine from "./engine.js";
const aborts = new Map();
const told = (failure) => ({ name: failure.name, message: failure.message });
const ways = {
  describe: ({ prompt }) => engine.describe(prompt),
  scenes: () => engine.scenes,
  codecs: () => engine.codecs(),
  render: (order, id) => {
    const abort = new AbortController();
    let last = 0, calls = 0, rising = true;
    const onProgress = (fraction) => {
      rising &&= fraction > last;
      last = fraction;
      calls += 1;
      if (order.abortAfter === calls) abort.abort();
    };
    return engine.render(order, { onProgress, signal: abort.signal }).then((clip) => ({ ...clip, last, calls, rising }));
  },
  renderWithout: (order) => {
    delete globalThis.VideoEncoder;
    return engine.render(order);
  },
};
onmessage = async ({ data: { id, way, order } }) => {
  try {
    postMessage({ id, result: await ways[way](order, id) });
  } catch (failure) {
    postMessage({ id, failure: told(failure) });
  }
};
postMessage({ id: 0 });
"""
PAGE = """<!doctype html><meta charset="utf-8"><title>engine</title><script type="module">
const worker = new Worker("./worker.js", { type: "module" });
const waiting = new Map();
worker.onmessage = ({ data }) => waiting.get(data.id)?.(data);
await new Promise((ready) => waiting.set(0, ready));
let ids = 0;
window.ask = (way, order) => new Promise((done) => {
  ids += 1;
  waiting.set(ids, done);
  worker.postMessage({ id: ids, way, order });
});
window.hex = async (bytes) => Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))).join();
window.hereToo = () => import("./engine.js");
document.body.dataset.ready = "yes";
</script><body>"""
RENDER = """async (order) => {
  const { result, failure } = await ask("render", order);
  if (failure) throw new Error(`${failure.name}: ${failure.message}`);
  const { bytes, poster, ...told } = result;
  const video = document.createElement("video");
  video.src = URL.createObjectURL(new Blob([bytes], { type: told.mime }));
  await new Promise((done, failed) => {
    video.onloadeddata = done; // its first frame is decoded
    video.onerror = () => failed(new Error(video.error.message));
  });
  const picture = await createImageBitmap(new Blob([poster], { type: told.posterMime }));
  return {
    ...told,
    videoWidth: video.videoWidth,
    videoHeight: video.videoHeight,
    duration: video.duration,
    poster: [picture.width, picture.height],
    clip: Array.from(bytes),
  };
}"""
RENDER_HERE = RENDER.replace(
    'ask("render", order)', "hereToo().then((engine) => engine.render(order)).then((result) => ({ result }))"
)
REFUSE = """(names) => {
  const ask = VideoEncoder.isConfigSupported.bind(VideoEncoder);
  VideoEncoder.isConfigSupported = async (config) =>
    names.includes(config.codec.split(".")[0]) ? { supported: false, config } : ask(config);
}"""
SCENES = {
    "sea": "Waves at sunset, a paper boat",
    "city": "Rain on a city at night",
    "clouds": "Clouds from above",
    "space": "A planet in a purple nebula",
    "aurora": "Northern lights over a mountain lake",
    "mountains": "Mist over the mountains at dawn",
    "snow": "Snowfall in the Alps",
    "forest": "Fireflies in a quiet forest",
    "silk": "A cat on a sofa",
}
ORDER = {"width": 320, "height": 192, "seconds": 1.5, "fps": 24, "seed": 3}


class Quiet(SimpleHTTPRequestHandler):
    """A server that keeps its log to itself."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page is served: encoders are for secure pages only, which those of this machine are."""
    folder = tmp_path_factory.mktemp("engine")
    copy(ENGINE, folder)
    (folder / "worker.js").write_text(WORKER, "utf-8")
    (folder / "index.html").write_text(PAGE, "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    page.wait_for_selector("body[data-ready]", state="attached")
    yield page
    assert [line for line in said if "favicon" not in line and "404" not in line] == []
    context.close()


def decode(clip: list[int]) -> list[bytes]:
    """Return the pixels of each frame."""
    with av.open(BytesIO(bytes(clip)), "r") as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]


def ask(page: Page, way: str, **order: Any) -> dict[str, Any]:
    """Return what the engine in the worker answers: a result, or a failure's name and message."""
    answer: dict[str, Any] = page.evaluate("([way, order]) => ask(way, order)", [way, order])
    return answer


@pytest.mark.parametrize(("scene", "prompt"), SCENES.items())
def test_each_scene_becomes_a_clip_that_plays(page: Page, scene: str, prompt: str) -> None:
    """It has the size, the length and the frames that were asked for, moves, and has a poster."""
    clip = page.evaluate(RENDER, ORDER | {"prompt": prompt})
    assert (clip["scene"], clip["asked"], clip["frames"]) == (scene, scene, 36)
    assert (clip["videoWidth"], clip["videoHeight"], clip["poster"]) == (320, 192, [320, 192])
    assert abs(clip["duration"] - 1.5) <= 1 / 24
    assert len(set(decode(clip["clip"]))) == 36
    assert (clip["last"], clip["calls"], clip["rising"]) == (1, 36, True)
    assert clip["codec"].startswith("avc1.")


def test_the_scenes_are_those_that_are_tested(page: Page) -> None:
    assert set(ask(page, "scenes")["result"]) == set(SCENES)


def test_other_programs_read_the_clip(page: Page) -> None:
    """The index comes first, every frame has its time, the tags say what it is, and the last box how it was made."""
    clip = bytes(page.evaluate(RENDER, ORDER | {"prompt": "Waves at dawn — über"})["clip"])
    assert clip.index(b"moov") < clip.index(b"mdat") < clip.index(b"uuid")
    assert b"digitalsourcetype/algorithmicMedia<" in clip
    with av.open(BytesIO(clip), "r") as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.average_rate, stream.frames) == ("h264", Fraction(24), 36)
        assert container.metadata["title"] == "Waves at dawn — über"
        assert '"procedural":true' in container.metadata["comment"]
        frames = [(round((frame.time or 0) * 24), frame.width, frame.height) for frame in container.decode(stream)]
    assert frames == [(number, 320, 192) for number in range(36)]


def test_the_same_order_is_the_same_clip(page: Page) -> None:
    """Byte for byte in one browser; another seed is another clip."""
    order = ORDER | {"prompt": SCENES["sea"], "seconds": 0.5}
    first, second, other = (page.evaluate(RENDER, one)["clip"] for one in (order, order, order | {"seed": 4}))
    assert first == second
    assert first != other


def test_it_draws_in_the_page_too(page: Page) -> None:
    """Without a worker it gives what it gives in one."""
    order = ORDER | {"prompt": SCENES["silk"], "seconds": 0.5}
    script = "async (order) => Array.from((await (await hereToo()).render(order)).bytes)"
    assert page.evaluate(script, order) == page.evaluate(RENDER, order)["clip"]


@pytest.mark.parametrize(("refused", "codec"), [(["avc1"], "vp09.00.30.08"), (["avc1", "vp09"], "vp8")])
def test_without_h264_another_codec_is_taken(page: Page, refused: list[str], codec: str) -> None:
    """VP9, else VP8; both lie in an MP4 that the browser plays."""
    page.evaluate(REFUSE, refused)
    clip = page.evaluate(RENDER_HERE, ORDER | {"prompt": SCENES["silk"]})
    assert (clip["codec"], clip["videoWidth"]) == (codec, 320)
    assert abs(clip["duration"] - 1.5) <= 1 / 24
    assert len(set(decode(clip["clip"]))) == 36


def test_what_is_not_drawn_here_is_told(page: Page) -> None:
    """The nearest scene is drawn, and both are named."""
    described = ask(page, "describe", prompt="A campfire by night")["result"]
    assert (described["asked"], described["mood"]) == ("fire", "night")
    assert described["scene"] in SCENES


def test_an_abort_ends_it_between_two_frames(page: Page) -> None:
    answer = ask(page, "render", **ORDER, prompt=SCENES["silk"], abortAfter=3)
    assert answer["failure"]["name"] == "AbortError"
    assert ask(page, "render", **ORDER, prompt=SCENES["silk"])["result"]["calls"] == 36


def test_without_an_encoder_it_says_so(page: Page) -> None:
    failure = ask(page, "renderWithout", **ORDER, prompt=SCENES["silk"])["failure"]
    assert (failure["name"], failure["message"]) == (
        "NoEncoder",
        "This browser encodes no video, so nothing was made. Use a current browser, or a server.",
    )
    assert ask(page, "codecs")["result"] == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"width": 321}, "even numbers of pixels from 64 to 3840, not 321x192"),
        ({"seconds": 0}, "seconds must be a number above 0, not 0"),
        ({"seconds": 1000}, "at most 3600 frames, not 24000"),
        ({"fps": 0}, "fps must be from 1 to 120 frames per second, not 0"),
        ({"seed": 0.5}, "The seed must be a whole number, not 0.5"),
        ({"prompt": None}, "The prompt must be a text"),
    ],
)
def test_a_bad_order_is_refused(page: Page, wrong: dict[str, Any], told: str) -> None:
    failure = ask(page, "render", **(ORDER | {"prompt": "waves"} | wrong))["failure"]
    assert failure["name"] == "BadOrder"
    assert told in failure["message"]
    assert failure["message"].endswith("Nothing was drawn.")

"""Clips as GIF and WebP, for places where no video plays. One picture at a time is decoded, scaled and coded."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media import clip_store
from jupyter_videogen.media.frames import open_video, require_decoder, scaled_size
from jupyter_videogen.media.provenance import copies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    import av

    from jupyter_videogen.core.clip import ClipRecord

GIF_RATE, WEBP_RATE = Fraction(25, 2), Fraction(25)
"""Frames per second at most. Browsers slow down a GIF whose frames last less than two hundredths of a second."""
GIF_TICK, WEBP_TICK = Fraction(1, 100), Fraction(1, 1000)
"""Seconds: in what each format counts time."""


def gif(clip: ClipRecord, path: str | PathLike[str], width: int, *, overwrite: bool) -> Path:
    """Write a clip as a GIF; see `Clip.to_gif`. It is read twice: for its colours, then to be written."""
    source, target = _check_target(clip, path, width)
    with clip_store.replacing(target, overwrite=overwrite) as temporary:
        colours = _palette(_pictures(source, width, GIF_RATE, GIF_TICK))
        write_animation(temporary, "gif", "gif", _map_colours(_pictures(source, width, GIF_RATE, GIF_TICK), colours))
    copies.warn_of_lost([clip], target.name)
    return target


def webp(clip: ClipRecord, path: str | PathLike[str], width: int, *, overwrite: bool) -> Path:
    """Write a clip as an animated WebP; see `Clip.to_webp`."""
    source, target = _check_target(clip, path, width)
    with clip_store.replacing(target, overwrite=overwrite) as temporary:
        pictures = (picture.reformat(format="yuv420p") for picture in _pictures(source, width, WEBP_RATE, WEBP_TICK))
        write_animation(temporary, "webp", "libwebp_anim", pictures)
    copies.warn_of_lost([clip], target.name)
    return target


def _check_target(clip: ClipRecord, path: str | PathLike[str], width: int) -> tuple[Path, Path]:
    require_decoder()
    if width < 2:
        raise InvalidRequest(f"A width of {width} pixels is not possible.", next="Use 2 or more.", field="width")
    return clip_store.existing_path(clip), Path(path).expanduser().absolute()


def _pictures(source: Path, width: int, fastest: Fraction, tick: Fraction) -> Iterator[av.VideoFrame]:
    """Return a clip's pictures at its own pace, or at the fastest that is allowed, each with its time."""
    with open_video(source) as reel:
        size, pace = scaled_size(reel, width), min(reel.rate, fastest)
        moments = [number / pace for number in range(max(math.ceil(reel.length * pace - Fraction(1, 1000)), 1))]
        for moment, shown in zip(moments, reel.nearest_each(map(float, moments)), strict=True):
            picture = reel.frame(shown, *size)
            picture.pts, picture.time_base = round(moment / tick), tick
            yield picture


def _palette(pictures: Iterator[av.VideoFrame]) -> av.VideoFrame:
    """Choose 256 colours for all the pictures; only their histogram is kept."""
    from av.filter import Graph

    graph = Graph()
    first = next(pictures)
    entry, sink = _entry(graph, first), graph.add("buffersink")
    chooser = graph.add("palettegen", "reserve_transparent=0")
    entry.link_to(chooser)
    chooser.link_to(sink)
    graph.configure()
    chosen: list[av.VideoFrame] = []
    for picture in chain([first], pictures):
        entry.push(picture)
        chosen += _pull_frames(sink)  # nothing yet, but what was pushed is counted and let go only when somebody pulls
    entry.push(None)
    return [*chosen, *_pull_frames(sink)][0]


def _map_colours(pictures: Iterator[av.VideoFrame], colours: av.VideoFrame) -> Iterator[av.VideoFrame]:
    """Return pictures in the chosen colours."""
    from av.filter import Graph

    graph = Graph()
    first = next(pictures)
    entry, chosen, sink = _entry(graph, first), _entry(graph, colours), graph.add("buffersink")
    mapper = graph.add("paletteuse", "dither=bayer:bayer_scale=4")
    entry.link_to(mapper, 0, 0)
    chosen.link_to(mapper, 0, 1)
    mapper.link_to(sink)
    graph.configure()
    chosen.push(colours)
    chosen.push(None)
    entry.push(first)
    for picture in pictures:
        yield from _pull_frames(sink)
        entry.push(picture)
    entry.push(None)
    yield from _pull_frames(sink)


def _entry(graph: av.filter.Graph, like: av.VideoFrame) -> av.filter.context.FilterContext:
    return graph.add_buffer(
        width=like.width, height=like.height, format=like.format, time_base=like.time_base or WEBP_TICK
    )


def _pull_frames(sink: av.filter.context.FilterContext) -> Iterator[av.VideoFrame]:
    """Return what a filter has ready."""
    from av.error import BlockingIOError as NotYet
    from av.error import EOFError as Over

    while True:
        try:
            yield sink.pull()  # type: ignore[misc]  # the same
        except (NotYet, Over):
            return


def write_animation(path: Path, container: str, codec: str, pictures: Iterator[av.VideoFrame]) -> None:
    """Code pictures into an animation that never ends."""
    import av

    first = next(pictures)
    with av.open(str(path), "w", format=container, options={"loop": "0"}) as out:
        stream: Any = out.add_stream(codec)  # which kind of stream a codec makes is known at run time
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, first.format.name
        stream.codec_context.time_base = first.time_base
        out.mux(stream.encode(first))
        for picture in pictures:
            out.mux(stream.encode(picture))
        out.mux(stream.encode())

"""A skyline: rows of buildings with lit windows, signs and lamps, painted once, wider than the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.colour import Colour, mix, swatch
from jupyter_videogen.gateway.engine.drawing.painting import Block, Painting

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.layer import Layer
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.drawing.random_source import RandomStream

NEAREST = 2
WARM_SHARE, LIT_FLOORS = 0.72, 0.06
WIDER = 1.16
"""How much wider than the frame a layer is painted, so that it can slide."""


class Skyline:
    """Paints one row of buildings; depth 0 is far away, 2 is across the street."""

    def __init__(self, stage: Stage, look: Look, stream: RandomStream, depth: int, foot: int) -> None:
        self._stage, self._look, self._stream, self._depth, self._foot = stage, look, stream, depth, foot
        self._columns = int(stage.width * WIDER) & ~1
        self._painting = Painting(foot, self._columns)
        self._wall = mix(swatch(look.ramps["far"]), swatch(look.ramps["near"]), depth / 2)
        self._warm, self._cool = swatch(look.ramps["warm"]), swatch(look.ramps["cool"])

    def layer(self) -> Layer:
        """Paint from left to right until the row is full."""
        stream, unit, left = self._stream, self._stage.unit, -20.0
        while left < self._columns:
            width = stream.number(38, 84 + 46 * self._depth) * unit
            block = Block(int(left), int(self._foot - self._tallness()), int(left + width), self._foot)
            if min(block.right, self._columns) - max(block.left, 0) > 8 * unit:
                self._building(block)
            left += width + (stream.number(0, 12 + 14 * self._depth) * unit if stream.chance(0.4) else 0.0)
        haze = swatch(self._look.ramps["haze"])
        return self._painting.layer(haze, 0.62 - 0.24 * self._depth, unit)

    def _tallness(self) -> float:
        """Far rows tower, the near one is low so that it does not hide them."""
        low, spread, power = ((0.40, 0.42, 1.5), (0.34, 0.44, 1.8), (0.13, 0.40, 2.4))[self._depth]
        reach = min(1.0, 1.3 * self._stage.unit * 720 / self._stage.height + 0.2)
        return float(self._foot * (low + spread * self._stream.number() ** power) * reach)

    def _building(self, block: Block) -> None:
        luma, blue, red = self._wall
        shade = self._stream.number(0.82, 1.18)
        wall = (luma * shade, blue, red)
        self._painting.fill(block, wall)
        self._roof(block, wall)
        self._side(block, wall)
        self._windows(block)
        if self._depth == NEAREST:
            self._shops(block)
        if self._depth and self._stream.chance(0.75 if self._depth == NEAREST else 0.34):
            self._sign(block)

    def _side(self, block: Block, wall: Colour) -> None:
        """Make a box of a rectangle, by a darker side and a bright edge."""
        luma, blue, red = wall
        corner = block.right - round((block.right - block.left) * self._stream.number(0.18, 0.34))
        self._painting.fill(Block(corner, block.top, block.right, block.foot), (luma * 0.76, blue, red))
        edge = Block(corner, block.top, corner + max(1, round(1.3 * self._stage.unit)), block.foot)
        self._painting.fill(edge, (luma * 1.3 + 0.012, blue, red))

    def _shops(self, block: Block) -> None:
        """Bright shop windows on the ground floor: they light the street."""
        stream, unit, left = self._stream, self._stage.unit, float(block.left)
        while left < block.right - 12 * unit:
            width = stream.number(16, 44) * unit
            tone = stream.number()
            neon = swatch((stream.pick(self._look.ramps["neon"]),))
            colour = self._warm if tone < 0.5 else neon if tone < 0.75 else self._cool
            bright = stream.number(0.45, 0.95)
            luma, blue, red = (part * bright for part in colour)
            top = self._foot - round(stream.number(11, 17) * unit)
            place = Block(round(left + 2 * unit), top, round(min(left + width, block.right - 2 * unit)), self._foot)
            if stream.chance(0.78):
                self._painting.fill(place, (luma, blue, red), 1.1)
            left += width + 2 * unit

    def _roof(self, block: Block, wall: Colour) -> None:
        """Draw a set-back storey, a mast with a red light, or nothing."""
        stream, unit, width = self._stream, self._stage.unit, block.right - block.left
        if stream.chance(0.45):
            inset, rise = int(width * stream.number(0.12, 0.3)), int(stream.number(8, 26) * unit)
            block = Block(block.left + inset, block.top - rise, block.right - inset, block.top)
            self._painting.fill(block, wall)
        if stream.chance(0.38):
            middle, rise = (block.left + block.right) // 2, int(stream.number(16, 52) * unit)
            thin = max(1, round(1.5 * unit))
            self._painting.fill(Block(middle, block.top - rise, middle + thin, block.top), wall)
            tip = Block(middle - thin, block.top - rise - thin, middle + 2 * thin, block.top - rise + thin)
            self._painting.fill(tip, swatch(self._look.ramps["beacon"]), 1.6)

    def _windows(self, block: Block) -> None:
        """Windows in rows and columns; some floors are lit all along, some buildings are nearly dark."""
        stream, unit, depth = self._stream, self._stage.unit, self._depth
        cell = (
            max(4, round(stream.number(8, 12) * unit + 2.5 * depth * unit)),
            max(3, round(stream.number(5, 8) * unit + 2 * depth * unit)),
        )
        pane = (max(2, round(cell[0] * stream.number(0.4, 0.6))), max(2, round(cell[1] * stream.number(0.5, 0.72))))
        left, right = max(block.left, 0) + cell[1] // 2 + 1, min(block.right, self._columns) - cell[1] // 2
        floors, bays = (self._foot - block.top - cell[0]) // cell[0], (right - left) // cell[1]
        if floors < 1 or bays < 1:
            return
        count = floors * bays
        density = 0.34 * stream.number(0.25, 1.65)
        lit = (stream.uniform(count) < density).reshape(floors, bays) | (stream.uniform(floors) < LIT_FLOORS)[:, None]
        warm = (stream.uniform(count) < (0.86 if stream.chance(WARM_SHARE) else 0.14)).reshape(floors, bays)
        bright = lit * stream.uniform(count, 0.34, 1.0).reshape(floors, bays) * (0.58 + 0.20 * depth)
        shape = np.zeros(cell, np.float32)
        shape[: pane[0], : pane[1]] = 1.0
        place = Block(left, block.top + cell[0] // 2, right, self._foot)
        for chosen, colour in ((warm, self._warm), (~warm, self._cool)):
            self._painting.shine(place, np.kron(bright * chosen, shape), colour)

    def _sign(self, block: Block) -> None:
        """Draw an upright neon sign: strokes in a frame, read by nobody and known by everybody."""
        stream, unit = self._stream, self._stage.unit
        colour = swatch((stream.pick(self._look.ramps["neon"]),))
        width, glyphs = max(4, round(stream.number(11, 19) * unit)), 3 + int(stream.number() * 4)
        left = round(block.left + (block.right - block.left) * stream.number(0.05, 0.8))
        top = block.top + round((self._foot - block.top) * stream.number(0.04, 0.25) + 6 * unit)
        board = Block(left - 1, top - 1, left + width + 1, min(top + glyphs * width + 1, self._foot - 2))
        if board.left < 0 or board.right > self._columns or board.foot - board.top < width:
            return
        luma, blue, red = colour
        self._painting.fill(board, (luma * 0.30, blue * 0.55, red * 0.55), 0.9)
        thick = max(1, round(width / 6))
        for row in range(board.top + thick, board.foot - width + 1, width):
            for _ in range(4):
                upright, place = stream.chance(0.5), round(stream.number(0, 0.8) * width)
                stroke = (
                    Block(left + place, row, left + place + thick, row + width - 2 * thick)
                    if upright
                    else Block(
                        left + thick,
                        row + min(place, width - 3 * thick),
                        left + width - thick,
                        row + min(place, width - 3 * thick) + thick,
                    )
                )
                self._painting.fill(stroke, (min(luma * 1.25 + 0.12, 0.95), blue * 0.9, red * 0.9), 3.2)

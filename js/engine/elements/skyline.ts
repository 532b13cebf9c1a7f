// A skyline: rows of buildings with lit windows, signs and lamps, painted once, wider than the frame.
import { type Colour, mix, scale } from "../draw/colour";
import type { Layer } from "../draw/layer";
import type { Look } from "../draw/look";
import { floorToEven, roundEven } from "../draw/numbers";
import { type Block, Painting } from "../draw/painting";
import type { RandomStream } from "../draw/random";
import type { Stage } from "../draw/stage";

const NEAREST = 2;
const [WARM_SHARE, LIT_FLOORS] = [0.72, 0.06];
/** How much wider than the frame a layer is painted, so that it can slide. */
const WIDER = 1.16;
/** How tall the houses of each row are: far rows tower, the near one is low so that it does not hide them. */
const TALL = [
  [0.4, 0.42, 1.5],
  [0.34, 0.44, 1.8],
  [0.13, 0.4, 2.4],
] as const;

/** Paints one row of buildings; depth 0 is far away, 2 is across the street. */
export class Skyline {
  private readonly painting: Painting;
  private readonly columns: number;
  private readonly unit: number;
  private readonly wall: Colour;
  private readonly warm: Colour;
  private readonly cool: Colour;
  private readonly neon: readonly Colour[];

  constructor(
    private readonly stage: Stage,
    private readonly look: Look,
    private readonly stream: RandomStream,
    private readonly depth: number,
    private readonly foot: number,
  ) {
    this.columns = floorToEven(stage.width * WIDER);
    this.unit = stage.unit;
    this.painting = new Painting(foot, this.columns);
    this.wall = mix(look.colour("far"), look.colour("near"), depth / 2);
    [this.warm, this.cool, this.neon] = [look.colour("warm"), look.colour("cool"), look.colours("neon")];
  }

  /** Paints from left to right until the row is full. */
  layer(): Layer {
    const { stream, unit, depth, foot, columns } = this;
    for (let left = -20; left < columns; ) {
      const width = stream.number(38, 84 + 46 * depth) * unit;
      const top = Math.trunc(foot - this.tallness());
      const block = { left: Math.trunc(left), top, right: Math.trunc(left + width), foot };
      if (Math.min(block.right, columns) - Math.max(block.left, 0) > 8 * unit) this.build(block);
      left += width + (stream.chance(0.4) ? stream.number(0, 12 + 14 * depth) * unit : 0);
    }
    return this.painting.layer(this.look.colour("haze"), 0.62 - 0.24 * depth, unit);
  }

  private tallness(): number {
    const [low, spread, power] = TALL[this.depth];
    const reach = Math.min(1, (1.3 * this.stage.size) / this.stage.height + 0.2);
    return this.foot * (low + spread * this.stream.number() ** power) * reach;
  }

  private build(block: Block): void {
    const wall = scale(this.wall, this.stream.number(0.82, 1.18), 1);
    this.painting.fill(block, wall);
    this.roof(block, wall);
    this.side(block, wall);
    this.windows(block);
    if (this.depth === NEAREST) this.shops(block);
    if (this.depth && this.stream.chance(this.depth === NEAREST ? 0.75 : 0.34)) this.sign(block);
  }

  /** A set-back storey, a mast with a red light, or nothing. */
  private roof(block: Block, wall: Colour): void {
    const { stream, unit, painting } = this;
    const width = block.right - block.left;
    let top = block.top;
    let [left, right] = [block.left, block.right];
    if (stream.chance(0.45)) {
      const inset = Math.trunc(width * stream.number(0.12, 0.3));
      const foot = top;
      [left, top, right] = [left + inset, top - Math.trunc(stream.number(8, 26) * unit), right - inset];
      painting.fill({ left, top, right, foot }, wall);
    }
    if (!stream.chance(0.38)) return;
    const [middle, thin] = [(left + right) >> 1, Math.max(1, roundEven(1.5 * unit))];
    const tip = top - Math.trunc(stream.number(16, 52) * unit);
    painting.fill({ left: middle, top: tip, right: middle + thin, foot: top }, wall);
    const lamp = { left: middle - thin, top: tip - thin, right: middle + 2 * thin, foot: tip + thin };
    painting.fill(lamp, this.look.colour("beacon"), 1.6);
  }

  /** Makes a box of a rectangle, by a darker side and a bright edge. */
  private side({ left, top, right, foot }: Block, [luma, blue, red]: Colour): void {
    const corner = right - roundEven((right - left) * this.stream.number(0.18, 0.34));
    this.painting.fill({ left: corner, top, right, foot }, [luma * 0.76, blue, red]);
    const edge = corner + Math.max(1, roundEven(1.3 * this.unit));
    this.painting.fill({ left: corner, top, right: edge, foot }, [luma * 1.3 + 0.012, blue, red]);
  }

  /** Windows in rows and columns; some floors are lit all along, some buildings are nearly dark. */
  private windows(block: Block): void {
    const { stream, unit, depth } = this;
    const high = Math.max(4, roundEven(stream.number(8, 12) * unit + 2.5 * depth * unit));
    const wide = Math.max(3, roundEven(stream.number(5, 8) * unit + 2 * depth * unit));
    const tall = Math.max(2, roundEven(high * stream.number(0.4, 0.6)));
    const broad = Math.max(2, roundEven(wide * stream.number(0.5, 0.72)));
    const left = Math.max(block.left, 0) + (wide >> 1) + 1;
    const right = Math.min(block.right, this.columns) - (wide >> 1);
    const floors = Math.floor((this.foot - block.top - high) / high);
    const bays = Math.floor((right - left) / wide);
    if (floors < 1 || bays < 1) return;
    const panes = this.lightPanes(floors, bays);
    const top = block.top + (high >> 1);
    const place = { left, top, right: left + bays * wide, foot: top + floors * high };
    for (const warm of [true, false])
      this.painting.shine(
        place,
        (row, column) => {
          if (row % high >= tall || column % wide >= broad) return 0;
          const pane = Math.trunc(row / high) * bays + Math.trunc(column / wide);
          return panes.warm[pane] === Number(warm) ? panes.bright[pane] : 0;
        },
        warm ? this.warm : this.cool,
      );
  }

  /** How bright each pane is, and whether its light is warm. */
  private lightPanes(floors: number, bays: number) {
    const { stream, depth } = this;
    const count = floors * bays;
    const density = 0.34 * stream.number(0.25, 1.65);
    const [some, all] = [stream.uniform(count), stream.uniform(floors)];
    const tones = stream.uniform(count);
    const share = stream.chance(WARM_SHARE) ? 0.86 : 0.14;
    const light = stream.uniform(count, 0.34, 1);
    const lit = (at: number) => some[at] < density || all[Math.trunc(at / bays)] < LIT_FLOORS;
    return {
      warm: Uint8Array.from(tones, (tone) => Number(tone < share)),
      bright: light.map((bright, at) => (lit(at) ? bright * (0.58 + 0.2 * depth) : 0)),
    };
  }

  /** Bright shop windows on the ground floor: they light the street. */
  private shops(block: Block): void {
    const { stream, unit, foot } = this;
    for (let left = block.left; left < block.right - 12 * unit; ) {
      const width = stream.number(16, 44) * unit;
      const tone = stream.number();
      const neon = stream.pick(this.neon);
      const colour = tone < 0.5 ? this.warm : tone < 0.75 ? neon : this.cool;
      const bright = stream.number(0.45, 0.95);
      const top = foot - roundEven(stream.number(11, 17) * unit);
      const right = roundEven(Math.min(left + width, block.right - 2 * unit));
      const shown = stream.chance(0.78);
      if (shown)
        this.painting.fill(
          { left: roundEven(left + 2 * unit), top, right, foot },
          scale(colour, bright),
          1.1,
        );
      left += width + 2 * unit;
    }
  }

  /** An upright neon sign: strokes in a frame, read by nobody and known by everybody. */
  private sign(block: Block): void {
    const { stream, unit, foot } = this;
    const colour = stream.pick(this.neon);
    const width = Math.max(4, roundEven(stream.number(11, 19) * unit));
    const glyphs = 3 + Math.trunc(stream.number() * 4);
    const left = roundEven(block.left + (block.right - block.left) * stream.number(0.05, 0.8));
    const top = block.top + roundEven((foot - block.top) * stream.number(0.04, 0.25) + 6 * unit);
    const board = {
      left: left - 1,
      top: top - 1,
      right: left + width + 1,
      foot: Math.min(top + glyphs * width + 1, foot - 2),
    };
    if (board.left < 0 || board.right > this.columns || board.foot - board.top < width) return;
    this.painting.fill(board, scale(colour, 0.3, 0.55), 0.9);
    const thick = Math.max(1, roundEven(width / 6));
    for (let row = board.top + thick; row < board.foot - width + 1; row += width)
      for (let stroke = 0; stroke < 4; stroke++) this.stroke(left, row, width, thick, colour);
  }

  private stroke(left: number, row: number, width: number, thick: number, [luma, blue, red]: Colour): void {
    const upright = this.stream.chance(0.5);
    const place = roundEven(this.stream.number(0, 0.8) * width);
    const top = row + Math.min(place, width - 3 * thick);
    const bar: Block = upright
      ? { left: left + place, top: row, right: left + place + thick, foot: row + width - 2 * thick }
      : { left: left + thick, top, right: left + width - thick, foot: top + thick };
    this.painting.fill(bar, [Math.min(luma * 1.25 + 0.12, 0.95), blue * 0.9, red * 0.9], 3.2);
  }
}

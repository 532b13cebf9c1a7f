// A snowy range and a dark one before it, with a row of trees, that end at a shore.
import { type Canvas, type Cropped, crop } from "../draw/canvas";
import type { Colour } from "../draw/colour";
import { makeField } from "../draw/field";
import type { Look } from "../draw/look";
import { along, line } from "../draw/noise";
import { clamp, fading } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import type { Crest } from "./land";

const LENGTH = 2048;
const PEAKS = { falloff: 2.4, coarse: 1, fine: 40 };
const ROCKS = { falloff: 1.7, coarse: 20, fine: 500 };

export class Range {
  private readonly parts: readonly (readonly [Cropped, Colour])[];

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
    private readonly shore: number,
  ) {
    const far = this.ridge(dice, "far", 0.19, 300);
    const near = this.ridge(dice, "near", 0.03, 330);
    this.parts = [
      [this.below(far), look.colour("far")],
      [this.snow(far), look.colour("snow")],
      [this.below(this.plant(dice, near)), look.colour("near")],
    ];
  }

  /** The row of the crest in each column: sharp peaks on a slow swell. */
  private ridge(dice: Dice, name: string, height: number, scale: number): Crest {
    const { stage, shore } = this;
    const peaks = line(dice.stream(`${name} peaks`), LENGTH, PEAKS);
    const rocks = line(dice.stream(`${name} rocks`), LENGTH, ROCKS);
    return Float32Array.from({ length: stage.width }, (_, column) => {
      const place = (column / stage.size) * scale;
      const swell = 1 - 1.1 * Math.abs(along(peaks, place)) + 0.28 * along(peaks, place * 0.37 + 700);
      const crest = clamp(0.55 + 0.38 * swell, 0.12, 1.5) + 0.05 * along(rocks, place * 0.8);
      return shore - stage.size * height * crest;
    });
  }

  private below(crest: Crest): Cropped {
    return crop(
      makeField(this.shore, this.stage.width, (row, column) => clamp(row - crest[column] + 0.5, 0, 1)),
    );
  }

  /** Light on the crests, lost in the haze below. */
  private snow(crest: Crest): Cropped {
    return crop(
      makeField(this.shore, this.stage.width, (row, column) => {
        const depth = Math.max(row - crest[column], 0) / this.stage.size;
        return 0.42 * fading(depth * 13) * clamp(row - crest[column] + 0.5, 0, 1);
      }),
    );
  }

  /** Raises a crest by spruces: narrow, ragged, in groups. */
  private plant(dice: Dice, ground: Crest): Crest {
    const { stage } = this;
    const [chance, crest] = [dice.stream("trees"), ground.slice()];
    for (let tree = 0; tree < Math.trunc(210 * stage.crowd); tree++) {
      const middle = chance.number(-0.02, 1.02) * stage.width;
      const tall = (14 + 46 * chance.number() ** 2) * stage.unit;
      const base = ground[clamp(Math.trunc(middle), 0, stage.width - 1)] + 3;
      const right = Math.min(stage.width, Math.trunc(middle + tall * 0.3) + 1);
      for (let column = Math.max(0, Math.trunc(middle - tall * 0.3)); column < right; column++) {
        const away = Math.abs(column - middle) / tall;
        const ragged = away > 0.02 ? Math.abs(Math.sin(away * 46 + middle)) * 0.1 : 0;
        const rise = tall * clamp(1 - away * 4.4 - ragged, 0, 1);
        if (rise > 0) crest[column] = Math.min(crest[column], base - rise);
      }
    }
    return crest;
  }

  draw(canvas: Canvas): void {
    for (const [{ mask, top }, colour] of this.parts) canvas.over(mask, colour, 1, top);
  }
}

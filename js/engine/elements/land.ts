// Land: crests baked wider than the frame, that slide past each other as the camera moves.
import type { Colour } from "../draw/colour";
import { type Field, makeField } from "../draw/field";
import { Layer } from "../draw/layer";
import { along, line } from "../draw/noise";
import { clamp, floorToEven, smoothstep } from "../draw/numbers";
import type { RandomStream } from "../draw/random";
import type { Stage } from "../draw/stage";

const LENGTH = 2048;
const BROAD = { falloff: 2.4, coarse: 1, fine: 30 };
const FINE = { falloff: 1.8, coarse: 16, fine: 420 };
const ROUND = { falloff: 2.6, coarse: 3, fine: 14 };

/** A row of pixels for each column. */
export type Crest = Float32Array;

/** The columns of one layer, and how many pixels it slides in a clip. */
export class Ground {
  /** Columns of pixels, the hidden ones included. */
  readonly columns: number;

  constructor(
    readonly stage: Stage,
    slide: number,
  ) {
    this.columns = floorToEven(stage.width + slide + 4);
  }

  private crest(at: (across: number) => number): Crest {
    return Float32Array.from({ length: this.columns }, (_, column) => at(column / this.stage.size));
  }

  /** Sharp crests on a slow swell, about -0.5 to 1.2 for each column. */
  peaks(stream: RandomStream, scale = 300): Crest {
    const [broad, fine] = [line(stream, LENGTH, BROAD), line(stream, LENGTH, FINE)];
    return this.crest((across) => {
      const sharp = 1 - 1.1 * Math.abs(along(broad, across * scale));
      const swell = 0.28 * along(broad, across * scale * 0.37 + 700);
      return 0.45 + 0.42 * (sharp + swell) + 0.055 * along(fine, across * scale * 0.8);
    });
  }

  /** Round crests, about -1 to 1 for each column. */
  hills(stream: RandomStream, scale = 160): Crest {
    const round = line(stream, LENGTH, ROUND);
    return this.crest((across) => 0.5 * along(round, across * scale));
  }

  /** Fills below a crest: from one colour to another within `depth` pixels, light changed by `shade`. */
  layer(crest: Crest, top: Colour, foot: Colour, depth: number, shade?: Field): Layer {
    const { height } = this.stage;
    const cover = makeField(height, this.columns, (row, column) => clamp(row - crest[column] + 0.5, 0, 1));
    const share = (row: number, column: number) => smoothstep(0, 1, (row - crest[column]) / depth);
    const part = (which: 0 | 1 | 2) =>
      makeField(height, this.columns, (row, column) => {
        const at = row * this.columns + column;
        const light = which === 0 && shade ? shade.values[at] : 0;
        return (
          cover.values[at] &&
          (top[which] + (foot[which] - top[which]) * share(row, column) + light) * cover.values[at]
        );
      });
    return new Layer([part(0), part(1), part(2)], cover);
  }
}

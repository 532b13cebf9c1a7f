// Looks: the colours and traits a scene is drawn with, and how words bend them.
import { type Colour, codeOf, type Lab, labOf, type Ramp, ramp, type Stop, swatch } from "./colour";
import { clamp, modulo, TAU } from "./numbers";

type Change = (lab: Lab) => Lab;

/** A look as the vocabulary has it: ramps as "place:#rrggbb" stops by name. */
export interface WrittenLook {
  readonly ramps: Readonly<Record<string, string>>;
  readonly traits: Readonly<Record<string, number>>;
  readonly tinted: readonly string[];
}

function readStops(text: string): readonly Stop[] {
  return text.split(" ").map((stop) => {
    const [place, code] = stop.split(":") as [string, string];
    return [Number(place), code];
  });
}

/** Ramps by name, numbers by name, and which ramps a named colour may turn. */
export class Look {
  private constructor(
    readonly ramps: Readonly<Record<string, readonly Stop[]>>,
    readonly traits: Readonly<Record<string, number>>,
    private readonly tinted: readonly string[],
  ) {}

  static read({ ramps, traits, tinted }: WrittenLook): Look {
    const stops = Object.entries(ramps).map(([name, text]) => [name, readStops(text)]);
    return new Look(Object.fromEntries(stops), traits, tinted);
  }

  /** A trait, which is 0 where the look has none of this name. */
  trait(name: string): number {
    return this.traits[name] ?? 0;
  }

  ramp(name: string): Ramp {
    return ramp(this.stops(name));
  }

  /** The first colour of a ramp. */
  colour(name: string): Colour {
    return swatch(this.stops(name)[0][1]);
  }

  colours(name: string): readonly Colour[] {
    return this.stops(name).map(([, code]) => swatch(code));
  }

  private stops(name: string): readonly Stop[] {
    const stops = this.ramps[name];
    if (!stops) throw new Error(`This look has no colours for ${name}.`);
    return stops;
  }

  /** Turns the hues toward named ones, in degrees: dark parts toward the first, bright ones toward the last. */
  tint(hues: readonly number[]): Look {
    if (!hues.length) return this;
    const labs = this.tinted.flatMap((name) => this.stops(name).map(([, code]) => labOf(code)));
    const [a, b] = [1, 2].map((part) => labs.reduce((sum, lab) => sum + lab[part], 0)) as [number, number];
    const centre = Math.atan2(b, a);
    const aims = hues.map((hue) => (hue * TAU) / 360);
    return this.change((lab) => turnHue(lab, aims, centre), this.tinted);
  }

  /** Applies a grade to every colour, as a film lab would. */
  grade(name: string): Look {
    const grade = GRADES[name];
    return grade ? this.change(grade, Object.keys(this.ramps)) : this;
  }

  private change(change: Change, names: readonly string[]): Look {
    const changed = names.map((name) => [
      name,
      this.stops(name).map(([place, code]): Stop => [place, codeOf(change(labOf(code)))]),
    ]);
    return new Look({ ...this.ramps, ...Object.fromEntries(changed) }, this.traits, this.tinted);
  }
}

/**
 * Turns a hue toward an aim, lightness staying as it is and grey gaining some colour. Hues keep a third of their distance
 * from the centre of all: neighbours in hue look richer than one hue alone.
 */
function turnHue([lightness, a, b]: Lab, aims: readonly number[], centre: number): Lab {
  const inside = clamp(lightness, 0, 0.999);
  const away = modulo(Math.atan2(b, a) - centre + Math.PI, TAU) - Math.PI;
  const hue = aims[Math.trunc(inside * aims.length)] + away * 0.36;
  const chroma = Math.max(1.15 * Math.hypot(a, b), 0.1 * Math.sin(Math.PI * inside));
  return [lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)];
}

/** Black and white with a cold breath. */
function noir([lightness, a, b]: Lab): Lab {
  return [lightness * 0.98, a * 0.06, b * 0.06 - 0.012 * Math.sin(Math.PI * clamp(lightness, 0, 1))];
}

/** Moods that are a change of all colours where a scene has no look of their own. */
export const GRADES: Readonly<Record<string, Change>> = {
  noir,
  pastel: ([lightness, a, b]) => [0.28 + 0.7 * lightness, a * 0.62, b * 0.62],
  neon: ([lightness, a, b]) => [lightness, a * 1.25, b * 1.25],
};

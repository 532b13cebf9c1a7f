// The scenes: one file and one row here for each, and what stands in for those of the Python engine that are not drawn here.
import { GRADES, type Look, Look as Looks } from "../draw/look";
import { Dice } from "../draw/random";
import { Fireflies, Rainfall, Snowfall } from "../elements/weather";
import { FALLBACK, type Reading } from "../read/read";
import { vocabulary } from "../read/vocabulary";
import { Aurora } from "./aurora";
import { City } from "./city";
import { Clouds } from "./clouds";
import { Forest } from "./forest";
import { Mountains } from "./mountains";
import type { Bake } from "./scene";
import { Sea } from "./sea";
import { Silk } from "./silk";
import { Space } from "./space";

export const SCENES: Readonly<Record<string, Bake>> = {
  sea: Sea,
  city: City,
  aurora: Aurora,
  mountains: Mountains,
  snow: Mountains,
  forest: Forest,
  clouds: Clouds,
  space: Space,
  silk: Silk,
};

/** For each scene that has no drawing here the nearest that has, by what it shows and how light it is. */
const NEAREST: Readonly<Record<string, string>> = {
  drive: "city",
  fire: "forest",
  desert: "mountains",
  meadow: "forest",
  underwater: "sea",
  flow: "silk",
};

/** What may be laid over a scene, by the name of its prop. */
export const EXTRAS: Readonly<Record<string, Bake>> = {
  snow: Snowfall,
  rain: Rainfall,
  fireflies: Fireflies,
};

/** The scene that is drawn for one that is asked for. */
export function drawnFor(scene: string): string {
  return scene in SCENES ? scene : (NEAREST[scene] ?? FALLBACK);
}

export interface Choice {
  readonly mood: string;
  readonly look: Look;
}

/** The mood that a scene is drawn in, and its look; silk picks one by the prompt, whatever the seed. */
export function lookFor(scene: string, reading: Reading, prompt: string): Choice {
  const looks = vocabulary.looks[scene] ?? {};
  const moods = Object.keys(looks);
  const own = scene === FALLBACK ? new Dice(prompt, 0).stream("look").pick(moods) : moods[0];
  const { mood: named } = reading;
  const mood = named in looks || named in GRADES ? named : own;
  const look = Looks.read(looks[mood] ?? looks[own]).tint(
    reading.colours.map((colour) => vocabulary.hues[colour]),
  );
  return { mood, look: mood in looks ? look : look.grade(mood) };
}

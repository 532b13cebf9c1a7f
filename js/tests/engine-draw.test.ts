// What the browser engine draws with: the chance of the Python engine, repeatable frames, and MP4s in the right order.
import { expect, test } from "vitest";
import { ramp } from "../engine/draw/colour";
import { Stretch } from "../engine/draw/field";
import { line, sheet } from "../engine/draw/noise";
import { Dice } from "../engine/draw/random";
import { sha256 } from "../engine/draw/sha256";
import { writeMovie } from "../engine/encode/mp4";
import { Film } from "../engine/film";
import { SCENES } from "../engine/scenes";
import { chance } from "./engine.gen.json";

const EXAMPLES: Readonly<Record<string, string>> = {
  sea: "Waves at sunset, a paper boat",
  city: "Rain on a city at night",
  clouds: "Clouds from above",
  space: "A planet in a purple nebula",
  aurora: "Northern lights",
  mountains: "Mist over the mountains at dawn",
  snow: "Snowfall in the Alps",
  forest: "Fireflies in a quiet forest",
  silk: "",
};
/** Milliseconds; only ever reached by a failure. */
const PATIENCE = 60_000;
const ORDER = { width: 160, height: 96, seconds: 1, fps: 12, seed: 3 };

function hash(pixels: Uint8Array): string {
  return Array.from(sha256(pixels), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

test("SHA-256 has the digests of the standard", () => {
  expect(hash(new Uint8Array())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const million = new Uint8Array(1_000_000).fill(0x61);
  expect(hash(million)).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
});

test("chance is that of the Python engine", () => {
  const dice = new Dice(chance.prompt, chance.seed);
  expect([...dice.stream("sky").uniform(chance.uniform.length)]).toEqual(chance.uniform);
  expect([...dice.stream("").bell(chance.bell.length)]).toEqual(chance.bell);
});

test("noise is that of the Python engine", () => {
  const dice = new Dice(chance.prompt, chance.seed);
  const grain = { falloff: 2.7, coarse: 2, fine: 20, stretch: [1.2, 0.55] } as const;
  const noise = sheet(dice.stream("sheet"), 32, 64, grain);
  chance.sheet.forEach((value, row) => {
    expect(noise.values[row * 64 + 3 * row]).toBeCloseTo(value, 5);
  });
  const ridge = line(dice.stream("line"), 64, { falloff: 2.4, coarse: 1, fine: 30 });
  chance.line.forEach((value, at) => {
    expect(ridge[at]).toBeCloseTo(value, 5);
  });
});

test("a ramp goes from its first colour to its last, and light rises with it", () => {
  const { luma } = ramp([
    [0, "#000000"],
    [1, "#ffffff"],
  ]);
  expect(luma[0]).toBeLessThan(0.03);
  expect(luma[luma.length - 1]).toBeGreaterThan(0.97);
  expect([...luma]).toEqual([...luma].sort((a, b) => a - b));
});

test("a level field is as level when it is stretched", () => {
  const wide = new Stretch(4, 8, 10, 30).run(new Float32Array(32).fill(0.5));
  for (const value of wide.values) expect(value).toBeCloseTo(0.5, 6);
});

test.each(Object.keys(SCENES))(
  "%s: the same order has the same frames, and they move",
  { timeout: PATIENCE },
  (scene) => {
    const order = { ...ORDER, prompt: EXAMPLES[scene] ?? "" };
    const [film, again, other] = [new Film(order), new Film(order), new Film({ ...order, seed: 4 })];
    expect(film.description.scene).toBe(scene);
    const [first, later] = [hash(film.draw(0)), hash(film.draw(5))];
    expect(first).not.toBe(later);
    // Frames need nothing from each other.
    expect(hash(again.draw(5))).toBe(later);
    expect(hash(again.draw(0))).toBe(first);
    expect(hash(other.draw(0))).not.toBe(first);
  },
);

test.each(Object.keys(SCENES))(
  "%s: a tall frame is drawn to its last row",
  { timeout: PATIENCE },
  (scene) => {
    const [width, height] = [90, 170];
    const pixels = new Film({ ...ORDER, width, height, prompt: EXAMPLES[scene] ?? "" }).draw(1);
    expect(pixels.length).toBe((width * height * 3) / 2);
    expect(new Set(pixels.subarray((height - 2) * width, height * width)).size).toBeGreaterThan(2);
  },
);

function movie(order: readonly number[]) {
  const samples = order.map((number, at) => ({
    data: Uint8Array.of(number, number),
    number,
    isKey: at === 0,
  }));
  const size = { width: 64, height: 64, fps: 24 };
  const tags = { title: "a", comment: "b" };
  const file = writeMovie({
    codec: "avc",
    name: "avc1.42e01e",
    size,
    samples,
    description: Uint8Array.of(1),
    tags,
  });
  return { file, text: String.fromCharCode(...file), view: new DataView(file.buffer) };
}

test("the index comes before the frames and points at them", () => {
  const { file, text, view } = movie([0, 1, 2]);
  expect(text.indexOf("moov")).toBeLessThan(text.indexOf("mdat"));
  const start = view.getUint32(text.indexOf("stco") + 12);
  expect([...file.subarray(start)]).toEqual([0, 0, 1, 1, 2, 2]);
  expect(text).not.toContain("ctts");
});

test("frames that are shown in another order than they are decoded say by how much", () => {
  const { text, view } = movie([0, 2, 1]);
  const at = text.indexOf("ctts") + 8;
  const offsets = [0, 1, 2].map((entry) => view.getInt32(at + 8 + 8 * entry));
  expect(offsets).toEqual([0, 1000, -1000]);
});

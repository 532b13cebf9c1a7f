// The browser engine understands what the Python engine does, word for word; its answers are in engine.gen.json.
import { expect, test } from "vitest";
import { Look } from "../engine/draw/look";
import { describe } from "../engine/film";
import { read } from "../engine/read/read";
import { vocabulary } from "../engine/read/vocabulary";
import { drawnFor, lookFor, SCENES } from "../engine/scenes";
import { sentences, words } from "./engine.gen.json";

test("every word of the vocabulary, and its plurals, names the same scene and mood", () => {
  for (const [found, list] of Object.entries(words))
    for (const word of list.split(" ")) {
      const reading = read(word);
      expect([word, reading.scene, lookFor(reading.scene, reading, word).mood].join(" ")).toBe(
        `${word} ${found}`,
      );
    }
});

test.each(sentences)("$prompt", ({ prompt, ramps, mood, ...answer }) => {
  const reading = read(prompt);
  const choice = lookFor(reading.scene, reading, prompt);
  expect(choice.mood).toBe(mood);
  const wanted = Look.read({ ramps: ramps as unknown as Record<string, string>, traits: {}, tinted: [] });
  expect(choice.look.ramps).toEqual(wanted.ramps);
  const { mood: _, ...understood } = reading; // `answer` has the mood that is drawn
  expect(understood).toEqual(answer);
});

test("for a scene that is not drawn here, another is, in a mood that it has", () => {
  for (const scene of Object.keys(vocabulary.scenes)) {
    const drawn = drawnFor(scene);
    expect(Object.keys(SCENES)).toContain(drawn);
    if (scene in SCENES) expect(drawn).toBe(scene);
  }
  const { asked, scene, mood } = describe("A campfire by night");
  expect([asked, mood]).toEqual(["fire", "night"]);
  expect(scene).toBe(drawnFor("fire"));
});

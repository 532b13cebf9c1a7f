/** What is heard and what has the focus when a widget changes under somebody's hands, or goes. */

import { beforeEach, expect, test } from "vitest";
import { clip, FakeModel, form, job, ready, renderWidget, settle, setUpTests, text } from "./kit";

setUpTests();
beforeEach(() => document.getElementById("videogen-last-words")?.replaceChildren());
const lastWords = () => text(document.getElementById("videogen-last-words"));

test("two widgets of the same prompt have names of their own", async () => {
  const [one] = await renderWidget(new FakeModel({ job: ready() }));
  const [two] = await renderWidget(new FakeModel({ job: ready() }));
  expect([one.root.ariaLabel, two.root.ariaLabel]).toEqual([
    "A paper boat, ready",
    "A paper boat, ready (2)",
  ]);
});

test("what is said a moment before the host takes the card away stays to be heard", async () => {
  const fake = new FakeModel({ job: job() });
  const [widget] = await renderWidget(fake);
  fake.set({ job: ready() });
  await settle();
  widget.end();
  expect(lastWords()).toContain("Ready in");
  await settle(9000);
  expect(lastWords()).toContain("Ready in");
  await settle(2000);
  expect(lastWords()).toBe("");
});

test("a card that has said nothing for long goes without a word", async () => {
  const [widget] = await renderWidget(new FakeModel({ job: ready() }));
  await settle(20_000);
  widget.end();
  expect(lastWords()).toBe("");
});

test("the focus of a button that is gone does not go to one that may be charged", async () => {
  const fake = new FakeModel({ form, job: job() });
  const [{ root }] = await renderWidget(fake);
  const spends = root.querySelector<HTMLElement>(".videogen-form .is-primary, .videogen-form [type=submit]");
  const gone = document.createElement("button");
  root.querySelector(".videogen-footer")?.append(gone);
  spends?.focus();
  gone.focus();
  gone.remove();
  await settle();
  expect(document.activeElement).not.toBe(document.body);
  expect(document.activeElement).not.toBe(spends);
  expect(root.contains(document.activeElement)).toBe(true);
});

test("focus that somebody took elsewhere is left there", async () => {
  const [{ root }] = await renderWidget(new FakeModel({ form, job: job() }));
  const elsewhere = document.body.appendChild(document.createElement("button"));
  const inside = root.appendChild(document.createElement("button"));
  inside.focus();
  elsewhere.focus();
  inside.remove();
  await settle();
  expect(document.activeElement).toBe(elsewhere);
  elsewhere.remove();
});

test("captions are a track of the player, with a button that hides them; without any there is neither", async () => {
  const spoken = { ...clip, captions: "WEBVTT\n\n00:00.000 --> 00:01.000\nWind" };
  const [{ root }] = await renderWidget(new FakeModel({ job: ready({ clip: spoken, clips: [spoken] }) }));
  await settle();
  expect(root.querySelector("track")?.getAttribute("src")).toMatch(/^blob:/);
  const toggle = root.querySelector<HTMLElement>("[aria-label=Captions]");
  expect(toggle?.getAttribute("aria-pressed")).toBe("true");
  const [other] = await renderWidget(new FakeModel({ job: ready({ id: "other000" }) }));
  await settle();
  expect(other.root.querySelector("track, [aria-label=Captions]")).toBeNull();
});

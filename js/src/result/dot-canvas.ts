/** Draws the dot grid behind the video. The radius of a dot is noise seeded by the prompt; inked dots show the progress. */

import type { DotMode } from "../state/appearance";

export interface DotPattern {
  readonly mode: DotMode;
  /** 0 to 100 as reported; null inks all dots by half, without an edge, because nothing was reported. */
  readonly percent: number | null;
  readonly prompt: string;
}

type Random = () => number;

/** A seeded generator of numbers in [0, 1): the same prompt always gives the same dots. */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));
const smoothstep = (value: number) => clamp(value) ** 2 * (3 - 2 * clamp(value));

/** Brightness at a point; both coordinates and the result are in [0, 1]. */
function createNoise(seed: number): (across: number, down: number) => number {
  const next = createRandom(seed);
  const waves = Array.from(
    { length: 5 },
    () => [next() * 2 + 0.6, next() * 2 + 0.6, next() * 6.3, next() * 6.3] as const,
  );
  return (across, down) => {
    let sum = 0;
    for (const [horizontal, vertical, turn, lean] of waves) {
      const bend = 1.3 * Math.sin(down * 1.9 * vertical + lean);
      sum += Math.sin(across * 3.2 * horizontal + turn + bend) * Math.cos(down * 1.9 * vertical * 0.8 + lean);
    }
    return clamp(0.48 + sum * 0.21);
  };
}

/** How much a column is inked, 0 to 1. The edge is soft over 7 % of the width. */
export function getInk({ mode, percent }: DotPattern, across: number, random: Random): number {
  switch (mode) {
    case "full":
      return 1;
    case "fill":
      if (percent === null) return 0.5;
      return percent >= 100 ? 1 : percent <= 0 ? 0 : smoothstep((percent / 100 - across) / 0.07 + 0.5);
    case "lost":
      return random() < 1.15 - across / 0.5 ? smoothstep((0.62 - across) / 0.6) * 0.8 : 0;
    case "rest":
      return 0;
  }
}

const getPitch = (width: number) => (width < 200 ? 5 : width < 340 ? 6 : width < 460 ? 7 : 8);

export function drawDots(canvas: HTMLCanvasElement, pattern: DotPattern): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const pen = width > 0 && height > 0 ? canvas.getContext("2d") : null;
  if (pen === null) return;
  const scale = Math.max(2, devicePixelRatio);
  canvas.width = width * scale;
  canvas.height = height * scale;
  pen.scale(scale, scale);
  // A custom property is read as it was written; only as the value of `color` it is resolved.
  const colour = (name: string) => {
    canvas.style.color = `var(${name})`;
    return getComputedStyle(canvas).color;
  };
  const ink = colour("--videogen-ink");
  const rest = colour("--videogen-rest");
  const rightToLeft = getComputedStyle(canvas).direction === "rtl";
  const pitch = getPitch(width);
  const largest = pitch * 0.46;
  const columns = Math.floor(width / pitch);
  const rows = Math.floor(height / pitch);
  const left = (width - (columns - 1) * pitch) / 2;
  const top = (height - (rows - 1) * pitch) / 2;
  const brightnessAt = createNoise(hashText(pattern.prompt));
  const random = createRandom(7);
  pen.globalAlpha = pattern.mode === "fill" && pattern.percent === null ? 0.62 : 1;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const across = (rightToLeft ? columns - 1 - column : column) / Math.max(1, columns - 1);
      const brightness = brightnessAt(column / columns, row / rows) ** 0.8;
      const taken = getInk(pattern, across, random);
      pen.fillStyle = taken > 0.04 && brightness * taken > 0.03 ? ink : rest;
      pen.beginPath();
      pen.arc(left + column * pitch, top + row * pitch, 0.7 + (largest - 0.7) * brightness * taken, 0, 7);
      pen.fill();
    }
  }
}

// The boxes of an MP4 (ISO 14496-12): a size, a name of four letters, and what is in it.

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

export function join(parts: readonly Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function text(value: string): Bytes {
  return encoder.encode(value);
}

/** Names such as "\u00a9nam" are one byte a letter. */
function letters(name: string): Bytes {
  return Uint8Array.from(name, (letter) => letter.charCodeAt(0));
}

/** Whole numbers of 32 bits; negative ones as two's complement. */
export function words(...values: readonly number[]): Bytes {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => {
    view.setUint32(4 * at, value >>> 0);
  });
  return bytes;
}

/** Whole numbers of 16 bits. */
export function shorts(...values: readonly number[]): Bytes {
  return Uint8Array.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));
}

export function bytes(...values: readonly number[]): Bytes {
  return Uint8Array.from(values);
}

export function box(name: string, ...parts: readonly Bytes[]): Bytes {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  return join([words(size), letters(name), ...parts]);
}

/** A box that begins with its version and flags. */
export function fullBox(name: string, version: number, flags: number, ...parts: readonly Bytes[]): Bytes {
  return box(name, words((version << 24) | flags), ...parts);
}

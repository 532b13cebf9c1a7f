// Repeatable chance: the numbers of the Python engine, so that both draw the same composition from a prompt and a seed.
// PCG64 (O'Neill, https://www.pcg-random.org/) as numpy seeds and steps it.
import { sha256 } from "./sha256";

const LIMBS = 8;
/** PCG's multiplier 0x2360ed051fc65da44385df649fccf645 in 16-bit limbs, lowest first. */
const MULTIPLIER = [0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6, 0xed05, 0x2360];

/** numpy's SeedSequence: spreads 128 bits of entropy over eight words. */
function spreadSeed(entropy: Uint32Array): Uint32Array {
  let constant = 0x43b0d7e5;
  const stir = (value: number) => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    const product = Math.imul(mixed, constant);
    return product ^ (product >>> 16);
  };
  const pool = entropy.map(stir);
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = blend(pool[to], stir(pool[from]));
  return drawState(pool);
}

function blend(one: number, other: number): number {
  const result = (Math.imul(0xca01f9dd, one) - Math.imul(0x4973f715, other)) | 0;
  return result ^ (result >>> 16);
}

function drawState(pool: Uint32Array): Uint32Array {
  let constant = 0x8b51f9dd;
  return Uint32Array.from({ length: 8 }, (_, at) => {
    const mixed = pool[at % 4] ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    const product = Math.imul(mixed, constant);
    return product ^ (product >>> 16);
  });
}

/** 128 bits from two numbers of 64 bits, each given as its low and high word; the second is the lower one. */
function limbsOf(words: Uint32Array, start: number): Uint16Array {
  const order = [start + 2, start + 3, start, start + 1];
  return new Uint16Array(Uint32Array.from(order, (at) => words[at]).buffer);
}

function add(target: Uint16Array, other: Uint16Array): void {
  for (let at = 0, carry = 0; at < LIMBS; at++) {
    carry += target[at] + other[at];
    target[at] = carry;
    carry >>>= 16;
  }
}

function doubleAndAddOne(limbs: Uint16Array): Uint16Array {
  const copy = limbs.slice();
  add(copy, limbs);
  copy[0] |= 1;
  return copy;
}

/** An endless row of numbers. */
export class RandomStream {
  private readonly state = new Uint16Array(LIMBS);
  private readonly increment: Uint16Array;
  private high = 0;
  private low = 0;

  constructor(key: Uint8Array) {
    const words = spreadSeed(new Uint32Array(key.slice(0, 16).buffer));
    this.increment = doubleAndAddOne(limbsOf(words, 4));
    this.step();
    add(this.state, limbsOf(words, 0));
    this.step();
  }

  private step(): void {
    const { state, increment } = this;
    for (let row = LIMBS - 1, sum = 0; row >= 0; row--) {
      sum = 0;
      for (let at = 0; at <= row; at++) sum += state[at] * MULTIPLIER[row - at];
      SUMS[row] = sum;
    }
    for (let at = 0, carry = 0; at < LIMBS; at++) {
      carry += SUMS[at] + increment[at];
      state[at] = carry % 65536;
      carry = Math.floor(carry / 65536);
    }
  }

  /** XSL-RR: the halves of the state, mixed and turned by its highest six bits. */
  private next(): void {
    this.step();
    const s = this.state;
    const low = ((s[0] ^ s[4]) | ((s[1] ^ s[5]) << 16)) >>> 0;
    const high = ((s[2] ^ s[6]) | ((s[3] ^ s[7]) << 16)) >>> 0;
    const turn = s[7] >>> 10;
    const one = turn & 32 ? high : low;
    const two = turn & 32 ? low : high;
    const by = turn & 31;
    this.low = by ? ((one >>> by) | (two << (32 - by))) >>> 0 : one;
    this.high = by ? ((two >>> by) | (one << (32 - by))) >>> 0 : two;
  }

  /** One number from `low` up to `high`. */
  number(low = 0, high = 1): number {
    this.next();
    return (this.high * 2097152 + (this.low >>> 11)) * (2 ** -53 * (high - low)) + low;
  }

  /** `count` numbers from `low` up to `high`. */
  uniform(count: number, low = 0, high = 1): Float64Array {
    const numbers = new Float64Array(count);
    for (let at = 0; at < count; at++) numbers[at] = this.number(low, high);
    return numbers;
  }

  /** `count` numbers around 0 with deviation 1: sums of four, never far out. */
  bell(count: number): Float64Array {
    const parts = this.uniform(4 * count);
    const sum = (at: number) => parts[at] + parts[count + at] + parts[2 * count + at] + parts[3 * count + at];
    return Float64Array.from({ length: count }, (_, at) => (sum(at) - 2) * Math.sqrt(3));
  }

  chance(share: number): boolean {
    return this.number() < share;
  }

  pick<Choice>(choices: readonly Choice[]): Choice {
    return choices[Math.trunc(this.number() * choices.length)] as Choice;
  }

  /** A whole number of 32 bits, to seed something faster with. */
  word(): number {
    this.next();
    return this.high;
  }
}

const SUMS = new Float64Array(LIMBS);

/** All chance in one clip; every part draws from a stream of its own name, so that parts never disturb each other. */
export class Dice {
  private readonly root: Uint8Array;

  constructor(prompt: string, seed: number) {
    this.root = sha256(new TextEncoder().encode(`${seed}\0${prompt}`));
  }

  /** The stream of this name, from its beginning. */
  stream(name: string): RandomStream {
    const tail = new TextEncoder().encode(name);
    const key = new Uint8Array(this.root.length + tail.length);
    key.set(this.root);
    key.set(tail, this.root.length);
    return new RandomStream(sha256(key));
  }
}

// Numbers in rows and columns, and how few of them become many.

export interface Field {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

export function makeField(
  rows: number,
  columns: number,
  at?: (row: number, column: number) => number,
): Field {
  const values = new Float32Array(rows * columns);
  if (at)
    for (let row = 0, index = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, index++) values[index] = at(row, column);
  return { rows, columns, values };
}

/** Averages 2x2: light to colour resolution. */
export function halve({ rows, columns, values }: Field): Field {
  return makeField(rows >> 1, columns >> 1, (row, column) => {
    const at = 2 * row * columns + 2 * column;
    return (values[at] + values[at + 1] + values[at + columns] + values[at + columns + 1]) / 4;
  });
}

/** Four neighbours and their weights for every number of a longer row. */
interface Taps {
  readonly places: Int32Array;
  readonly weights: Float32Array;
}

/** The cubic that scalers use: sharp, with a slight overshoot. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return 1.4 * x ** 3 - 2.4 * x ** 2 + 1;
  return x < 2 ? -0.6 * x ** 3 + 3 * x ** 2 - 4.8 * x + 2.4 : 0;
}

function makeTaps(from: number, to: number): Taps {
  const [places, weights] = [new Int32Array(4 * to), new Float32Array(4 * to)];
  for (let at = 0; at < to; at++) {
    const middle = ((at + 0.5) * from) / to - 0.5;
    const first = Math.floor(middle) - 1;
    for (let tap = 0; tap < 4; tap++) {
      places[4 * at + tap] = Math.min(Math.max(first + tap, 0), from - 1);
      weights[4 * at + tap] = cubic(middle - first - tap);
    }
  }
  return { places, weights };
}

/** Stretches fields of one size to another; soft things are computed on few rows. The result is overwritten every time. */
export class Stretch {
  private readonly wide: Float32Array;
  private readonly result: Field;
  private readonly across: Taps;
  private readonly down: Taps;

  constructor(
    private readonly rows: number,
    private readonly columns: number,
    toRows: number,
    toColumns: number,
  ) {
    this.wide = new Float32Array(rows * toColumns);
    this.result = makeField(toRows, toColumns);
    this.across = makeTaps(columns, toColumns);
    this.down = makeTaps(rows, toRows);
  }

  run(values: Float32Array): Field {
    this.widen(values);
    this.heighten();
    return this.result;
  }

  private widen(values: Float32Array): void {
    const { wide, rows, columns, result } = this;
    const { places: p, weights: w } = this.across;
    for (let row = 0, at = 0; row < rows; row++) {
      const start = row * columns;
      for (let column = 0, tap = 0; column < result.columns; column++, at++, tap += 4)
        wide[at] =
          values[start + p[tap]] * w[tap] +
          values[start + p[tap + 1]] * w[tap + 1] +
          values[start + p[tap + 2]] * w[tap + 2] +
          values[start + p[tap + 3]] * w[tap + 3];
    }
  }

  private heighten(): void {
    const { wide, result } = this;
    const { places: p, weights: w } = this.down;
    const { columns, values } = result;
    for (let row = 0, at = 0, tap = 0; row < result.rows; row++, tap += 4) {
      const [a, b, c, d] = [
        p[tap] * columns,
        p[tap + 1] * columns,
        p[tap + 2] * columns,
        p[tap + 3] * columns,
      ];
      const [wa, wb, wc, wd] = [w[tap], w[tap + 1], w[tap + 2], w[tap + 3]];
      for (let column = 0; column < columns; column++, at++)
        values[at] =
          wide[a + column] * wa + wide[b + column] * wb + wide[c + column] * wc + wide[d + column] * wd;
    }
  }
}

/** Stretches one field, for baking. */
export function stretch(field: Field, rows: number, columns: number): Field {
  return new Stretch(field.rows, field.columns, rows, columns).run(field.values);
}

/** Averages over a window that ends at the edges, along rows or columns. */
function boxBlur(values: Float32Array, count: number, step: number, reach: number, start: number): void {
  const source = new Float32Array(count);
  for (let at = 0; at < count; at++) source[at] = values[start + at * step];
  let sum = 0;
  const edge = (at: number) => source[at < 0 ? 0 : at >= count ? count - 1 : at];
  for (let at = -reach; at <= reach; at++) sum += edge(at);
  for (let at = 0; at < count; at++) {
    values[start + at * step] = sum / (2 * reach + 1);
    sum += edge(at + reach + 1) - edge(at - reach);
  }
}

/** Blurs with three box passes, close to a Gaussian. */
export function blur({ rows, columns, values }: Field, radius: number): Field {
  const result = { rows, columns, values: values.slice() };
  const reach = Math.trunc(radius);
  for (let pass = 0; pass < 3 && reach > 0; pass++) {
    for (let row = 0; row < rows; row++) boxBlur(result.values, columns, 1, reach, row * columns);
    for (let column = 0; column < columns; column++) boxBlur(result.values, rows, columns, reach, column);
  }
  return result;
}

// Means with Student's interval, as `eisweep table --by` has them.

export interface Interval {
  n: number;
  mean: number;
  low: number;
  high: number;
}

// The 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom.
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093,
  2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

function student(degrees: number): number {
  const z = 1.95996;
  return quantiles[degrees - 1] ?? z + (z ** 3 + z) / (4 * degrees);
}

/** The mean of the finite values and its 95 % interval, which a single value does not have. */
export function interval(values: Iterable<number>): Interval {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (const x of values) {
    if (!Number.isFinite(x)) continue;
    n++;
    const d = x - mean;
    mean += d / n;
    squares += d * (x - mean);
  }
  if (n === 0) return { n, mean: NaN, low: NaN, high: NaN };
  if (n === 1) return { n, mean, low: NaN, high: NaN };
  const half = student(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { n, mean, low: mean - half, high: mean + half };
}

/** The smallest and the largest finite value; [0, 1] if there is none. */
export function extent(values: ArrayLike<number>): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (x < low) low = x;
    if (x > high && x !== Infinity) high = x;
  }
  return low <= high && Number.isFinite(low) ? [low, high] : [0, 1];
}

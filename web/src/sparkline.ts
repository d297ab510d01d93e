// The way of a price while the page is open.

export const spark = { width: 84, height: 22, points: 90, every_ms: 2000, fewest: 16 };

/** Adds a price, and forgets the oldest beyond what is shown. */
export function addPoint(points: number[], price: number): void {
  points.push(price);
  if (points.length > spark.points) points.shift();
}

/** The `d` of an SVG path through the points, newest at the right edge, and few points in a part of the width; empty if there is nothing to see yet. */
export function pathOf(points: readonly number[]): string {
  if (points.length < 2) return '';
  const low = Math.min(...points);
  const high = Math.max(...points);
  const step = spark.width / (Math.max(points.length, spark.fewest) - 1);
  const left = spark.width - (points.length - 1) * step;
  const y = (price: number) => (high === low ? spark.height / 2 : spark.height - 2 - ((price - low) / (high - low)) * (spark.height - 4));
  return points.map((price, i) => `${i === 0 ? 'M' : 'L'}${(left + i * step).toFixed(1)} ${y(price).toFixed(1)}`).join('');
}

// The way of a price while the page is open.

export const spark = { width: 84, height: 22, points: 90, every_ms: 2000, fewest: 16 };

const remembered = 1000; // rows whose prices are kept

/** The `d` of an SVG path through the points, newest at the right edge, and few points in a part of the width; empty if there is nothing to see yet. */
function pathOf(points: readonly number[]): string {
  if (points.length < 2) return '';
  const low = Math.min(...points);
  const high = Math.max(...points);
  const step = spark.width / (Math.max(points.length, spark.fewest) - 1);
  const left = spark.width - (points.length - 1) * step;
  const y = (price: number) => (high === low ? spark.height / 2 : spark.height - 2 - ((price - low) / (high - low)) * (spark.height - 4));
  return points.map((price, i) => `${i === 0 ? 'M' : 'L'}${(left + i * step).toFixed(1)} ${y(price).toFixed(1)}`).join('');
}

/** The latest prices of rows, by id, also of those that are not shown just now. */
export class PricePaths {
  private readonly points = new Map<string, number[]>();

  /** The newest price; the oldest is forgotten beyond what is shown. */
  add(id: string, price: number): void {
    const points = this.pointsOf(id);
    points.push(price);
    if (points.length > spark.points) points.shift();
  }

  of(id: string): string {
    return pathOf(this.pointsOf(id));
  }

  private pointsOf(id: string): number[] {
    let points = this.points.get(id);
    if (!points) {
      points = [];
      this.points.set(id, points);
      if (this.points.size > remembered) this.points.delete(this.points.keys().next().value!);
    }
    return points;
  }
}

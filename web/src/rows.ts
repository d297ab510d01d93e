// The rows of the page: each is a signal of its own, so that only cells whose text changed are touched. An event may
// change hundreds: a frame takes as many as it has time for, the next ones the rest, so that none comes late. Rows that
// are out of sight follow once a second, for who searches the page or has it read out.
import { batch, signal, type Signal } from '@preact/signals';
import type { PageBody, PageChange } from './api';
import { hearTime } from './clock';
import { emptyPage, takeChange, takePage, type Effect, type Page } from './merge';
import { addPoint, pathOf, spark } from './sparkline';

export type Direction = '' | 'up' | 'down';

export interface LiveRow<Row> {
  readonly id: string;
  readonly value: Signal<Row>;
  readonly direction: Signal<Direction>; // of the last move of its price
  readonly flash: Signal<Direction>; // the same, for a moment
  readonly path: Signal<string>; // of its sparkline
}

export interface Kind<Row> {
  idOf(row: Row): string;
  priceOf(row: Row): number | null;
}

const flash_ms = 450;
const budget_ms = 3; // of a frame, for texts; what the browser does with them takes about as long again
const rest_per_move = 3; // moving rows costs most: then the order rests so many times as long as that took ...
const longest_rest_ms = 1000; // ... as far as it is known: the next frame of a page that nobody sees may come much later
const unseen_ms = 1000; // between two looks at rows out of sight
const remembered = 1000; // rows whose points are kept

export class Rows<Row extends object> {
  readonly order = signal<readonly string[]>([]);
  readonly meta = signal<Page<Row>['meta'] | null>(null); // null: nothing came yet
  private readonly page = emptyPage<Row>();
  private readonly live = new Map<string, LiveRow<Row>>();
  private readonly points = new Map<string, number[]>();
  private readonly flashing = new Map<LiveRow<Row>, number>(); // until when
  private readonly unseen = new Set<string>(); // ids out of sight
  private readonly changed = new Set<string>(); // yet to be shown, in the order in which they came
  private readonly changedUnseen = new Set<string>(); // the same, out of sight
  private unseenAt = 0; // when those are due
  private readonly sampled = new Set<string>(); // whose sparklines are
  private noted = false; // something about the page, since it was last shown
  private whole = false; // that is a page which came as a whole, as after a click: it does not wait
  private movedAt = 0; // when the order was last changed ...
  private moving = false; // ... in the frame before this one
  private restsUntil = 0;
  private frame = 0;
  private readonly sampling: number;

  constructor(private readonly kind: Kind<Row>) {
    this.sampling = window.setInterval(() => this.sample(), spark.every_ms);
  }

  end(): void {
    clearInterval(this.sampling);
    cancelAnimationFrame(this.frame);
  }

  /** Of an id in `order`. */
  row(id: string): LiveRow<Row> {
    return this.live.get(id)!;
  }

  /** The row came into sight, or went out of it. Until this is told it is in sight. */
  see(id: string, isSeen: boolean): void {
    if (!this.live.has(id)) return; // it has left meanwhile
    if (!isSeen) {
      this.unseen.add(id);
      return;
    }
    this.unseen.delete(id);
    this.sampled.add(id);
    if (this.changedUnseen.delete(id)) this.changed.add(id);
    this.showSoon();
  }

  takePage(body: PageBody<Row>): void {
    this.whole = true;
    this.note(takePage(this.page, body, this.kind.idOf));
  }

  takeChange(change: PageChange<Row>): boolean {
    const effect = takeChange(this.page, change);
    if (effect) this.note(effect);
    return effect !== null;
  }

  private note(effect: Effect): void {
    hearTime(this.page.meta.as_of_ms);
    for (const id of effect.changed) (this.unseen.has(id) ? this.changedUnseen : this.changed).add(id);
    this.noted = true;
    this.showSoon();
  }

  private showSoon(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((at) => this.show(at));
  }

  private show(at: number): void {
    this.frame = 0;
    if (this.moving) this.restsUntil = at + Math.min(rest_per_move * (at - this.movedAt), longest_rest_ms);
    this.moving = false;
    if (this.noted && (this.whole || at >= this.restsUntil)) this.showPage(at);
    if (this.changedUnseen.size > 0 && at >= this.unseenAt) {
      this.unseenAt = at + unseen_ms;
      for (const id of this.changedUnseen) this.changed.add(id);
      this.changedUnseen.clear();
    }
    this.showRows(at);
    if (this.noted || this.changed.size + this.changedUnseen.size + this.sampled.size + this.flashing.size > 0) this.showSoon();
  }

  /** Which rows there are, and in which order. */
  private showPage(at: number): void {
    const { rows, order, meta } = this.page;
    this.noted = this.whole = false;
    this.moving = this.order.peek() !== order;
    this.movedAt = at;
    batch(() => {
      for (const id of order) if (!this.live.has(id)) this.set(id, rows.get(id)!, at);
      this.order.value = order;
      this.meta.value = { ...meta };
    });
    for (const id of this.live.keys())
      if (!rows.has(id)) {
        this.live.delete(id);
        this.unseen.delete(id);
      }
  }

  private showRows(at: number): void {
    const end = performance.now() + budget_ms;
    batch(() => {
      for (const [row, until] of this.flashing)
        if (until <= at) {
          row.flash.value = '';
          this.flashing.delete(row);
        }
    });
    for (const id of this.changed) {
      const row = this.page.rows.get(id);
      if (row && this.live.has(id)) batch(() => this.set(id, row, at)); // one that enters waits for its place
      this.changed.delete(id);
      if (performance.now() >= end) return;
    }
    for (const id of this.sampled) {
      const row = this.live.get(id);
      if (row) row.path.value = pathOf(this.pointsOf(id));
      this.sampled.delete(id);
      if (performance.now() >= end) return;
    }
  }

  private set(id: string, row: Row, at: number): void {
    const known = this.live.get(id);
    if (!known) {
      this.live.set(id, { id, value: signal(row), direction: signal(''), flash: signal(''), path: signal(pathOf(this.pointsOf(id))) });
      return;
    }
    const before = this.kind.priceOf(known.value.peek());
    const after = this.kind.priceOf(row);
    known.value.value = row;
    if (before === null || after === null || before === after) return;
    known.direction.value = after > before ? 'up' : 'down';
    if (this.unseen.has(id)) return;
    known.flash.value = known.direction.value;
    this.flashing.set(known, at + flash_ms);
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

  private sample(): void {
    for (const [id, row] of this.live) {
      const price = this.kind.priceOf(row.value.peek());
      if (price === null) continue;
      addPoint(this.pointsOf(id), price);
      if (!this.unseen.has(id)) this.sampled.add(id);
    }
    this.showSoon();
  }
}

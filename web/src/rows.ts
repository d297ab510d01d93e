// The rows of the page. Each line of the table shows one row after another, as the order goes: lines never move, since
// moving elements costs a browser most. Values are signals, so that only cells whose text changed are touched. An event
// may change hundreds of lines: a frame takes as many as it has time for, the next ones the rest, so that none comes
// late. Lines out of sight follow once a second, for who searches the page or has it read out.
import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { PageBody, PageChange } from './api';
import { hearTime } from './clock';
import { FrameTime } from './frame_time';
import { emptyPage, takeChange, takePage, type Effect, type Page } from './merge';
import { PricePaths, spark } from './sparkline';

export type Direction = '' | 'up' | 'down';

export interface LiveRow<Row> {
  readonly id: string;
  readonly value: Signal<Row>;
  readonly direction: Signal<Direction>; // of the last move of its price
  readonly flash: Signal<Direction>; // the same, for a moment
  readonly path: Signal<string>; // of its sparkline
}

/** What a line of the table shows now. */
export type Line<Row> = ReadonlySignal<LiveRow<Row>>;

export interface Kind<Row> {
  idOf(row: Row): string;
  priceOf(row: Row): number | null;
}

const flash_ms = 450;
const unseen_ms = 1000; // between two looks at lines out of sight

export class Rows<Row extends object> {
  readonly lines = signal<readonly Line<Row>[]>([]); // from the top
  readonly meta = signal<Page<Row>['meta'] | null>(null); // null: nothing came yet
  readonly pages = signal(0); // that came as a whole and are shown, or were
  held: string | null = null; // id of a row, e.g. of that with the focus, which has its new line before another has its old one
  private readonly page = emptyPage<Row>();
  private readonly live = new Map<string, LiveRow<Row>>(); // of the page
  private readonly paths = new PricePaths();
  private readonly flashing = new Map<LiveRow<Row>, number>(); // until when
  private readonly changed = new Set<string>(); // ids whose values are yet to be shown
  private readonly sampled = new Set<string>(); // ids whose sparklines are
  private readonly unseen = new Set<number>(); // lines out of sight, counted from the top
  private readonly due = new Set<number>(); // those of them that are to be looked at now
  private dueAt = 0; // when they next are
  private next = 0; // the line with which the next frame begins
  private noted = false; // something about the page, since it was last shown
  private whole = false; // that is a page which came as a whole, as after a click: its rows do not wait
  private frame = 0;
  private worked = false; // the last frame changed lines
  private readonly time = new FrameTime();
  private readonly sampling: number;

  constructor(private readonly kind: Kind<Row>) {
    this.sampling = window.setInterval(() => this.sample(), spark.every_ms);
  }

  end(): void {
    clearInterval(this.sampling);
    cancelAnimationFrame(this.frame);
  }

  /** Whether the page has the row, wherever it is shown. */
  has(id: string): boolean {
    return this.page.rows.has(id);
  }

  /** The line came into sight, or went out of it. Until this is told it is in sight. */
  see(line: number, isSeen: boolean): void {
    if (line >= this.lines.peek().length) return; // it has gone meanwhile
    if (!isSeen) {
      this.unseen.add(line);
      return;
    }
    this.unseen.delete(line);
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
    for (const id of effect.changed) this.changed.add(id);
    this.noted = true;
    this.showSoon();
  }

  private showSoon(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((at) => this.show(at));
  }

  private show(at: number): void {
    this.frame = 0;
    const end = this.time.begin(at, this.worked);
    this.endFlashes(at);
    if (this.noted) this.showPage(at);
    const isLeft = this.showLines(at, end);
    if (this.showSparks(end) || isLeft || this.worked || this.flashing.size > 0) this.showSoon();
  }

  /** Which rows there are, and as many lines. */
  private showPage(at: number): void {
    const { rows, order, meta } = this.page;
    for (const id of order) if (!this.live.has(id)) this.live.set(id, this.begin(id, rows.get(id)!));
    for (const id of this.live.keys())
      if (!rows.has(id)) {
        this.live.delete(id);
        this.changed.delete(id);
        this.sampled.delete(id);
      }
    batch(() => {
      const lines = this.lines.peek();
      if (lines.length !== order.length)
        this.lines.value = order.map((id, i) => lines[i] ?? signal(this.live.get(id)!));
      if (this.whole) lines.forEach((_, i) => i < order.length && !this.unseen.has(i) && !this.isInPlace(i) && this.settle(i, at));
      this.meta.value = { ...meta };
      if (this.whole) this.pages.value += 1;
    });
    for (const i of this.unseen) if (i >= order.length) this.unseen.delete(i);
    if (this.whole) this.dueAt = at;
    this.noted = this.whole = false;
  }

  /** True if there are lines left that show something else than they should. */
  private showLines(at: number, end: number): boolean {
    const count = this.lines.peek().length;
    const isRight = (i: number) => this.isInPlace(i) && !this.changed.has(this.page.order[i]!);
    if (at >= this.dueAt) {
      for (const i of this.unseen) if (!isRight(i)) this.due.add(i);
      if (this.due.size > 0) this.dueAt = at + unseen_ms;
    }
    let isLeft = false;
    this.worked = false;
    const first = this.next;
    for (let n = 0; n < count; ++n) {
      const i = (first + n) % count;
      if (isRight(i)) continue;
      if (this.unseen.has(i) && !this.due.delete(i)) {
        isLeft = true;
        continue;
      }
      batch(() => this.settle(i, at));
      this.worked = true;
      this.next = i + 1;
      if (performance.now() >= end) return true;
    }
    this.due.clear(); // of those that were right by themselves
    return isLeft;
  }

  /** True if there are sparklines in sight that lack a point. */
  private showSparks(end: number): boolean {
    for (const [i, line] of this.lines.peek().entries()) {
      const row = line.peek();
      if (this.unseen.has(i) || !this.sampled.has(row.id)) continue;
      this.sampled.delete(row.id);
      row.path.value = this.paths.of(row.id);
      if (performance.now() >= end) return true; // one at least
    }
    return false;
  }

  private isInPlace(i: number): boolean {
    return this.lines.peek()[i]!.peek() === this.live.get(this.page.order[i]!);
  }

  private settle(i: number, at: number): void {
    const id = this.page.order[i]!;
    const row = this.live.get(id)!;
    const line = this.lines.peek()[i] as Signal<LiveRow<Row>>;
    const leaving = line.peek().id;
    if (leaving === this.held && leaving !== id) {
      const to = this.page.order.indexOf(leaving);
      if (to >= 0 && !this.isInPlace(to)) this.settle(to, at);
    }
    if (this.changed.delete(id)) this.set(row, this.page.rows.get(id)!, this.unseen.has(i) ? null : at);
    line.value = row;
  }

  private begin(id: string, row: Row): LiveRow<Row> {
    return { id, value: signal(row), direction: signal(''), flash: signal(''), path: signal(this.paths.of(id)) };
  }

  /** `at` is null where nobody would see a flash. */
  private set(known: LiveRow<Row>, row: Row, at: number | null): void {
    const before = this.kind.priceOf(known.value.peek());
    const after = this.kind.priceOf(row);
    known.value.value = row;
    if (before === null || after === null || before === after) return;
    known.direction.value = after > before ? 'up' : 'down';
    if (at === null) return;
    known.flash.value = known.direction.value;
    this.flashing.set(known, at + flash_ms);
  }

  private endFlashes(at: number): void {
    batch(() => {
      for (const [row, until] of this.flashing)
        if (until <= at) {
          row.flash.value = '';
          this.flashing.delete(row);
        }
    });
  }

  private sample(): void {
    for (const [id, row] of this.live) {
      const price = this.kind.priceOf(row.value.peek());
      if (price === null) continue;
      this.paths.add(id, price);
      this.sampled.add(id);
    }
    this.showSoon();
  }
}

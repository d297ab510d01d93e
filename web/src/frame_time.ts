// How long a frame may work on the page. While frames come late each gets less, so that they come in time again.

const most_ms = 3; // what the browser does with the changes takes longer
const least_ms = 1; // also while frames come late for other reasons
const more_ms = 0.05; // the time that a frame gets more than the one before, if that came in time
const late_ms = 20; // between two frames: the one before had too much to do

export class FrameTime {
  private ms = most_ms;
  private begunAt = 0;

  /** When a frame that begins has to stop, by `performance.now()`. `at` is the time that the browser tells it;
   * `worked`: the one before changed something, so this one tells how long that took. */
  begin(at: number, worked: boolean): number {
    if (worked) this.ms = at - this.begunAt > late_ms ? Math.max(this.ms / 2, least_ms) : Math.min(this.ms + more_ms, most_ms);
    this.begunAt = at;
    return performance.now() + this.ms;
  }
}

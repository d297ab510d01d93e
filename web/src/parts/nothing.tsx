import { refine } from '../route';

/** Instead of a table without rows. */
export function Nothing({ what, meant }: { what: string; meant: string | null }) {
  return (
    <>
      No {what} is like this.
      {meant !== null && <> <button type="button" class="chip" onClick={() => refine({ q: meant })}>Did you mean {meant}?</button></>}
    </>
  );
}

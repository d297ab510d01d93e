// What the browser keeps for the board. Some are told to keep nothing, and throw: then it is for this page alone.

type Where = 'localStorage' | 'sessionStorage';

export function recall(where: Where, name: string): string | null {
  try {
    return window[where].getItem(name);
  } catch {
    return null;
  }
}

/** Null forgets it. */
export function remember(where: Where, name: string, text: string | null): void {
  try {
    if (text === null) window[where].removeItem(name);
    else window[where].setItem(name, text);
  } catch {
    // nothing to be done
  }
}

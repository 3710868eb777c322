// Time as the stand-in sees it. Tests hold it still or move it; started from a shell it is the machine's.

export interface Clock {
  now(): number;
}

export const machineClock: Clock = { now: () => Date.now() };

export class StillClock implements Clock {
  #now: number;

  constructor(start: string | number) {
    this.#now = typeof start === 'number' ? start : Date.parse(start);
  }

  now() {
    return this.#now;
  }

  advance(milliseconds: number) {
    this.#now += milliseconds;
  }
}

/** A clock that begins at a chosen instant and then runs. */
export function runningFrom(start: string): Clock {
  const offset = Date.parse(start) - Date.now();
  return { now: () => Date.now() + offset };
}

/** `yyyy-MM-ddTHH:mm:ssZ`: EWS answers carry no fractions of a second (reference 24 [run]). */
export function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Turns at what a server lets one account do only a few times at once. Who finds none free waits in line. */
export interface Turns {
  /** What it gives ends the turn. Rejects when the signal aborts first. */
  take(account: string, signal: AbortSignal): Promise<() => void>;
}

interface Line {
  taken: number;
  readonly waiting: Set<() => void>;
}

export function createTurns(most: number): Turns {
  const lines = new Map<string, Line>();
  const end = (account: string, line: Line) => {
    const [next] = line.waiting;
    // Handed over rather than given back, so that nobody comes in between.
    if (next) return next();
    line.taken -= 1;
    if (line.taken === 0) lines.delete(account);
  };
  return {
    async take(account, signal) {
      const line = lines.get(account) ?? { taken: 0, waiting: new Set() };
      lines.set(account, line);
      if (line.taken < most) line.taken += 1;
      else await handedOver(line, signal);
      return () => end(account, line);
    },
  };
}

function handedOver({ waiting }: Line, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (go: () => void) => () => {
      waiting.delete(turn);
      signal.removeEventListener('abort', stop);
      go();
    };
    const turn = leave(resolve);
    const stop = leave(() => reject(signal.reason));
    signal.throwIfAborted();
    waiting.add(turn);
    signal.addEventListener('abort', stop);
  });
}

import { createInterface } from 'node:readline';

export interface PastedLines extends Disposable {
  /** Null where no person is at the other end. */
  readonly lines: AsyncIterable<string> | null;
}

/** Lines a person types or pastes. Disposing lets go of the terminal, so that the command can end. */
export function readPastedLines(input: NodeJS.ReadStream = process.stdin): PastedLines {
  if (!input.isTTY) return { lines: null, [Symbol.dispose]() {} };
  // Not as a terminal of its own: Ctrl-C stays with the program.
  const reader = createInterface({ input, terminal: false });
  return { lines: reader, [Symbol.dispose]: () => reader.close() };
}

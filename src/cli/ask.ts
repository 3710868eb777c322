import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Questions to the person at the terminal. */
export interface Ask {
  /** Whether there is a person. */
  readonly present: boolean;
  text(question: string, preset?: string): Promise<string>;
  secret(question: string): Promise<string>;
}

export function askAtTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream, signal: AbortSignal): Ask {
  const ask = async (question: string, hidden: boolean): Promise<string> => {
    // What is typed is echoed by readline itself, so a hidden answer goes through an output that drops it.
    const sink = hidden ? new Writable({ write: (_piece, _encoding, done) => done() }) : output;
    const reader = createInterface({ input, output: sink, terminal: true });
    if (hidden) output.write(question);
    try {
      return (await reader.question(hidden ? '' : question, { signal })).trim();
    } finally {
      reader.close();
      if (hidden) output.write('\n');
    }
  };
  return {
    present: input.isTTY === true && output.isTTY === true,
    text: async (question, preset) =>
      (await ask(preset === undefined ? `${question}: ` : `${question} [${preset}]: `, false)) || (preset ?? ''),
    secret: (question) => ask(`${question}: `, true),
  };
}

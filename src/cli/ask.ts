import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from './command.ts';

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
    } catch (error) {
      // Ctrl-C or Ctrl-D instead of an answer.
      if ((error as Error).name === 'AbortError') throw new UsageError('stopped before an answer was given; nothing was written');
      throw error;
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

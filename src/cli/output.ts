/** What a command says: answers on stdout, progress and complaints on stderr, one JSON object a line with --json. */
export interface Output {
  readonly json: boolean;
  readonly terminal: boolean;
  /** One answer: the object with --json, otherwise the sentence. */
  answer(object: object, sentence: string): void;
  line(text: string): void;
  table(columns: readonly string[], rows: readonly (readonly string[])[]): void;
  /** Raw bytes, as they are. */
  bytes(data: Uint8Array): void;
  note(text: string): void;
  /** A line that is drawn over by the next one on a terminal, and written now and then elsewhere. Empty ends it. */
  progress(text: string): void;
}

const PLAIN_PROGRESS_EVERY_MS = 2_000;

export interface Streams {
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
}

export function createOutput(streams: Streams, json: boolean): Output {
  const { stdout, stderr } = streams;
  const terminal = stderr.isTTY === true;
  let drawn = false;
  let lastPlain = 0;
  const clear = () => {
    if (drawn) stderr.write('\r\x1b[2K');
    drawn = false;
  };
  const print = (text: string) => {
    clear();
    stdout.write(`${text}\n`);
  };
  return {
    json,
    terminal,
    answer: (object, sentence) => print(json ? JSON.stringify(object) : sentence),
    line: print,
    table: (columns, rows) => print(formatTable(columns, rows, stdout.isTTY ? (stdout.columns ?? 120) : 160)),
    bytes: (data) => void stdout.write(data),
    note: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (terminal) {
        clear();
        if (text !== '') stderr.write(`\r${text.slice(0, (stderr.columns ?? 100) - 1)}`);
        drawn = text !== '';
      } else if (text !== '' && performance.now() - lastPlain > PLAIN_PROGRESS_EVERY_MS) {
        lastPlain = performance.now();
        stderr.write(`${text}\n`);
      }
    },
  };
}

/**
 * Columns as wide as their content; where the line would not fit, the widest give way. An id stays whole, because people copy
 * it. Control characters never reach a terminal.
 */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const clean = rows.map((row) => row.map(harmless));
  const widths = columns.map((name, at) => Math.max(name.length, ...clean.map((row) => displayWidth(row[at] ?? ''))));
  const canShrink = (at: number) => columns[at] !== 'id' && widths[at]! > Math.max(12, columns[at]!.length);
  while (total(widths) > width) {
    const widest = widths.reduce((best, wide, at) => (canShrink(at) && (best < 0 || wide > widths[best]!) ? at : best), -1);
    if (widest < 0) break;
    widths[widest]! -= 1;
  }
  const format = (row: readonly string[]) =>
    row
      .map((text, at) => pad(text, widths[at]!))
      .join('  ')
      .trimEnd();
  return [format(columns), format(widths.map((wide) => '-'.repeat(wide))), ...clean.map(format)].join('\n');
}

const total = (widths: readonly number[]) => widths.reduce((sum, wide) => sum + wide + 2, -2);

/** Chinese, Japanese and Korean characters and emoji take two columns, combining marks none. */
const characterWidth = (character: string) => (/\p{M}|\p{Cf}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1);
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3ffff}]/u;
const displayWidth = (text: string) => [...text].reduce((sum, character) => sum + characterWidth(character), 0);

function pad(text: string, width: number): string {
  if (displayWidth(text) <= width) return text + ' '.repeat(width - displayWidth(text));
  let kept = '';
  let used = 0;
  for (const character of text) {
    if (used + characterWidth(character) > width - 1) break;
    kept += character;
    used += characterWidth(character);
  }
  return `${kept}…${' '.repeat(width - 1 - used)}`;
}

/** Text from mail must not move the cursor or change its direction. */
export function harmless(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ');
}

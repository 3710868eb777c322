/** format=flowed (RFC 3676): lines that end with a blank go on in the next one of the same quote depth. */
function quoteDepth(line: string): number {
  let depth = 0;
  while (line[depth] === '>') depth += 1;
  return depth;
}

interface Line {
  readonly depth: number;
  readonly text: string;
}

/** RFC 3676 4.4: one blank in front was put there to protect the line. */
function readLine(raw: string): Line {
  const depth = quoteDepth(raw);
  const text = raw.slice(depth);
  return { depth, text: text.startsWith(' ') ? text.slice(1) : text };
}

function written(depth: number, text: string): string {
  return depth === 0 ? text : `${'>'.repeat(depth)} ${text}`;
}

export function unfoldFlowed(text: string, deleteSpace: boolean): string {
  const out: string[] = [];
  let open: { depth: number; parts: string[] } | null = null;
  const close = (): void => {
    if (open !== null) out.push(written(open.depth, open.parts.join('')));
    open = null;
  };
  for (const raw of text.split('\n')) {
    const line = readLine(raw);
    const signature = line.text === '-- '; // RFC 3676 4.3: never joined
    if (open !== null && (signature || (open as { depth: number }).depth !== line.depth)) close();
    const flows = line.text.endsWith(' ') && !signature;
    open ??= { depth: line.depth, parts: [] };
    (open as { parts: string[] }).parts.push(flows && deleteSpace ? line.text.slice(0, -1) : line.text);
    if (!flows) close();
  }
  close();
  return out.join('\n');
}

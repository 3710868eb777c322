/** What an HTML body says, in lines: for servers that give HTML where text was asked for (BodyType, MS-OXWSCDATA 2.2.5.1). */

/** One after the other, each read once whatever it holds: what is never closed goes to the end. */
const PIECE =
  /<!--[\s\S]*?(?:-->|$)|<(head|script|style)\b[\s\S]*?(?:<\/\1\s*>|$)|<(\/?[a-z][a-z0-9]*)[^>]*(?:>|$)|<[!?][^>]*(?:>|$)|&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});|\s+/gi;

const LINE_ENDS = new Set(['br', '/p', '/div', '/li', '/tr', '/table', '/h1', '/h2', '/h3', '/h4', '/h5', '/h6', '/pre']);
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

export function textOfHtml(html: string): string {
  const text = html.replace(PIECE, (piece: string, hidden?: string, tag?: string, reference?: string) => {
    if (tag !== undefined) return LINE_ENDS.has(tag.toLowerCase()) ? '\n' : '';
    if (reference !== undefined) return characterOf(reference) ?? piece;
    return hidden !== undefined || piece.startsWith('<') ? '' : ' ';
  });
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function characterOf(reference: string): string | undefined {
  if (!reference.startsWith('#')) return NAMED[reference.toLowerCase()];
  const code = /^#x/i.test(reference) ? Number.parseInt(reference.slice(2), 16) : Number(reference.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : '';
}

/** Message-IDs (RFC 5322 3.6.4): without brackets, blanks and controls, so that they can be compared. */
import { cleanLine } from './clean.ts';
import { rawText } from './encoded-word.ts';

const MAX_IDS = 1000;
const MAX_LENGTH = 998;

function normalised(raw: string): string | null {
  const id = cleanLine(rawText(raw)).replace(/[\s<>]+/g, '');
  return id === '' || id.length > MAX_LENGTH ? null : id;
}

/** The first id of a Message-ID value; one without brackets counts as well. */
export function readMessageId(raw: string | null): string | null {
  if (raw === null) return null;
  const open = raw.indexOf('<');
  const close = raw.indexOf('>', open + 1);
  if (open >= 0 && close > open) return normalised(raw.slice(open + 1, close));
  return normalised(raw);
}

/** All ids of References or In-Reply-To, in their order, each once; phrases (RFC 5322 4.5.4) are passed over. */
export function readMessageIds(raw: string | null): string[] {
  if (raw === null) return [];
  const ids = new Set<string>();
  const bracketed = raw.match(/<[^<>]{1,1200}>/g) ?? raw.split(/[\s,;]+/).filter((word) => /^[^@\s()]+@[^@\s()]+$/.test(word));
  for (const each of bracketed) {
    const id = normalised(each);
    if (id !== null) ids.add(id);
    if (ids.size >= MAX_IDS) break;
  }
  return [...ids];
}

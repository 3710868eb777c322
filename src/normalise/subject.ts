/** The base subject of RFC 5256 2.1: without "Re:", "Fwd:", "[list]" in front and "(fwd)" behind, in upper case for comparing. */
const BLOB = /^\[[^[\]]*\]\s*/;
const LEADER = /^(?:re|fwd?|aw|wg|sv|vs|antw|tr|rif|odp|res|enc)\s*(?:\[[^[\]]*\]\s*)?(?:[\u00b2\u00b3]|\^?\d+)?:\s*/i;
const TRAILER = /\s*\(fwd\)$/i;
const WRAPPED = /^\[fwd:\s*(.*)\]$/i;

function withoutBlob(subject: string): string {
  const rest = subject.replace(BLOB, '');
  return rest === '' ? subject : rest;
}

/** One round: a leader, also behind "[list]" blobs, is taken away; a blob alone only when something stays. */
function peeled(subject: string): string {
  const bare = subject.replace(TRAILER, '').trim();
  const inner = WRAPPED.exec(bare)?.[1];
  if (inner !== undefined) return inner.trim();
  const direct = bare.replace(LEADER, '');
  if (direct !== bare) return direct.trim();
  return withoutBlob(bare).trim();
}

export function baseSubject(subject: string | null): string {
  let current = (subject ?? '').slice(0, 1000).replace(/\s+/g, ' ').trim();
  for (let round = 0; round < 100; round += 1) {
    const next = peeled(current);
    if (next === current) break;
    current = next;
  }
  return current.toUpperCase();
}

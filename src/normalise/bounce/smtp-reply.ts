/** What a server answered, found in free text: the three digits and the RFC 3463 status. */
export interface SmtpReply {
  readonly code: string | null;
  /** x.y.z */
  readonly status: string | null;
}

const STATUS = /(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)/g;
const CODE = /(?:^|[\s:;<>("'[])([45]\d\d)(?=[\s:;,-]|$)/;

/** Digits with dots are also addresses and versions: a status is plausible when it is registered (RFC 3463: subject 0 to 7). */
function plausible(subject: string, detail: string): boolean {
  return Number(subject) <= 7 && Number(detail) <= 999 && !(subject.length > 1 && subject.startsWith('0'));
}

/** The most telling status in the text: one that says more than x.0.0 or x.y.0 goes before one that does not. */
export function statusIn(text: string): string | null {
  let vague: string | null = null;
  for (const [, kind = '', subject = '', detail = ''] of text.slice(0, 8000).matchAll(STATUS)) {
    if (!plausible(subject, detail)) continue;
    const status = `${kind}.${Number(subject)}.${Number(detail)}`;
    if (detail !== '0' && subject !== '0') return status;
    vague ??= status;
  }
  return vague;
}

export function replyIn(text: string): SmtpReply {
  return { code: CODE.exec(text.slice(0, 8000))?.[1] ?? null, status: statusIn(text) };
}

export function isVague(status: string): boolean {
  return /^[245]\.(0\.\d+|\d+\.0)$/.test(status);
}

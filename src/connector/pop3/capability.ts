/** What a server says it can do (RFC 2449 CAPA). */
export interface Capabilities {
  /** False: it knows no CAPA, and what it can do is found out by trying. */
  readonly told: boolean;
  /** Upper case, as sent. */
  readonly names: ReadonlySet<string>;
  readonly sasl: ReadonlySet<string>;
  /** Shortest time between two logins. RFC 2449 6.5. */
  readonly loginDelayMs: number | null;
  /** `UTF8 USER` (RFC 6856 2.1): the user name may be UTF-8. */
  readonly utf8: boolean;
}

export const UNTOLD: Capabilities = { told: false, names: new Set(), sasl: new Set(), loginDelayMs: null, utf8: false };

export function parseCapabilities(text: string): Capabilities {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words[0] !== '');
  const byName = new Map(lines.map((words) => [words[0]!.toUpperCase(), words.slice(1)]));
  const sasl = new Set((byName.get('SASL') ?? []).map((mechanism) => mechanism.toUpperCase()));
  return {
    told: true,
    names: new Set(byName.keys()),
    sasl,
    loginDelayMs: seconds(byName.get('LOGIN-DELAY')?.[0]),
    utf8: byName.has('UTF8'),
  };
}

/** A day at most: nobody means more, and a typing error must not stop a mailbox. */
function seconds(word: string | undefined): number | null {
  if (word === undefined || !/^\d{1,9}$/.test(word)) return null;
  return Math.min(Number(word), 86_400) * 1000;
}

export function describeCapabilities(capabilities: Capabilities): string {
  if (!capabilities.told) return 'the server knows no CAPA; what it can do is found out by trying';
  const { names, sasl, loginDelayMs } = capabilities;
  const plain = [...names].filter((name) => name !== 'SASL' && name !== 'LOGIN-DELAY');
  const logins = sasl.size > 0 ? [`SASL ${[...sasl].join(' ')}`] : [];
  const delay = loginDelayMs === null ? [] : [`one login in ${loginDelayMs / 1000} s`];
  return [...plain, ...logins, ...delay].join(', ');
}

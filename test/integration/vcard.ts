/** vCard files as JSContact, for tests: versions 2.1 to 4.0 (RFC 6350), as far as RFC 9555 says what becomes of a property. */
import type { ItemContent, Json } from '../../src/model/item.ts';

interface Line {
  readonly name: string;
  /** In lower case: the values of TYPE, and bare words of version 2.1. */
  readonly types: ReadonlySet<string>;
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

/** Every card of a file. */
export function cardsIn(text: string): readonly ItemContent[] {
  const cards: Line[][] = [];
  for (const line of linesIn(text)) {
    if (line.name === 'BEGIN') cards.push([]);
    else if (line.name !== 'END') cards.at(-1)?.push(line);
  }
  return cards.map(cardOf);
}

/** Folded lines in one, soft breaks of quoted-printable too. */
function linesIn(text: string): readonly Line[] {
  const whole = text
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]/g, '')
    .replace(/^[^\n:]*ENCODING=QUOTED-PRINTABLE[^\n]*(?:=\n[^\n]*)*/gim, (line) => line.replace(/=\n/g, ''));
  return whole.split('\n').flatMap((line) => lineOf(line) ?? []);
}

function lineOf(line: string): Line | null {
  const [, name, written = '', value] = /^(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":])*)*):(.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) return null;
  const parameters = new Map<string, string>();
  const types = new Set<string>();
  for (const part of written.split(';').slice(1)) {
    const [key = '', given] = part.split('=') as [string, string?];
    if (given === undefined || key.toUpperCase() === 'TYPE') {
      for (const type of (given ?? key).replaceAll('"', '').split(',')) types.add(type.trim().toLowerCase());
    } else parameters.set(key.toUpperCase(), given);
  }
  const quoted = /^quoted-printable$/i.test(parameters.get('ENCODING') ?? '') || types.has('quoted-printable');
  return { name: name.toUpperCase(), types, parameters, value: quoted ? decoded(value) : value };
}

const decoded = (value: string) =>
  Buffer.from(
    value.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();

const plain = (text: string) => text.replace(/\\([nN;,\\:])/g, (_, one) => (one.toLowerCase() === 'n' ? '\n' : one)).trim();
/** The parts of a structured value, each a list of texts. */
const partsOf = (value: string) => value.split(/(?<!\\);/).map((part) => plain(part.replace(/(?<!\\),/g, ' ')));

function cardOf(lines: readonly Line[]): ItemContent {
  const all = (name: string) => lines.filter((line) => line.name === name && line.value.trim() !== '');
  const text = (name: string) => plain(all(name)[0]?.value ?? '');
  const map = (name: string, made: (line: Line) => Json) => {
    const entries = all(name).flatMap((line, position) => {
      const entry = made(line);
      return entry === null ? [] : [[`${name.toLowerCase()}-${position + 1}`, entry] as const];
    });
    return entries.length === 0 ? null : Object.fromEntries(entries);
  };
  const properties: Record<string, Json> = {
    name: nameOf(all('N')[0], text('FN')),
    nicknames: map('NICKNAME', ({ value }) => ({ name: plain(value) })),
    organizations: map('ORG', ({ value }) => {
      const [name = '', ...units] = partsOf(value).filter((part) => part !== '');
      return {
        ...(name === '' ? {} : { name }),
        ...(units.length === 0 ? {} : { units: units.map((unit) => ({ name: unit })) }),
      };
    }),
    titles: map('TITLE', ({ value }) => ({ name: plain(value) })),
    emails: map('EMAIL', ({ value, types }) => ({ address: plain(value), ...contextsOf(types) })),
    phones: map('TEL', ({ value, types }) => ({ number: plain(value).replace(/^tel:/i, ''), ...phoneOf(types) })),
    addresses: map('ADR', ({ value, types }) => addressOf(partsOf(value), types)),
    anniversaries: datesOf(text('BDAY'), text('ANNIVERSARY')),
    notes: map('NOTE', ({ value }) => ({ note: plain(value) })),
    // A URI by RFC 6350 6.7.8, and by what people write a name alone.
    links: map('URL', ({ value }) => ({ uri: plain(value).replace(/^(?![a-z][a-z\d+.-]*:)/i, 'http://') })),
    keywords: keywordsOf(all('CATEGORIES')),
    media: map('PHOTO', photoOf),
  };
  const filled = Object.entries(properties).filter(([, value]) => value !== null);
  return { '@type': 'Card', version: '1.0', ...Object.fromEntries(filled) };
}

const NAME_PARTS = ['surname', 'given', 'given2', 'title', 'generation'];

function nameOf(line: Line | undefined, full: string): Json {
  const values = line === undefined ? [] : partsOf(line.value);
  const components = NAME_PARTS.flatMap((kind, n) => (values[n] ? [{ kind, value: values[n] }] : []));
  if (components.length === 0 && full === '') return null;
  return { ...(components.length === 0 ? {} : { components }), ...(full === '' ? {} : { full }) };
}

function contextsOf(types: ReadonlySet<string>): { readonly [property: string]: Json } {
  const contexts = { ...(types.has('work') ? { work: true } : {}), ...(types.has('home') ? { private: true } : {}) };
  return Object.keys(contexts).length === 0 ? {} : { contexts };
}

const FEATURES: Readonly<Record<string, string>> = {
  ...{ cell: 'mobile', fax: 'fax', pager: 'pager', voice: 'voice', video: 'video', text: 'text', textphone: 'textphone' },
};

function phoneOf(types: ReadonlySet<string>): { readonly [property: string]: Json } {
  const features = [...types].flatMap((type) => FEATURES[type] ?? []);
  const label = ['car', 'isdn'].find((type) => types.has(type));
  return {
    ...contextsOf(types),
    ...(features.length === 0 ? {} : { features: Object.fromEntries(features.map((feature) => [feature, true])) }),
    ...(label === undefined ? {} : { label }),
  };
}

const ADDRESS_PARTS = ['postOfficeBox', 'apartment', 'name', 'locality', 'region', 'postcode', 'country'];

function addressOf(values: readonly string[], types: ReadonlySet<string>): Json {
  const components = ADDRESS_PARTS.flatMap((kind, n) => (values[n] ? [{ kind, value: values[n] }] : []));
  return components.length === 0 ? null : { components, ...contextsOf(types) };
}

function datesOf(birth: string, wedding: string): Json {
  const dates = [
    ['birth', birth],
    ['wedding', wedding],
  ].flatMap(([kind, text]) => {
    const [, year = '', month, day] = /^(\d{4}|--)-?(\d\d)-?(\d\d)/.exec(text!) ?? [];
    if (month === undefined) return [];
    const date = { ...(year === '--' ? {} : { year: Number(year) }), month: Number(month), day: Number(day) };
    return [[kind!, { kind: kind!, date }] as const];
  });
  return dates.length === 0 ? null : Object.fromEntries(dates);
}

function keywordsOf(lines: readonly Line[]): Json {
  const names = lines.flatMap(({ value }) => value.split(/(?<!\\),/).map(plain)).filter((name) => name !== '');
  return names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, true]));
}

function photoOf({ value, types, parameters }: Line): Json {
  const kind = [...types].find((type) => ['jpeg', 'jpg', 'png', 'gif'].includes(type)) ?? 'jpeg';
  const encoded = /^(b|base64)$/i.test(parameters.get('ENCODING') ?? '') || types.has('base64');
  const uri = encoded ? `data:image/${kind};base64,${value.replace(/\s/g, '')}` : plain(value);
  return { kind: 'photo', uri };
}

import { expect, test } from 'vitest';
import { allowance, attachments, fileName, filesIn, TOGETHER_BYTES } from './attachment-field.ts';
import { bytesOf, dataUri } from './data-uri.ts';
import type { ItemContent, Json } from './item.ts';

const file = (title: string, text: string, more: object = {}): Json =>
  ({ '@type': 'Link', rel: 'enclosure', title, href: dataUri('text/plain', Buffer.from(text)), ...more }) as Json;
const event = (links: Json): ItemContent => ({ '@type': 'Event', links });
const keys = (links: Json) => attachments.canonical(event(links));

test('the same name and bytes are the same file, whatever else is said of it and in whatever order', () => {
  const ours = keys({ a: file('a.txt', 'one'), b: file('b.txt', 'two') });
  expect(
    keys({ x: file('b.txt', 'two', { size: 3 }), y: file('a.txt', 'one', { href: 'data:,one', contentType: 'a/b' }) }),
  ).toEqual(ours);
  expect(keys({ a: file('a.txt', 'other'), b: file('b.txt', 'two') })).not.toEqual(ours);
  expect(keys({ a: file('c.txt', 'one'), b: file('b.txt', 'two') })).not.toEqual(ours);
  expect(JSON.stringify(ours)).not.toContain(Buffer.from('one').toString('base64'));
});

test('what only says where a file lies, or is none, is no member and stays', () => {
  const others = {
    far: { '@type': 'Link', rel: 'enclosure', href: 'https://example.com/a.txt' },
    page: { '@type': 'Link', href: 'data:text/plain,page' },
    broken: { '@type': 'Link', rel: 'enclosure', href: 'data:text/plain;base64,?' },
  };
  expect(keys(others)).toEqual([]);
  const held = event({ ...others, a: file('a.txt', 'one') });
  expect(attachments.set(held, [{ id: 'b', link: file('b.txt', 'two') }]).links).toEqual({ ...others, b: file('b.txt', 'two') });
  expect(attachments.set(held, []).links).toEqual(others);
  expect(attachments.set(event({ a: file('a.txt', 'one') }), null).links).toBeUndefined();
});

test('two files of one id both stay', () => {
  const [one, two] = [file('a.txt', 'one'), file('a.txt', 'two')];
  const content = attachments.set(event({}), [
    { id: 'a', link: one },
    { id: 'a', link: two },
  ]);
  expect(filesIn(content).map(({ link }) => link)).toEqual([one, two]);
});

test.each([
  [null, 'attachment'],
  ['  ', 'attachment'],
  [' plan.txt ', 'plan.txt'],
  ['../etc/a\u0000:b?.txt', '.._etc_a__b_.txt'],
  [`${'x'.repeat(300)}.txt`, 'x'.repeat(255)],
  ['e\u0301\ud800', '\u00e9\ufffd'],
])('a file called %j is written as %j', (given, name) => {
  expect(fileName(given)).toBe(name);
  expect(fileName(name)).toBe(name);
});

test('bytes go there and back, and what is no data: URI has none', () => {
  const bytes = Buffer.from([0, 255, 10, 37]);
  expect(bytesOf(dataUri('image/png', bytes))).toEqual(bytes);
  expect(dataUri('text/plain; name="a"', bytes)).toMatch(/^data:application\/octet-stream;base64,/);
  expect(bytesOf('data:,a%20b%ff\u00e4')).toEqual(Buffer.from([97, 32, 98, 255, 0xc3, 0xa4]));
  expect(bytesOf('DATA:text/plain;charset=utf-8;BASE64,YQ ==\n')).toEqual(Buffer.from('a'));
  for (const none of ['https://example.com/,a', 'data:text/plain', 'data:;base64,*']) expect(bytesOf(none)).toBeNull();
});

test('a hostile one takes no longer than it is long', () => {
  expect(bytesOf(`data:;base64,${' '.repeat(3_000_000)}*`)).toBeNull();
});

test('files go along up to the limit each, and together as much as one appointment is kept with', () => {
  const fits = allowance(20 * 1024 * 1024);
  expect([fits(20 * 1024 * 1024 + 1), fits(20 * 1024 * 1024), fits(20 * 1024 * 1024), fits(1)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect(allowance(TOGETHER_BYTES * 2)(TOGETHER_BYTES + 1)).toBe(false);
});

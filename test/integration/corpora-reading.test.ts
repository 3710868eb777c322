// Every message of the public corpora is read: nothing fails, nothing hangs, nothing unclean comes out, bounces are told from mail.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import type { Bounce } from '../../src/model/email.ts';
import { decodePart } from '../../src/normalise/part.ts';
import { readEmail } from '../../src/normalise/read-email.ts';
import { corporaFolder, haveCorpora, samples } from './corpora.ts';

const withCorpora = test.skipIf(!haveCorpora);
if (!haveCorpora) console.log(`reading the corpora: left out, no folder ${corporaFolder} (set MAILROOM_CORPORA)`);

const UNCLEAN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

withCorpora(
  'every message is read, cleanly and in bounded time',
  () => {
    const outcome = { ok: 0, partial: 0, failed: 0 };
    const notes = new Map<string, number>();
    let [bytes, slowest, slowestName] = [0, 0, ''];
    for (const { name, source } of samples()) {
      const started = performance.now();
      const { email } = readEmail(source);
      const took = performance.now() - started;
      if (took > slowest) [slowest, slowestName] = [took, name];
      bytes += source.length;
      outcome[email.parse] += 1;
      if (email.parseNote !== null) notes.set(email.parseNote, (notes.get(email.parseNote) ?? 0) + 1);
      const values: string[] = [];
      JSON.stringify(email, (_key, value) => {
        if (typeof value === 'string') values.push(value);
        return value;
      });
      expect(
        values.filter((value) => UNCLEAN.test(value) || !value.isWellFormed()),
        name,
      ).toEqual([]);
      for (const { partId, size } of email.attachments)
        expect(decodePart(source, partId)?.bytes.length, `${name} ${partId}`).toBe(size);
    }
    const total = outcome.ok + outcome.partial + outcome.failed;
    console.log(`reading the corpora: ${total} messages, ${(bytes / 1e6).toFixed(1)} MB: ${JSON.stringify(outcome)}`);
    console.log(`  slowest: ${slowest.toFixed(0)} ms (${slowestName})`);
    for (const [note, count] of notes) console.log(`  partial: ${count} x ${note}`);
    expect(outcome.failed).toBe(0);
    expect(total).toBeGreaterThan(3000);
  },
  300_000,
);

/** What these samples are instead: complaints, a subscription notice, a loop alert, a report to the postmaster, absence notices. */
const NO_BOUNCES = /^(arf-\d+|rfc3834-\d+|lhost-amazonses-11|lhost-amazonses-1[237]|lhost-fml-\d+|lhost-postfix-75)\.eml$/;

interface Reading {
  readonly name: string;
  readonly bounce: Bounce | null;
  readonly source: string;
}

const sisimai = (form: string): Reading[] =>
  [...samples(`sisimai/${form}`)].map(({ name, source }) => ({
    name: name.replace(/^.*\//, ''),
    bounce: readEmail(source).email.bounce,
    source: source.toString('latin1'),
  }));

/** The class of the status a report itself gives its first recipient, read here without our reader. */
function statedClass(source: string): string | null {
  return (
    /^final-recipient:[\s\S]{0,2000}?^status:\s*([245])\.\d/im.exec(
      source.replaceAll('\r\n', '\n').replaceAll('\r', '\n'),
    )?.[1] ?? null
  );
}

const classOf = (bounce: Bounce | null): string | null => {
  const first = bounce?.recipients[0];
  if (first === undefined) return null;
  if (first.action === 'delivered') return '2';
  return first.permanent === null ? null : first.permanent ? '5' : '4';
};
const percent = (part: number, whole: number): string =>
  `${part} of ${whole} (${((100 * part) / Math.max(1, whole)).toFixed(1)} %)`;

withCorpora('bounces: recognised, named and classed', () => {
  const readings = sisimai('bsd');
  const bounces = readings.filter(({ name }) => !NO_BOUNCES.test(name));
  const recognised = bounces.filter(({ bounce }) => bounce !== null);
  const named = bounces.filter(({ bounce }) => bounce?.recipients.some((each) => each.recipient?.includes('@')));
  const classed = bounces.filter(({ bounce }) => classOf(bounce) !== null);
  const reasoned = bounces.filter(
    ({ bounce }) => bounce?.recipients.length && bounce.recipients.every((each) => each.reason !== 'undefined'),
  );
  const stated = bounces.filter(
    ({ source }) => /message\/(global-)?delivery-status/i.test(source) && statedClass(source) !== null,
  );
  const right = stated.filter(({ bounce, source }) => classOf(bounce) === statedClass(source));
  console.log(`bounces of sisimai (${readings.length} samples, ${bounces.length} of them bounces)`);
  console.log(`  recognised                      ${percent(recognised.length, bounces.length)}`);
  console.log(`  with a recipient                ${percent(named.length, bounces.length)}`);
  console.log(`  with a class (permanent or not) ${percent(classed.length, bounces.length)}`);
  console.log(`  with a reason                   ${percent(reasoned.length, bounces.length)}`);
  console.log(`  reports: class as stated        ${percent(right.length, stated.length)}`);
  const reasons = new Map<string, number>();
  for (const { bounce } of recognised)
    for (const { reason } of bounce?.recipients ?? []) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  console.log(
    `  reasons: ${[...reasons]
      .sort((a, b) => b[1] - a[1])
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', ')}`,
  );
  console.log(
    `  not recognised: ${
      bounces
        .filter(({ bounce }) => bounce === null)
        .map(({ name }) => name)
        .join(', ') || 'none'
    }`,
  );
  expect(right.length / stated.length).toBeGreaterThanOrEqual(0.95);
  expect(recognised.length / bounces.length).toBeGreaterThanOrEqual(0.97);
  expect(classed.length / bounces.length).toBeGreaterThanOrEqual(0.95);
  expect(reasoned.length / bounces.length).toBeGreaterThanOrEqual(0.9);
  expect(readings.filter(({ name, bounce }) => NO_BOUNCES.test(name) && bounce !== null).map(({ name }) => name)).toEqual([]);
});

withCorpora('bounces read the same with CRLF and with CR line ends', () => {
  const crlf = sisimai('dos');
  const cr = new Map(sisimai('mac').map(({ name, bounce }) => [name, bounce]));
  expect(crlf.length).toBeGreaterThan(20);
  for (const { name, bounce } of crlf) expect(cr.get(name), name).toEqual(bounce);
});

/** One author's reading, where it is at hand: `{ "name": { "reason": …, "status": … } }`, or the reason alone. */
const EXPECTED = join(corporaFolder, 'sisimai', 'expected-reasons.json');

withCorpora('bounces: against the expected reasons of another author', () => {
  if (!existsSync(EXPECTED)) {
    console.log('bounces: no expected-reasons.json beside the samples, nothing to compare with');
    return;
  }
  const expected = new Map(Object.entries(JSON.parse(readFileSync(EXPECTED, 'utf8')) as Record<string, unknown>));
  const flat = (value: unknown): string =>
    JSON.stringify(value ?? '')
      .toLowerCase()
      .replaceAll('-', '');
  const compared = sisimai('bsd').flatMap(({ name, bounce }) => {
    const told = expected.get(name) ?? expected.get(name.replace(/\.eml$/, '')) ?? expected.get(`bsd/${name}`);
    return told === undefined ? [] : [{ told: flat(told), reason: bounce?.recipients[0]?.reason.replaceAll('-', '') ?? 'none' }];
  });
  const same = compared.filter(({ told, reason }) => told.includes(`"${reason}"`));
  console.log(`bounces: reason as expected ${percent(same.length, compared.length)}`);
  expect(same.length / Math.max(1, compared.length)).toBeGreaterThanOrEqual(0.6);
});

/** The bounces that people of these lists really got. */
const BOUNCES_AMONG_MAIL = [
  'easy-ham-1/01542.ed72bf2cd81ccd4c076533fb0af004e5.eml', // a filter's failure report with a delivery-status part
  'easy-ham-2/01304.af5f3a2d3a0a19785aeaeeb3d7e36040.eml', // "Mail delivery failure" of demon.net
  'easy-ham-2/01311.b6a06b3e24130a32172b4c5225a1d5a6.eml', // Postfix: delayed, still being retried
];

withCorpora('no ordinary mail is called a bounce', () => {
  const called = [...samples('sa-public-corpus')].filter(({ source }) => readEmail(source).email.bounce !== null);
  for (const { name } of called) expect(BOUNCES_AMONG_MAIL).toContain(name.replace('sa-public-corpus/', ''));
});

withCorpora('bounces that mailing lists collected are recognised', () => {
  const readings = [...samples('flufl-bounce')].map(({ name, source }) => ({ name, bounce: readEmail(source).email.bounce }));
  const recognised = readings.filter(({ bounce }) => bounce !== null);
  const named = recognised.filter(({ bounce }) => bounce?.recipients.some((each) => each.recipient !== null));
  console.log(
    `bounces of flufl.bounce: recognised ${percent(recognised.length, readings.length)}, with a recipient ${percent(named.length, readings.length)}`,
  );
  expect(named.length / readings.length).toBeGreaterThan(0.7);
});

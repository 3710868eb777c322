// Messages per second of the own reader, mailparser and postal-mime over the same messages in one run, on one thread.
//   node bin/run.js bench/parse.ts [folder of .eml files]     (default: 2,000 generated messages)
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
import { readEmail } from '../src/normalise/read-email.ts';

function* files(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (path.endsWith('.eml')) yield path;
  }
}

/** Text, HTML and an attachment of growing size: 25 kB on average, as in an office's mailbox. */
function generated(index: number): Buffer {
  const words = `Liebe Kundin, message ${index} says what it says with an =C3=A4 in it.\r\n`.repeat(5 + (index % 40));
  const attachment = Buffer.alloc((index % 50) * 600, `attachment ${index} `)
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n');
  return Buffer.from(
    `Received: from a.example by b.example; Thu, 1 Jan 2026 10:00:00 +0100\r\nMessage-ID: <${index}@a.example>\r\nFrom: =?utf-8?Q?J=C3=BCrgen?= <j@a.example>\r\n` +
      `To: "Anna, B" <a@b.example>, c@d.example\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?= ${index}\r\nDate: Thu, 1 Jan 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n` +
      `Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n` +
      `--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${words}\r\n` +
      `--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><body><p>${words.replaceAll('\r\n', '<br>\r\n')}</p></body></html>\r\n--a--\r\n` +
      `--m\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n${attachment}\r\n--m--\r\n`,
  );
}

const folder = process.argv[2];
const messages =
  folder === undefined
    ? Array.from({ length: 2000 }, (_, index) => generated(index))
    : [...files(folder)].map((path) => readFileSync(path));
const megabytes = messages.reduce((sum, each) => sum + each.length, 0) / 1e6;

const readers: readonly (readonly [string, (source: Buffer) => unknown])[] = [
  ['own reader', (source) => readEmail(source)],
  ['mailparser', (source) => simpleParser(source)],
  ['postal-mime', (source) => PostalMime.parse(source)],
];

interface Measure {
  readonly perSecond: number;
  readonly cpuPer1000: number;
}

async function measure(read: (source: Buffer) => unknown): Promise<Measure> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (const message of messages) await Promise.resolve(read(message)).catch(() => null);
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  return { perSecond: messages.length / seconds, cpuPer1000: ((used.user + used.system) / 1e6 / messages.length) * 1000 };
}

console.log(`${messages.length} messages, ${megabytes.toFixed(1)} MB; best of four rounds in turn, the first to warm up`);
console.log('the own reader also hashes the source and the identity and looks for bounces');
const best = new Map<string, Measure>();
for (let round = 0; round < 4; round += 1)
  for (const [name, read] of readers) {
    const now = await measure(read);
    const before = best.get(name);
    if (round > 0 && (before === undefined || now.cpuPer1000 < before.cpuPer1000)) best.set(name, now);
  }
const own = best.get('own reader')?.cpuPer1000 ?? 1;
for (const [name, { perSecond, cpuPer1000 }] of best) {
  const speed = `${perSecond.toFixed(0)} messages/s, ${((perSecond * megabytes) / messages.length).toFixed(0)} MB/s`;
  console.log(`${name}: ${speed}, ${cpuPer1000.toFixed(2)} CPU s/1000 (${(cpuPer1000 / own).toFixed(1)} times the own reader's)`);
}

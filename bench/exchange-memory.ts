/**
 * How much memory reading an answer of Exchange takes, by the length of the answer: each in a process of its own, which is fed
 * with chunks of 64 KB as from a socket. Garbage waits for the collector, so
 * the figures vary; it ends with 1 when one is above 256 MB, a quarter of the longest answer.
 *
 *   node bin/run.js bench/exchange-memory.ts
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { AnswerReader } from '../src/connector/exchange/read-answer.ts';
import { asFailure } from '../src/model/failure.ts';

const MEGABYTE = 1_000_000;
const LIMITS = { mimeBytes: 2 * MEGABYTE, textLength: 64 * MEGABYTE };
const MOST_MB = 256;

const attachment = (length: number) => ({ name: 'FileAttachment', child: 'Content', length });
const message = (length: number) => ({ name: 'Message', child: 'MimeContent', length });

/** What an answer of so many bytes consists of. */
const ANSWERS = {
  'one attachment above its limit': (bytes: number) => [attachment(bytes)],
  'one message above its limit': (bytes: number) => [message(bytes)],
  'messages of 10 MB above their limit': (bytes: number) => Array.from({ length: bytes / (10 * MEGABYTE) }, () => message(1e7)),
  'messages of 40 KB, more than were asked for': (bytes: number) => Array.from({ length: bytes / 40_000 }, () => message(40_000)),
} as const;
type Name = keyof typeof ANSWERS;

const HEAD = 'Subject: long\r\n\r\n';
const BASE64 = Buffer.from(
  Buffer.from(HEAD + 'text of a mail '.repeat(4000))
    .toString('base64')
    .slice(0, 64_000),
);

function* pieces(name: Name, bytes: number): Generator<Buffer> {
  yield Buffer.from('<Envelope><ResponseMessages><M ResponseClass="Success"><Items>');
  for (const item of ANSWERS[name](bytes)) {
    yield Buffer.from(`<t:${item.name}><t:${item.child}>`);
    for (let at = 0; at < item.length; at += BASE64.length) yield Buffer.from(BASE64.subarray(0, item.length - at));
    yield Buffer.from(`</t:${item.child}></t:${item.name}>`);
  }
  yield Buffer.from('</Items></M></ResponseMessages></Envelope>');
}

async function read(name: Name, bytes: number): Promise<void> {
  const reader = new AnswerReader(LIMITS);
  let outcome: string;
  try {
    for (const piece of pieces(name, bytes)) {
      reader.write(piece);
      // As with a socket, others get their turn in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    outcome = `${reader.end().messages[0]!.items.length} read`;
  } catch (error) {
    outcome = asFailure(error)?.code ?? String(error);
  }
  const [, peak] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))!;
  process.send!({ outcome, peakMb: (Number(peak) * 1024) / MEGABYTE });
}

async function compare(): Promise<void> {
  console.log('| answer                                      |     MB | outcome   | peak MB |');
  console.log('| ------------------------------------------- | -----: | --------- | ------: |');
  for (const name of Object.keys(ANSWERS) as Name[]) {
    for (const megabytes of [200, 1000]) {
      const child = fork(import.meta.filename, [name, String(megabytes * MEGABYTE)]);
      const [{ outcome, peakMb }] = (await once(child, 'message')) as [{ outcome: string; peakMb: number }];
      child.disconnect();
      console.log(
        `| ${name.padEnd(43)} | ${String(megabytes).padStart(6)} | ${outcome.padEnd(9)} | ${peakMb.toFixed(0).padStart(7)} |`,
      );
      if (peakMb > MOST_MB) process.exitCode = 1;
    }
  }
}

const [name, bytes] = process.argv.slice(2);
if (name === undefined) await compare();
else await read(name as Name, Number(bytes));

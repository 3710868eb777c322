import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createReaderPool, type ReaderPool, type ReaderPoolOptions } from './pool.ts';
import { readEmail, sha256Of } from './read-email.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailroom-pool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The real worker with three words that make it misbehave. */
function poisonableWorker(): URL {
  const file = join(folder, 'poisonable.mjs');
  const real = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
  writeFileSync(
    file,
    `import { parentPort, workerData } from 'node:worker_threads';
     import { readEmail } from ${real('./read-email.ts')};
     const progress = new Int32Array(workerData.progress);
     parentPort.on('message', (batch) => {
       const read = batch.messages.map(({ offset, length, headersOnly }) => {
         const source = Buffer.from(batch.bytes, offset, length);
         if (source.includes('POISON-HANG')) for (;;);
         if (source.includes('POISON-EXIT')) process.exit(3);
         if (source.includes('POISON-HEAP')) { const all = []; for (;;) all.push(new Array(1000).fill({})); }
         const result = readEmail(source, { headersOnly });
         Atomics.add(progress, 0, 1);
         return result;
       });
       parentPort.postMessage({ kind: 'read', read });
     });
     parentPort.postMessage({ kind: 'ready' });`,
  );
  return pathToFileURL(file);
}

const message = (subject: string, body = 'Hello'): Uint8Array =>
  Buffer.from(`Message-ID: <${subject}@a.example>\r\nFrom: a@a.example\r\nSubject: ${subject}\r\n\r\n${body}\r\n`);

async function withPool<T>(options: ReaderPoolOptions, use: (pool: ReaderPool) => Promise<T>): Promise<T> {
  const pool = createReaderPool(options);
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

for (const workers of [0, 1, 2])
  test(`with ${workers} workers the answers are those of the reader, in order, and the sources are untouched`, async () => {
    const sources = Array.from({ length: 150 }, (_, index) => message(`s${index}`, `body ${index}`));
    const before = sources.map(sha256Of);
    const read = await withPool({ workers }, (pool) => pool.read(sources.map((source) => ({ source, headersOnly: false }))));
    expect(read).toEqual(sources.map((source) => readEmail(source)));
    expect(sources.map(sha256Of)).toEqual(before);
  });

test('several calls at once share the threads', async () => {
  const counts = await withPool({ workers: 2 }, (pool) =>
    Promise.all(
      Array.from({ length: 20 }, async (_, call) => {
        const read = await pool.read([{ source: message(`call${call}`), headersOnly: false }]);
        return read[0]?.email.subject;
      }),
    ),
  );
  expect(counts).toEqual(Array.from({ length: 20 }, (_, call) => `call${call}`));
});

for (const poison of ['POISON-HANG', 'POISON-EXIT', 'POISON-HEAP'])
  test(`a message that does ${poison} to its thread fails alone`, async () => {
    const sources = ['one', 'two', 'three', 'four'].map((name) => message(name, name === 'two' ? poison : 'fine'));
    await withPool({ workers: 1, parseMs: 2500, memoryMb: 64, workerFile: poisonableWorker() }, async (pool) => {
      const read = await pool.read(sources.map((source) => ({ source, headersOnly: false })));
      expect(read.map((each) => each.email.parse)).toEqual(['ok', 'failed', 'ok', 'ok']);
      expect(read[1]?.sourceSha256).toBe(sha256Of(sources[1] as Uint8Array));
      expect(read[1]?.identity).toMatch(/^[0-9a-f]{64}$/);
      expect(read[1]?.email.parseNote).not.toBe('');
      const after = await pool.read([{ source: message('after'), headersOnly: false }]);
      expect(after[0]?.email.subject).toBe('after');
    });
  });

for (const workers of [0, 1])
  test(`above parseBytes only the header is read (${workers} workers)`, async () => {
    const source = message('big', 'x'.repeat(20_000));
    const [read] = await withPool({ workers, parseBytes: 10_000 }, (pool) => pool.read([{ source, headersOnly: false }]));
    expect(read?.email).toMatchObject({ parse: 'partial', subject: 'big', text: null });
    expect(read?.email.parseNote).toContain('only the header was read');
    expect(read?.sourceSha256).toBe(sha256Of(source));
  });

for (const [what, head] of [
  ['text', 'Content-Type: text/plain; charset=utf-8'],
  ['HTML', 'Content-Type: text/html; charset=utf-8'],
  ['an attachment', 'Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64'],
] as const)
  test(`40 MB of ${what} stay within the memory of a thread`, async () => {
    const line = what === 'an attachment' ? 'QUJD'.repeat(19) : '<p>Grüße '.repeat(8);
    const source = Buffer.from(`Subject: large\r\n${head}\r\n\r\n${`${line}\r\n`.repeat(500_000)}`);
    const [read] = await withPool({ workers: 1, memoryMb: 256, parseMs: 60_000 }, (pool) =>
      pool.read([{ source, headersOnly: false }]),
    );
    expect(read?.email).toMatchObject({ subject: 'large', parse: what === 'an attachment' ? 'ok' : 'partial' });
  });

test('a thread that cannot start is told, and does not hang the caller', async () => {
  const workerFile = pathToFileURL(join(folder, 'absent.mjs'));
  await withPool({ workers: 1, workerFile }, async (pool) => {
    await expect(pool.read([{ source: message('a'), headersOnly: false }])).rejects.toThrow(/reader thread/);
    await expect(pool.read([{ source: message('b'), headersOnly: false }])).rejects.toThrow(/reader thread/);
  });
});

test('closing ends what is still reading', async () => {
  const pool = createReaderPool({ workers: 1, parseMs: 60_000, workerFile: poisonableWorker() });
  await pool.read([{ source: message('warm'), headersOnly: false }]);
  const reading = pool.read([{ source: message('h', 'POISON-HANG'), headersOnly: false }]);
  const told = expect(reading).rejects.toThrow(/closed/);
  await new Promise((resolve) => setImmediate(resolve));
  await pool.close();
  await told;
});

for (const workers of [0, 1])
  test(`with ${workers} workers, new limits count from the next message on`, async () => {
    await withPool({ workers }, async (pool) => {
      const read = async () => (await pool.read([{ source: message('big', 'x'.repeat(5_000)), headersOnly: false }]))[0]!;
      expect((await read()).email.parseNote).toBeNull();
      pool.limit({ parseBytes: 1_000 });
      expect((await read()).email.parseNote).toContain('only the header was read');
      pool.limit({});
      expect((await read()).email.parseNote).toBeNull();
    });
  });

test('a thread that already runs follows a shorter time limit', async () => {
  await withPool({ workers: 1, parseMs: 60_000, workerFile: poisonableWorker() }, async (pool) => {
    await pool.read([{ source: message('first'), headersOnly: false }]);
    pool.limit({ parseMs: 300 });
    const [read] = await pool.read([{ source: message('second', 'POISON-HANG'), headersOnly: false }]);
    expect(read!.email.parseNote).toContain('300 ms');
  });
});

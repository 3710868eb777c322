import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from './load.ts';
import { dropsTooMany, type KnownMailbox, planMailboxes } from './plan.ts';

const COUNT = 5000;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mailroom-many-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

function written(count: number, broken = -1): string {
  const servers = Array.from({ length: 5 }, (_, index) => `  s${index}: { type: imap, host: mail${index}.example.com }`);
  const groups = Array.from(
    { length: 5 },
    (_, index) => `  g${index}: { receive: { server: s${index}, auth: { password: { file: "secrets/{localpart}" } } } }`,
  );
  const boxes = Array.from({ length: count }, (_, index) => {
    const group = index === broken ? 'g9' : `g${index % 5}`;
    return `  - { address: user${index}@example.com, group: ${group}, receive: { auth: { username: u${index} } } }`;
  });
  return `servers:\n${servers.join('\n')}\ngroups:\n${groups.join('\n')}\nmailboxes:\n${boxes.join('\n')}\n`;
}

async function load(text: string) {
  await writeFile(join(home, 'mailroom.yaml'), text);
  return loadConfig(join(home, 'mailroom.yaml'), { env: {}, now: new Date() });
}

test('5,000 mailboxes in 5 groups are checked, planned and explained', async () => {
  const loaded = await load(written(COUNT));
  if ('problems' in loaded) throw new Error('wrong');
  const { config, explanation } = loaded;
  expect(config.mailboxes).toHaveLength(COUNT);
  expect(config.mailboxes[4321]?.receive).toMatchObject({
    server: { host: 'mail1.example.com' },
    auth: { username: 'u4321', password: { kind: 'file', path: join(home, 'secrets/user4321') } },
  });
  const rows = explanation.explain('user4321@example.com');
  expect(rows).toContainEqual({ path: 'receive.server', value: 's1', origin: expect.stringMatching(/mailroom\.yaml:9:\d+$/) });
  const known: KnownMailbox[] = config.mailboxes.map(({ id, address }) => ({
    id,
    address,
    paused: false,
    fingerprint: explanation.fingerprint(id),
  }));
  const half = planMailboxes(known, config.mailboxes.slice(COUNT / 2), explanation.fingerprint);
  expect([half.dropped.length, half.unchanged, dropsTooMany(half)]).toEqual([COUNT / 2, COUNT / 2, true]);
});

test('one wrong line among 5,000 is named', async () => {
  const loaded = await load(written(COUNT, 4999));
  expect('problems' in loaded && loaded.problems).toMatchObject([
    { line: 14 + 4999, path: 'mailboxes[4999].group', suggestion: 'did you mean "g0"?' },
  ]);
});

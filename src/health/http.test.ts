import { expect, test } from 'vitest';
import { healthReport, serveHealth } from './http.ts';

async function answered(health: () => Promise<ReturnType<typeof healthReport>>) {
  const server = await serveHealth({ host: '127.0.0.1', port: 0 }, { health, metrics: async () => '' });
  try {
    const response = await fetch(`http://127.0.0.1:${server.port}/health`);
    return { status: response.status, body: await response.json() };
  } finally {
    await server.close();
  }
}

test('a refused credential is told, and is no reason to restart the process', async () => {
  const refused = [{ server: 'office', message: 'wrong password' }];
  expect(await answered(async () => healthReport(7, refused))).toEqual({
    status: 200,
    body: {
      ...{ ok: true, mailboxes: 7 },
      troubles: [
        {
          ...{ trouble: expect.stringContaining('shared credential'), server: 'office', message: 'wrong password' },
          remedy: expect.stringContaining('mailroom test --server office'),
        },
      ],
    },
  });
});

test('a process that cannot reach its database does not work', async () => {
  const away = async () => {
    throw new Error('connection refused');
  };
  expect(await answered(away)).toEqual({ status: 503, body: { ok: false, reason: 'connection refused' } });
});

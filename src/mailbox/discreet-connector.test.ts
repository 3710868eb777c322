import { expect, test } from 'vitest';
import type { Connector, SessionContext } from '../connector/connector.ts';
import { Failure } from '../model/failure.ts';
import { discreetConnectors } from './discreet-connector.ts';

const refusal = new Failure('auth-rejected', 'BAD command: LOGIN anna canary', { remedy: 'not canary', retryAfterMs: 5 });
const echoing: Connector = {
  kind: 'echoing',
  offers: [],
  parseSettings: (raw) => raw,
  open: () => Promise.reject(refusal),
  async *diagnose() {
    yield { step: 'login', ok: false, detail: 'sent canary', failure: refusal };
  },
};
const redact = (text: string) => text.replaceAll('canary', '[redacted]');
const connector = discreetConnectors(new Map([['echoing', echoing]]), redact).get('echoing')!;
const context = {} as SessionContext;

test('a refusal that repeats the secret does not carry it on, and stays the same refusal', async () => {
  const failure = await connector.open({}, context).catch((error) => error);
  expect(failure).toMatchObject({ code: 'auth-rejected', retryAfterMs: 5, message: 'BAD command: LOGIN anna [redacted]' });
  expect(failure.remedy).toBe('not [redacted]');
  const [step] = await Array.fromAsync(connector.diagnose({}, context));
  expect(JSON.stringify({ ...step, message: step!.failure!.message })).not.toContain('canary');
});

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Capability } from '../../src/connector/connector.ts';
import { connectors } from '../../src/connector/registry.ts';

const SUITES: Readonly<Record<Capability, string>> = {
  email: 'emailSourceContract',
  sender: 'emailSenderContract',
  push: 'pushContract',
  disposal: 'emailDisposalContract',
  filing: 'filingContract',
  marking: 'emailMarkingContract',
  appointments: 'itemStoreContract',
  contacts: 'itemStoreContract',
  tasks: 'itemStoreContract',
};
const suites = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
const written = (suite: string) => suites.some((file) => read(file).includes(`export function ${suite}(`));
const read = (file: string) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
const offers = [...connectors.values()].flatMap(({ kind, offers }) => offers.map((capability) => [kind, capability] as const));

test.each(offers)('%s keeps the contract of %s', (kind, capability) => {
  const suite = SUITES[capability];
  const own = readdirSync(import.meta.dirname).filter((file) => file.startsWith(`${kind}`) && file.endsWith('.test.ts'));
  expect(written(suite), `no file of test/contract has ${suite}`).toBe(true);
  expect(
    own.some((file) => read(file).includes(`${suite}(`)),
    `no ${kind}*.test.ts calls ${suite}`,
  ).toBe(true);
});

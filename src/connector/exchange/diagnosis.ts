/** The steps of a connection, one at a time: where it ends tells what to do. */
import { lookup } from 'node:dns/promises';
import { connect as openSocket } from 'node:net';
import { Failure } from '../../model/failure.ts';
import type { DiagnosticStep, SessionContext } from '../connector.ts';
import { createEws, type Ews } from './ews.ts';
import { networkFailure } from './failures.ts';
import { createFolders } from './folders.ts';
import type { Lanes } from './lane.ts';
import type { ExchangeSettings } from './settings.ts';

export async function* diagnose(
  settings: ExchangeSettings,
  context: SessionContext,
  lanes: Lanes,
): AsyncGenerator<DiagnosticStep> {
  const name = await step('name', () => resolve(settings));
  yield name;
  if (!name.ok) return;
  const reached = await step('connect', () => reach(settings));
  yield reached;
  if (!reached.ok) return;
  const ews = createEws(settings, context, lanes);
  const folders = createFolders(ews);
  const login = await step('login', async () => {
    await folders.standard();
    return describeLogin(settings, ews);
  });
  yield login;
  if (!login.ok) return;
  yield await step('folders', async () => {
    const all = await folders.all();
    const names = all.slice(0, 40).map(({ path, role }) => (role === null || role === 'inbox' ? path : `${path} (${role})`));
    return `${all.length}: ${names.join(', ')}${all.length > names.length ? ' …' : ''}`;
  });
}

/** MajorVersion and MinorVersion of ServerVersionInfo; 15.2 is 2019 and SE. */
const PRODUCTS: readonly (readonly [RegExp, string])[] = [
  [/^14\./, 'Exchange 2010'],
  [/^15\.0\./, 'Exchange 2013'],
  [/^15\.1\./, 'Exchange 2016'],
  [/^15\.2\.(?!2[5-9]\d\d)/, 'Exchange 2019'],
  [/^15\.2\./, 'Exchange SE'],
];

function describeLogin({ access, mailbox }: ExchangeSettings, ews: Ews): string {
  const version = ews.serverVersion() ?? '';
  const product = PRODUCTS.find(([pattern]) => pattern.test(version))?.[1] ?? 'Exchange';
  const how =
    access === 'direct' ? 'logged in' : access === 'impersonate' ? `acting as ${mailbox}` : `opening the folders of ${mailbox}`;
  return `${how}; the server is ${product} (${version})`;
}

async function step(name: string, work: () => Promise<string>): Promise<DiagnosticStep> {
  try {
    return { step: name, ok: true, detail: await work() };
  } catch (error) {
    const failure = error instanceof Failure ? error : networkFailure(error, name);
    return { step: name, ok: false, detail: failure.message, failure };
  }
}

async function resolve({ url }: ExchangeSettings): Promise<string> {
  const host = hostOf(url);
  try {
    const addresses = await lookup(host, { all: true });
    return `${host} is ${addresses.map(({ address }) => address).join(', ')}`;
  } catch (error) {
    throw networkFailure(error, `looking up ${host}`);
  }
}

/** Without the brackets of an IPv6 address. */
const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '');

function reach({ url, timeoutMs }: ExchangeSettings): Promise<string> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const started = performance.now();
  return new Promise((done, reject) => {
    const socket = openSocket({ host: hostOf(url), port });
    const fail = (error: unknown) => {
      socket.destroy();
      reject(networkFailure(error, `connecting to ${url.host}`));
    };
    socket.setTimeout(timeoutMs, () => fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.destroy();
      done(`${url.host} answers after ${Math.round(performance.now() - started)} ms`);
    });
  });
}

/**
 * A private certificate authority and the server certificates that tests need: a good one, and the bad ones that
 * clients must refuse. Made by openssl once per process, in a folder that is removed at its end.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './processes.ts';

export type CertificateKind = 'good' | 'expired' | 'not-yet-valid' | 'wrong-name' | 'self-signed' | 'unknown-authority';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** What a client has to trust. */
  readonly caPem: string;
  readonly caFile: string;
  /** The good one is for localhost, mail.example.test, 127.0.0.1 and 127.0.0.2. */
  certificate(kind?: CertificateKind): Promise<Certificate>;
}

const run = promisify(execFile);
let made: Promise<Authority> | null = null;

export function authority(): Promise<Authority> {
  made ??= makeAuthority();
  return made;
}

async function makeAuthority(): Promise<Authority> {
  const folder = temporaryFolder('ca').path;
  await makeRoot(folder, 'ca', 'Mailroom test authority');
  const kept = new Map<CertificateKind, Promise<Certificate>>();
  return {
    caFile: join(folder, 'ca.crt'),
    caPem: readFileSync(join(folder, 'ca.crt'), 'utf8'),
    certificate(kind = 'good') {
      const found = kept.get(kind) ?? makeCertificate(folder, kind);
      kept.set(kind, found);
      return found;
    },
  };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function makeRoot(folder: string, name: string, subject: string): Promise<void> {
  await run('openssl', [
    ...['req', '-x509', '-batch', ...NEW_KEY, '-days', '30', '-subj', `/CN=${subject}`],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)],
  ]);
}

async function makeCertificate(folder: string, kind: CertificateKind): Promise<Certificate> {
  const file = (ending: string) => join(folder, `${kind}.${ending}`);
  writeFileSync(file('ext'), extensionsFor(kind));
  if (kind === 'unknown-authority') await makeRoot(folder, 'stranger', 'Some other authority');
  await run('openssl', [
    'req',
    '-new',
    '-batch',
    ...NEW_KEY,
    '-subj',
    '/CN=localhost',
    '-keyout',
    file('key'),
    '-out',
    file('csr'),
  ]);
  const signer = { 'self-signed': ['-signkey', file('key')], 'unknown-authority': signedBy(folder, 'stranger') } as Partial<
    Record<CertificateKind, string[]>
  >;
  await run('openssl', [
    ...['x509', '-req', '-in', file('csr'), '-out', file('crt'), '-extfile', file('ext')],
    ...(signer[kind] ?? signedBy(folder, 'ca')),
    ...['-days', '30'],
  ]);
  if (kind === 'expired' || kind === 'not-yet-valid') await redate(folder, kind);
  return {
    certFile: file('crt'),
    keyFile: file('key'),
    cert: readFileSync(file('crt'), 'utf8'),
    key: readFileSync(file('key'), 'utf8'),
  };
}

const signedBy = (folder: string, name: string) => [
  ...['-CA', join(folder, `${name}.crt`), '-CAkey', join(folder, `${name}.key`)],
  ...['-set_serial', String(Math.floor(Math.random() * 2 ** 47) + 1)],
];

function extensionsFor(kind: CertificateKind): string {
  const names =
    kind === 'wrong-name' ? 'DNS:other.example.test' : 'DNS:localhost,DNS:mail.example.test,IP:127.0.0.1,IP:127.0.0.2,IP:::1';
  return `subjectAltName=${names}\nbasicConstraints=critical,CA:false\nextendedKeyUsage=serverAuth\n`;
}

/** `openssl x509` knows only a number of days before version 3.4; `openssl ca` has always taken both dates. */
async function redate(folder: string, kind: 'expired' | 'not-yet-valid'): Promise<void> {
  const file = (ending: string) => join(folder, `${kind}.${ending}`);
  const [from, to] = kind === 'expired' ? ['20200101000000Z', '20200201000000Z'] : ['20900101000000Z', '20910101000000Z'];
  writeFileSync(file('index'), '');
  writeFileSync(
    file('cnf'),
    `[ca]\ndefault_ca=here\n[here]\ndatabase=${file('index')}\nnew_certs_dir=${folder}\ndefault_md=sha256\npolicy=any\n` +
      `rand_serial=yes\nunique_subject=no\n[any]\ncommonName=supplied\n`,
  );
  await run('openssl', [
    ...['ca', '-batch', '-notext', '-config', file('cnf'), '-in', file('csr'), '-out', file('crt'), '-extfile', file('ext')],
    ...['-cert', join(folder, 'ca.crt'), '-keyfile', join(folder, 'ca.key'), '-startdate', from!, '-enddate', to!],
  ]);
}

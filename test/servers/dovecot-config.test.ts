/** Debian 12 ships Dovecot 2.3, Debian 13 ships 2.4: each gets its own language and nothing of the other's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { configure } from './dovecot-config.ts';
import { dovecotPlaces } from './dovecot-places.ts';
import type { ConfigInput } from './dovecot-setup.ts';
import { needsServer } from './needs.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailroom-dovecot-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const configOf = (version: string, more: Partial<ConfigInput> = {}) =>
  configure({
    ...{ folder, log: join(folder, 'log'), passwords: join(folder, 'passwords'), ports: [1, 2, 3, 4, 5] },
    program: { dovecot: '/usr/sbin/dovecot', doveadm: '/usr/bin/doveadm', env: {}, settings: '', version },
    ...more,
  });
const OAUTH2 = { settings: 'introspection_url = http://127.0.0.1:9/introspect\nintrospection_mode = auth' };
const ONLY_23 = [
  'mail_location',
  'disable_plaintext_auth',
  'service_count',
  'args =',
  'ssl_cert =',
  'passdb {',
  'userdb {',
  '%L',
  '%0',
];
const ONLY_24 = ['mail_driver', 'auth_allow_cleartext', 'restart_request_count', 'ssl_server_cert_file', '%{user | lower}'];

describe.runIf(await needsServer('openssl'))('the configuration of the test server', () => {
  test.each([
    ['2.3.19', ONLY_23, [...ONLY_24, 'dovecot_config_version']],
    ['2.4.1', ONLY_24, ONLY_23],
  ])('of Dovecot %s has the words of that version only', async (version, own, foreign) => {
    const config = `${await configOf(version)}\n${await configOf(version, { oauth2: OAUTH2 })}`;
    for (const word of own) expect(config).toContain(word);
    for (const word of foreign) expect(config).not.toContain(word);
  });

  test('of 2.4 begins with the versions, keeps its blocks closed, and says the same as that of 2.3', async () => {
    const config = await configOf('2.4.1', { oauth2: OAUTH2, requireTls: true, imapCapability: 'IMAP4rev1 IDLE' });
    expect(config.split('\n').slice(0, 2)).toEqual(['dovecot_config_version = 2.4.0', 'dovecot_storage_version = 2.4.0']);
    expect(config.match(/\{$/gm)?.length).toBe(config.match(/^\s*\}$/gm)?.length);
    expect(config).toContain('auth_allow_cleartext = no');
    expect(config).toContain('pop3_uidl_format = %{uid | hex(8)}%{uidvalidity | hex(8)}');
    expect(config).toContain('imap_capability = IMAP4rev1 IDLE');
    expect(config).toMatch(
      /oauth2 \{\nintrospection_url = .*\nintrospection_mode = auth\n\}\npassdb oauth2 \{\n {2}mechanisms_filter/,
    );
    for (const port of [1, 2, 3, 4, 5]) expect(config).toContain(`port = ${port}\n`);
  });

  test('of an unpacked one hands its libraries on, in either language', () => {
    const places = (version: string) => dovecotPlaces('/somewhere/usr/sbin/dovecot', version).settings;
    expect(places('2.3.21')).toContain('import_environment = $import_environment LD_LIBRARY_PATH');
    expect(places('2.4.1')).toContain('import_environment {\n  LD_LIBRARY_PATH = %{env:LD_LIBRARY_PATH}\n}');
  });
});

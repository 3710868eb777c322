import { describe, expect, test } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { commandFailure, connectFailure, isCertificateFailure, loginFailure, tlsFailure } from './failures.ts';
import { parseReply } from './reply-reader.ts';

const login = (line: string) => loginFailure('pop.example.com:995', parseReply(line), null);

/** What servers answer to PASS or AUTH, and what it means. */
const ANSWERS: readonly (readonly [server: string, line: string, code: string])[] = [
  ['Dovecot', '-ERR [AUTH] Authentication failed.', 'auth-rejected'],
  ['Dovecot', '-ERR [SYS/TEMP] Temporary authentication failure. [mail:2026-01-05 10:00:00]', 'throttled'],
  ['Dovecot', '-ERR [IN-USE] Mailbox is locked by another POP3 session.', 'throttled'],
  ['Dovecot', "-ERR [IN-USE] Couldn't sync mailbox.", 'throttled'],
  ['Dovecot', '-ERR Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)', 'throttled'],
  ['Dovecot', '-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.', 'refused'],
  ['Dovecot', '-ERR [SYS/TEMP] Internal error occurred. Refer to server log for more information.', 'throttled'],
  ['Courier', '-ERR Login failed.', 'auth-rejected'],
  ['Courier', '-ERR Temporary problem, please try again later', 'throttled'],
  ['Courier', '-ERR Maildir: No such file or directory', 'missing'],
  ['qpopper', '-ERR [AUTH] Password supplied for "anna" is incorrect.', 'auth-rejected'],
  ['qpopper', '-ERR [IN-USE] /var/spool/mail/.anna.pop lock busy!  Is another session active? (11)', 'throttled'],
  ['qpopper', '-ERR /usr/mail/.anna.pop lock busy! Is another session active? (11)', 'throttled'],
  ['qpopper', '-ERR [LOGIN-DELAY] You must wait 5 minutes', 'throttled'],
  ['qpopper', "-ERR [SYS/TEMP] maillock error 'Unknown error' on '/var/mail/anna': try again", 'throttled'],
  ['popa3d', '-ERR Authentication failed (bad password?)', 'auth-rejected'],
  ['Cyrus', '-ERR [AUTH] Invalid login', 'auth-rejected'],
  ['Cyrus', '-ERR [IN-USE] Unable to lock maildrop: Mailbox is locked by POP server', 'throttled'],
  ['Cyrus', '-ERR [SYS/PERM] Unable to open maildrop: Mailbox does not exist', 'missing'],
  ['Cyrus', '-ERR [LOGIN-DELAY] Logins must be at least 5 minutes apart', 'throttled'],
  ['mailutils', '-ERR Bad login or passwd', 'auth-rejected'],
  ['mailutils', '-ERR [IN-USE] Mailbox in use', 'throttled'],
  ['Gmail', '-ERR [AUTH] Username and password not accepted.', 'auth-rejected'],
  [
    'Gmail',
    '-ERR [AUTH] Application-specific password required: https://support.google.com/accounts/answer/185833',
    'auth-rejected',
  ],
  ['Gmail', '-ERR [AUTH] Web login required: https://support.google.com/mail/answer/78754', 'auth-rejected'],
  [
    'Gmail',
    '-ERR [SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page and enable your account for POP access.',
    'refused',
  ],
  ['Gmail', '-ERR [SYS/TEMP] Temporary system problem. Please try again later.', 'throttled'],
  ['Gmail', '-ERR [IN-USE] Too many simultaneous connections.', 'throttled'],
  ['Yahoo', '-ERR [AUTH] Invalid username/password', 'auth-rejected'],
  ['Yahoo', '-ERR [SYS/TEMP] Server error - Please try again later.', 'throttled'],
  ['Yahoo', '-ERR [AUTH] (#AUTH006) Server error - Please try again later.', 'throttled'],
  ['Yahoo', '-ERR [AUTH] (#AUTH005) Too many bad auth attempts.', 'throttled'],
  ['Outlook.com', '-ERR Logon failure: unknown user name or bad password.', 'auth-rejected'],
  ['Outlook.com', '-ERR Authentication failure: unknown user name or bad password.', 'auth-rejected'],
  [
    'Outlook.com',
    '-ERR Exceeded the login limit for a 15 minute period. Reduce the frequency of requests to the POP3 server.',
    'throttled',
  ],
  ['Outlook.com', '-ERR Server Unavailable. 21', 'throttled'],
  ['Outlook.com', '-ERR Connection is closed. 14', 'throttled'],
  ['Exchange', '-ERR Command is not valid in this state.', 'refused'],
  ['VPOP3', '-ERR Mailbox Locked', 'throttled'],
  ['RFC 1939', '-ERR maildrop already locked', 'throttled'],
  ['RFC 1939', '-ERR unable to lock maildrop', 'throttled'],
  ['RFC 1939', '-ERR invalid password', 'auth-rejected'],
  ['anybody', '-ERR Invalid password, please try again.', 'auth-rejected'],
  ['anybody', '-ERR [AUTH] Your account has been locked', 'auth-rejected'],
  ['RFC 2449', '-ERR [IN-USE] Do you have another POP session running?', 'throttled'],
  ['RFC 3206', '-ERR [SYS/PERM] Unable to determine location of mailbox', 'refused'],
  ['anybody', '-ERR', 'auth-rejected'],
  ['anybody', '-ERR [X-NEW] something', 'auth-rejected'],
  ['anybody', '-ERR [SYS/NEW] something', 'throttled'],
];

describe('the answer to a login', () => {
  test.each(ANSWERS)('%s: %s', (_, line, code) => {
    const failure = login(line);
    expect(failure.code).toBe(code);
    if (code === 'throttled') expect(failure.retryAfterMs).toBeGreaterThanOrEqual(60_000);
    if (code !== 'throttled') expect(failure.remedy).toBeTypeOf('string');
    expect(failure.message).toContain('pop.example.com:995');
  });

  test('an announced delay says how long to wait', () => {
    const failure = loginFailure('x:995', parseReply('-ERR [LOGIN-DELAY] wait'), 90_000);
    expect(failure).toMatchObject({ code: 'throttled', retryAfterMs: 90_000 });
  });
});

test('a refused command is not taken for a refused login', () => {
  expect(commandFailure('x:995', 'RETR 1', parseReply('-ERR no such message'))).toMatchObject({ code: 'refused' });
  expect(commandFailure('x:995', 'RETR 1', parseReply('-ERR [SYS/TEMP] disk'))).toMatchObject({ code: 'throttled' });
});

test('what the network and TLS say comes with a remedy', () => {
  const coded = (code: string) => Object.assign(new Error(code), { code });
  for (const code of ['ENOTFOUND', 'ECONNREFUSED', 'ETIMEDOUT', 'EAI_AGAIN'])
    expect(connectFailure('x:995', coded(code))).toMatchObject({ code: 'unreachable', remedy: expect.any(String) });
  const both = new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]);
  expect(connectFailure('x:995', both).remedy).toMatch(/listens/);
  for (const code of [
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])
    expect(isCertificateFailure(tlsFailure('x:995', coded(code)))).toBe(true);
  expect(isCertificateFailure(tlsFailure('x:995', coded('ERR_SSL_WRONG_VERSION_NUMBER')))).toBe(false);
  expect(isCertificateFailure(new Failure('unreachable', 'x'))).toBe(false);
});

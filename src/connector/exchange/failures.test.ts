import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { referenceFolder } from '../../../test/servers/exchange/check/reference.ts';
import { ExchangeFailure, faultFailure, statusFailure } from './failures.ts';
import { AnswerReader } from './read-answer.ts';
import { RESPONSE_CODES } from './response-codes.ts';

const codeOf = (name: string) => new ExchangeFailure(name, 'trying', '', undefined).code;

describe('a response code', () => {
  test.skipIf(referenceFolder() === undefined)(
    'that has a meaning is one of the schema (skipped where that is not there)',
    () => {
      const schema = readFileSync(join(referenceFolder()!, 'schema-se', 'messages.xsd'), 'utf8');
      expect(Object.keys(RESPONSE_CODES).filter((code) => !schema.includes(`"${code}"`))).toEqual([]);
    },
  );

  test.each([
    [
      'unreachable',
      'ErrorMailboxStoreUnavailable ErrorNoRespondingCASInDestinationSite ErrorProxyCallFailed ErrorBatchProcessingStopped',
    ],
    ['unreachable', 'ErrorCrossSiteRequest ErrorProxyRequestNotAllowed ErrorMailboxMoveInProgress ErrorWrongServerVersion'],
    ['throttled', 'ErrorServerBusy ErrorExceededConnectionCount ErrorSubmissionQuotaExceeded'],
    ['auth-rejected', 'ErrorPasswordExpired ErrorPasswordChangeRequired'],
    ['refused', 'ErrorAccessDenied ErrorImpersonateUserDenied ErrorAccountDisabled ErrorQuotaExceeded ErrorSendAsDenied'],
    ['missing', 'ErrorNonExistentMailbox ErrorItemNotFound ErrorInvalidIdMalformed'],
    ['conflict', 'ErrorIrresolvableConflict ErrorStaleObject ErrorInvalidChangeKey'],
    ['cursor-lost', 'ErrorInvalidSyncStateData'],
    ['garbled', 'ErrorSchemaValidation ErrorResponseSchemaValidation'],
    [
      'refused',
      'ErrorCalendarInvalidRecurrence ErrorItemSave ErrorInvalidPropertySet ErrorRecurrenceHasNoOccurrence ErrorOfTomorrow',
    ],
  ])('is told as %s: %s', (code, names) => {
    for (const name of names.split(' ')) expect([name, codeOf(name)]).toEqual([name, code]);
  });

  test.each([
    'ErrorAccessDenied',
    'ErrorQuotaExceeded',
    'ErrorImpersonateUserDenied',
    'ErrorSendAsDenied',
    'ErrorInvalidSmtpAddress',
  ])('%s needs somebody, who is told what to do', (name) => {
    expect(new ExchangeFailure(name, 'trying', '', undefined).remedy).toMatch(/\w{5}/);
  });
});

test.each([
  '<s:Fault><faultcode>SOAP:Server</faultcode><faultstring>no store</faultstring></s:Fault>',
  '<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code></s:Fault>',
])('a fault of the server that has no code of Exchange may pass, and what was asked for may have been done: %s', (fault) => {
  const reader = new AnswerReader({ mimeBytes: 0, textLength: 10_000 });
  reader.write(Buffer.from(`<s:Envelope xmlns:s="x"><s:Body>${fault}</s:Body></s:Envelope>`));
  expect(faultFailure(reader.end().fault!, 'trying').code).toBe('garbled');
});

test('a fault of SOAP 1.2 is told with its words', () => {
  const reader = new AnswerReader({ mimeBytes: 0, textLength: 10_000 });
  reader.write(
    Buffer.from(
      '<e:Envelope xmlns:e="x"><e:Body><e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text>No such thing</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>',
    ),
  );
  expect(faultFailure(reader.end().fault!, 'trying')).toMatchObject({
    code: 'refused',
    message: expect.stringContaining('No such thing'),
  });
});

describe('an HTTP status', () => {
  test.each([
    [503, 'throttled'],
    [429, 'throttled'],
    [502, 'unreachable'],
    [500, 'unreachable'],
    [403, 'refused'],
    [404, 'refused'],
    [302, 'refused'],
    [308, 'refused'],
    [407, 'refused'],
    [400, 'garbled'],
  ])('%i is told as %s', (statusCode, code) => {
    expect(statusFailure({ statusCode, headers: {} }, 'trying')).toMatchObject({ code, retryAfterMs: undefined });
  });

  test('says when to come again, in seconds or by the clock of the server', () => {
    const date = 'Mon, 02 Nov 2026 08:00:00 GMT';
    const waits = ['120', 'Mon, 02 Nov 2026 08:05:00 GMT', 'soon', 'Mon, 02 Nov 2026 07:00:00 GMT'].map(
      (after) => statusFailure({ statusCode: 503, headers: { 'retry-after': after, date } }, 'trying').retryAfterMs,
    );
    expect(waits).toEqual([120_000, 300_000, undefined, undefined]);
  });

  test('says where it leads to, and not whom it is about', () => {
    const { message } = statusFailure(
      { statusCode: 302, headers: { location: 'https://b.example.com/owa?user=anna' } },
      'trying',
    );
    expect(message).toContain('redirects to https://b.example.com/owa');
    expect(message).not.toContain('anna');
  });
});

import { describe, expect, test } from 'vitest';
import type { Bounce } from '../../model/email.ts';
import { readEmail } from '../read-email.ts';

const bounceOf = (source: string): Bounce | null => readEmail(Buffer.from(source, 'latin1')).email.bounce;

function daemon(subject: string, text: string, ...more: string[]): string {
  return [
    `Return-Path: <>`,
    `From: Mail Delivery System <MAILER-DAEMON@mx.example>`,
    `To: sales@ours.example`,
    `Subject: ${subject}`,
    ...more,
    '',
    text,
  ].join('\r\n');
}

function report(
  fields: string,
  returned = 'Message-ID: <sent-1@ours.example>\r\nSubject: Angebot\r\n\r\nbody',
  notice = 'Sorry.',
): string {
  return [
    'From: postmaster@mx.example',
    'Subject: Undeliverable: Angebot',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="r"',
    '',
    '--r',
    '',
    notice,
    '--r',
    'Content-Type: message/delivery-status',
    '',
    fields,
    '--r',
    'Content-Type: message/rfc822',
    '',
    returned,
    '--r--',
  ].join('\r\n');
}

describe('RFC 3464 reports', () => {
  test('tell recipient, status, reason and what they answer to', () => {
    const fields =
      'Reporting-MTA: dns; mx.example\r\nOriginal-Envelope-Id: env-7\r\n\r\nOriginal-Recipient: rfc822;info@customer.example\r\n' +
      'Final-Recipient: rfc822; box7@host.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <box7@host.example>\r\n User unknown';
    expect(bounceOf(report(fields))).toEqual({
      source: 'report',
      originalMessageId: 'sent-1@ours.example',
      originalEnvelopeId: 'env-7',
      recipients: [
        {
          recipient: 'box7@host.example',
          originalRecipient: 'info@customer.example',
          status: '5.1.1',
          action: 'failed',
          permanent: true,
          reason: 'user-unknown',
          diagnostic: '550 5.1.1 <box7@host.example> User unknown',
        },
      ],
    });
  });

  for (const [what, fields, expected] of [
    [
      'a delay',
      'Final-Recipient: rfc822; a@b.example\r\nAction: delayed\r\nStatus: 4.4.1\r\nDiagnostic-Code: smtp; connect to b.example: Connection timed out',
      { action: 'delayed', permanent: false, reason: 'expired', status: '4.4.1' },
    ],
    [
      'success',
      'Final-Recipient: rfc822; a@b.example\r\nAction: delivered\r\nStatus: 2.0.0',
      { action: 'delivered', permanent: null, reason: 'delivered', status: '2.0.0' },
    ],
    [
      'a vague status with a telling diagnostic',
      'Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 552 5.2.2 over quota',
      { status: '5.2.2', reason: 'mailbox-full', permanent: true },
    ],
    [
      'a status with a comment',
      'Final-Recipient: rfc822; a@b.example\r\nAction: failed (no mailbox)\r\nStatus: 5.1.1 (bad destination)',
      { status: '5.1.1', reason: 'user-unknown', action: 'failed' },
    ],
    [
      'no action',
      'Final-Recipient: rfc822; a@b.example\r\nStatus: 5.2.1',
      { action: 'failed', status: '5.2.1', reason: 'filtered' },
    ],
    [
      'a group with an empty line in it',
      'Final-Recipient: rfc822; a@b.example\r\n\r\nAction: failed\r\nStatus: 5.7.25',
      { status: '5.7.25', reason: 'require-ptr' },
    ],
    [
      'an address without type',
      'Final-Recipient: <a@b.example>\r\nAction: failed\r\nStatus: 5.4.4',
      { recipient: 'a@b.example', reason: 'host-unknown' },
    ],
  ] as const)
    test(what, () =>
      expect(bounceOf(report(`Reporting-MTA: dns; mx\r\n\r\n${fields}`))?.recipients).toEqual([
        expect.objectContaining(expected),
      ]),
    );

  test('two recipients', () => {
    const group = (address: string, status: string): string =>
      `Final-Recipient: rfc822; ${address}\r\nAction: failed\r\nStatus: ${status}\r\n`;
    const read = bounceOf(
      report(`Reporting-MTA: dns; mx\r\n\r\n${group('a@b.example', '5.1.1')}\r\n${group('c@d.example', '5.2.2')}`),
    );
    expect(read?.recipients.map((each) => [each.recipient, each.reason])).toEqual([
      ['a@b.example', 'user-unknown'],
      ['c@d.example', 'mailbox-full'],
    ]);
  });

  test('a report that tells no diagnostic is explained by its text', () => {
    const fields = 'Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.0.0';
    const read = bounceOf(report(fields, undefined, 'The following failed:\r\n\r\na@b.example: 550 5.7.26 does not pass DMARC'));
    expect(read?.recipients[0]).toMatchObject({ status: '5.7.26', reason: 'auth-failure' });
  });

  for (const end of ['\n', '\r'])
    test(`reads the same with ${JSON.stringify(end)} line ends`, () => {
      const source = report(
        'Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1',
      );
      expect(bounceOf(source.replaceAll('\r\n', end))).toEqual(bounceOf(source));
    });
});

describe('bounces made of text', () => {
  const returned = '\r\nReceived: from ours.example\r\nMessage-ID: <sent-2@ours.example>\r\nTo: someone@else.example\r\n\r\nbody';
  for (const [system, source, expected] of [
    [
      'qmail',
      daemon(
        'failure notice',
        `Hi. This is the qmail-send program at mx.example.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\nThis is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n<a@b.example>:\r\n192.0.2.7 does not like recipient.\r\nRemote host said: 550 sorry, no mailbox here by that name\r\n\r\n--- Below this line is a copy of the message.\r\n${returned}`,
      ),
      { recipient: 'a@b.example', permanent: true, reason: 'user-unknown' },
    ],
    [
      'Exim',
      daemon(
        'Mail delivery failed: returning message to sender',
        `This message was created automatically by mail delivery software.\r\n\r\nA message that you sent could not be delivered to one or more of its\r\nrecipients. This is a permanent error. The following address(es) failed:\r\n\r\n  a@b.example\r\n    host mx.b.example [192.0.2.9]\r\n    SMTP error from remote mail server after RCPT TO:<a@b.example>:\r\n    552 5.2.2 mailbox is over its quota\r\n\r\n------ This is a copy of the message, including all the headers. ------\r\n${returned}`,
        'X-Failed-Recipients: a@b.example',
        'Auto-Submitted: auto-replied',
      ),
      { recipient: 'a@b.example', status: '5.2.2', permanent: true, reason: 'mailbox-full' },
    ],
    [
      'Exim, given up',
      daemon(
        'Mail delivery failed',
        `A message that you sent could not be delivered to all of its recipients:\r\n\r\n  a@b.example\r\n    retry timeout exceeded\r\n${returned}`,
        'X-Failed-Recipients: a@b.example',
      ),
      { recipient: 'a@b.example', permanent: false, reason: 'expired' },
    ],
    [
      'sendmail',
      daemon(
        'Returned mail: User unknown',
        `   ----- The following addresses had permanent fatal errors -----\r\n<a@b.example>\r\n\r\n   ----- Transcript of session follows -----\r\n... while talking to mx.b.example.:\r\n>>> RCPT To:<a@b.example>\r\n<<< 550 5.1.1 <a@b.example>... User unknown\r\n550 5.1.1 <a@b.example>... User unknown\r\n\r\n   ----- Original message follows -----\r\n${returned}`,
      ),
      { recipient: 'a@b.example', status: '5.1.1', reason: 'user-unknown' },
    ],
    [
      'Postfix',
      daemon(
        'Undelivered Mail Returned to Sender',
        `This is the mail system at host mx.example.\r\n\r\nI'm sorry to have to inform you that your message could not\r\nbe delivered to one or more recipients.\r\n\r\n<a@b.example>: Host or domain name not found. Name service error for\r\n    name=b.example type=A: Host not found\r\n${returned}`,
      ),
      { recipient: 'a@b.example', reason: 'host-unknown', permanent: true },
    ],
    [
      'Gmail',
      daemon(
        'Delivery Status Notification (Failure)',
        `Delivery to the following recipient failed permanently:\r\n\r\n     a@b.example\r\n\r\nTechnical details of permanent failure: \r\nGoogle tried to deliver your message, but it was rejected by the server for the recipient domain b.example. The error that the other server returned was: 554 5.7.1 Client host rejected: blocked using zen.spamhaus.org.\r\n\r\n----- Original message -----\r\n${returned}`,
        'X-Failed-Recipients: a@b.example',
      ),
      { recipient: 'a@b.example', status: '5.7.1', reason: 'blocked' },
    ],
    [
      'Gmail, delayed',
      daemon(
        'Delivery Status Notification (Delay)',
        `This is an automatically generated Delivery Status Notification\r\n\r\nTHIS IS A WARNING MESSAGE ONLY.\r\n\r\nDelivery to the following recipient has been delayed:\r\n\r\n     a@b.example\r\n\r\nMessage will be retried for 2 more day(s)\r\n\r\n----- Original message -----\r\n${returned}`,
      ),
      { recipient: 'a@b.example', action: 'delayed', permanent: false, reason: 'expired' },
    ],
    [
      'Yahoo',
      daemon(
        'Failure Notice',
        `Sorry, we were unable to deliver your message to the following address.\r\n\r\n<a@b.example>:\r\n554: 5.7.9 Message not accepted for policy reasons.\r\n\r\n--- Below this line is a copy of the message.\r\n${returned}`,
      ),
      { recipient: 'a@b.example', status: '5.7.9', reason: 'policy-violation' },
    ],
    [
      'Exchange 2003',
      daemon(
        'Undeliverable: Angebot',
        `Your message did not reach some or all of the intended recipients.\r\n\r\n      Subject:\tAngebot\r\n      Sent:\t1/2/2026 9:00 AM\r\n\r\nThe following recipient(s) could not be reached:\r\n\r\n      a@b.example on 1/2/2026 9:01 AM\r\n            The e-mail account does not exist at the organization this message was sent to.\r\n            < mx.b.example #5.1.1>\r\n`,
      ),
      { recipient: 'a@b.example', status: '5.1.1', reason: 'user-unknown' },
    ],
    [
      'Domino',
      daemon(
        'DELIVERY FAILURE: User anna (anna@b.example) not listed in Domino Directory',
        'Your message\r\n\r\n  Subject: Angebot\r\n\r\nwas not delivered to:\r\n\r\n  anna@b.example\r\n\r\nbecause:\r\n\r\n  User anna (anna@b.example) not listed in Domino Directory\r\n',
      ),
      { recipient: 'anna@b.example', reason: 'user-unknown', permanent: true },
    ],
    [
      'Courier',
      daemon(
        'NOTICE: mail delivery status.',
        `This is a delivery status notification from mx.example.\r\n\r\nUNDELIVERABLE MAIL\r\n\r\nYour message to the following recipients cannot be delivered:\r\n\r\n<a@b.example>:\r\n    mx.b.example [192.0.2.4]:\r\n>>> RCPT TO:<a@b.example>\r\n<<< 550 User <a@b.example> unknown\r\n\r\n---------------------------------------------------------------------------\r\n${returned}`,
      ),
      { recipient: 'a@b.example', reason: 'user-unknown', permanent: true },
    ],
    [
      'OpenSMTPD',
      daemon(
        'Delivery status notification: error',
        `Hi!\r\n\r\nAn error has occurred while attempting to deliver a message for\r\nthe following list of recipients:\r\n\r\na@b.example: 550 5.7.1 Relay access denied\r\n\r\n    Below is a copy of the original message:\r\n${returned}`,
      ),
      { recipient: 'a@b.example', status: '5.7.1', reason: 'no-relaying' },
    ],
    [
      'DragonFly',
      daemon(
        'Mail delivery failed',
        `This is the DragonFly Mail Agent v0.13 at df.example.\r\n\r\nThere was an error delivering your mail to <a@b.example>.\r\n\r\nmx.b.example [192.0.2.3] did not like our final DATA:\r\n554 5.6.0 message content rejected\r\n\r\nMessage headers follow.\r\n${returned}`,
      ),
      { recipient: 'a@b.example', status: '5.6.0', reason: 'content-error' },
    ],
    [
      'fields in plain text',
      daemon(
        'Delivery failure',
        'An error occurred while trying to deliver the mail.\r\n\r\nReporting-MTA: dns; mx\r\nAction: failed\r\nFinal-Recipient: rfc822; a@b.example\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\nStatus: 5.1.1\r\n',
      ),
      { recipient: 'a@b.example', status: '5.1.1', reason: 'user-unknown' },
    ],
  ] as const)
    test(system, () => {
      const read = bounceOf(source);
      expect(read?.source).toBe('text');
      expect(read?.recipients).toEqual([expect.objectContaining(expected)]);
      if (source.includes('sent-2@')) expect(read?.originalMessageId).toBe('sent-2@ours.example');
    });

  test('several recipients, each with its own words', () => {
    const text =
      "I'm afraid I wasn't able to deliver your message.\r\n\r\n<a@b.example>:\r\n550 no such user\r\n\r\n<c@d.example>:\r\n552 mailbox full\r\n";
    expect(bounceOf(daemon('failure notice', text))?.recipients.map((each) => [each.recipient, each.reason])).toEqual([
      ['a@b.example', 'user-unknown'],
      ['c@d.example', 'mailbox-full'],
    ]);
  });

  test('Amazon SES notifications are data', () => {
    const bounce = {
      notificationType: 'Bounce',
      bounce: {
        bounceType: 'Permanent',
        bouncedRecipients: [
          { emailAddress: 'a@b.example', action: 'failed', status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' },
        ],
      },
      mail: { commonHeaders: { messageId: '<sent-3@ours.example>' } },
    };
    const source = `From: no-reply@sns.amazonaws.com\r\nSubject: AWS Notification Message\r\n\r\n${JSON.stringify({ Type: 'Notification', Message: JSON.stringify(bounce) })}`;
    expect(bounceOf(source)).toMatchObject({
      originalMessageId: 'sent-3@ours.example',
      recipients: [{ recipient: 'a@b.example', reason: 'user-unknown', permanent: true }],
    });
  });
});

describe('what is no bounce', () => {
  for (const [what, source] of [
    ['an ordinary mail', 'From: anna@b.example\r\nSubject: Angebot\r\n\r\n550 Euro, bitte.'],
    [
      'a mail about bounces',
      'From: anna@b.example\r\nSubject: Re: Undeliverable: Angebot\r\n\r\nIt says "550 5.1.1 <a@b.example>: user unknown". What now?',
    ],
    [
      'a forwarded bounce',
      'From: anna@b.example\r\nSubject: Fwd: Undelivered Mail Returned to Sender\r\n\r\nYour message could not be delivered to one or more recipients:\r\n<a@b.example>: user unknown',
    ],
    [
      'a bounce attached to a mail',
      `From: anna@b.example\r\nSubject: look\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nsee\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n${report('Reporting-MTA: dns; m\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1')}\r\n--x--`,
    ],
    [
      'a complaint (RFC 5965)',
      'From: fbl@isp.example\r\nSubject: complaint\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\r\n\r\n--x\r\n\r\nabuse\r\n--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n--x--',
    ],
    [
      'a read receipt (RFC 8098)',
      'From: anna@b.example\r\nSubject: Read: Angebot\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=x\r\n\r\n--x\r\n\r\nread\r\n--x\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; anna@b.example\r\nDisposition: manual-action; displayed\r\n--x--',
    ],
    [
      'an absence notice',
      'From: anna@b.example\r\nReturn-Path: <>\r\nAuto-Submitted: auto-replied\r\nSubject: Automatic reply: Angebot\r\n\r\nI am away until Monday.',
    ],
    [
      'a newsletter of a postmaster',
      'From: postmaster@b.example\r\nSubject: New mail server on Monday\r\n\r\nThe mail server moves on Monday.',
    ],
  ] as const)
    test(what, () => expect(bounceOf(source)).toBeNull());
});

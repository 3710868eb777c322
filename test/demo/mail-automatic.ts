/** Mail that machines wrote, and mail that machines broke. */
import { html, message, multipart, text } from './compose.ts';
import type { Letter } from './letter.ts';

const ANNA = 'anna@harbour-pumps.example';
const INFO = 'info@harbour-pumps.example';

export const automaticMail: readonly Letter[] = [
  {
    name: 'a newsletter of a list',
    boxes: ['pop3', 'imap'],
    minutesAgo: 3500,
    write: (date) =>
      message(
        [
          ...[
            'From: "Marine Weekly" <news@marine-weekly.example>',
            `To: ${INFO}`,
            'Subject: Marine Weekly 12: batteries, ballast and bilges',
          ],
          ...[
            `Date: ${date}`,
            'Message-ID: <issue12@marine-weekly.example>',
            'List-Id: Marine Weekly <weekly.marine-weekly.example>',
          ],
          ...['List-Unsubscribe: <https://marine-weekly.example/u/9f2>, <mailto:leave@marine-weekly.example>'],
          ...['List-Unsubscribe-Post: List-Unsubscribe=One-Click', 'Precedence: bulk', 'MIME-Version: 1.0'],
        ],
        multipart('alternative', [
          text('This week: batteries, ballast and bilges.\n\nhttps://marine-weekly.example/12'),
          html(
            '<table><tr><td><h2>This week</h2><p>Batteries, ballast and bilges.</p></td></tr></table><img src="https://track.example/p.gif" width=1>',
          ),
        ]),
      ),
  },
  {
    name: 'an out-of-office reply',
    boxes: ['imap'],
    minutesAgo: 2 * 1440 + 89,
    write: (date) =>
      message(
        [
          ...[
            'From: Phil Carter <phil.carter@brightwater.example>',
            `To: ${ANNA}`,
            'Subject: Automatic reply: Bilge pumps for two ferries',
          ],
          ...[`Date: ${date}`, 'Message-ID: <ooo-1@brightwater.example>', 'In-Reply-To: <CAF4711-2@harbour-pumps.example>'],
          ...['Auto-Submitted: auto-replied', 'X-Auto-Response-Suppress: All', 'MIME-Version: 1.0'],
        ],
        text('I am out of the office until Wednesday. In urgent cases please call the front desk.'),
      ),
  },
  {
    name: 'a bounce with a delivery status',
    boxes: ['imap'],
    minutesAgo: 600,
    write: (date) =>
      message(
        [
          ...['Return-Path: <>', 'From: Mail Delivery System <MAILER-DAEMON@mx.brightwater.example>', `To: ${ANNA}`],
          ...['Subject: Undelivered Mail Returned to Sender', `Date: ${date}`, 'Message-ID: <bounce-88@mx.brightwater.example>'],
          ...['Auto-Submitted: auto-replied', 'MIME-Version: 1.0'],
        ],
        multipart(
          'report',
          [
            text('Your message could not be delivered to <old.buyer@brightwater.example>: the address does not exist.', {
              encoding: '7bit',
            }),
            {
              headers: ['Content-Type: message/delivery-status'],
              body: Buffer.from(
                [
                  ...['Reporting-MTA: dns; mx.brightwater.example', '', 'Final-Recipient: rfc822; old.buyer@brightwater.example'],
                  ...['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown', ''],
                ].join('\r\n'),
              ),
            },
            {
              headers: ['Content-Type: text/rfc822-headers'],
              body: Buffer.from(
                `From: ${ANNA}\r\nTo: old.buyer@brightwater.example\r\nSubject: Spring offers\r\nMessage-ID: <spring-1@harbour-pumps.example>\r\n`,
              ),
            },
          ],
          '; report-type=delivery-status',
        ),
      ),
  },
  {
    name: 'a bounce in plain words only',
    boxes: ['pop3'],
    minutesAgo: 500,
    write: (date) =>
      message(
        ['From: postmaster@qmail.example', `To: ${INFO}`, 'Subject: failure notice', `Date: ${date}`],
        text(
          `Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<dock@qmail.example>:
Sorry, no mailbox here by that name. (#5.1.1)`,
          { encoding: '7bit' },
        ),
      ),
  },
  {
    name: 'a receipt: it was read',
    boxes: ['imap'],
    minutesAgo: 450,
    write: (date) =>
      message(
        [
          ...['From: Ola Nordmann <ola@fjordferge.example>', `To: ${ANNA}`, 'Subject: Read: Your drawings', `Date: ${date}`],
          ...['Message-ID: <mdn-9@fjordferge.example>', 'MIME-Version: 1.0'],
        ],
        multipart(
          'report',
          [
            text('Your message was displayed.'),
            {
              headers: ['Content-Type: message/disposition-notification'],
              body: Buffer.from(
                'Final-Recipient: rfc822; ola@fjordferge.example\r\nOriginal-Message-ID: <x-9@harbour-pumps.example>\r\n' +
                  'Disposition: manual-action/MDN-sent-manually; displayed\r\n',
              ),
            },
          ],
          '; report-type=disposition-notification',
        ),
      ),
  },
  {
    name: 'an order from a shop system',
    boxes: ['pop3'],
    minutesAgo: 400,
    write: (date) =>
      message(
        [
          ...[
            'From: "Harbour shop" <shop@harbour-pumps.example>',
            `To: ${INFO}`,
            'Reply-To: "B. Sailor" <b.sailor@mail.example>',
          ],
          ...[
            'Subject: New order #100482',
            `Date: ${date}`,
            'Message-ID: <order-100482@shop.harbour-pumps.example>',
            'Auto-Submitted: auto-generated',
          ],
        ],
        text('Order #100482\n\n1 x Impeller 40 mm    18.90\n2 x Seal kit          12.50\n', { encoding: '7bit' }),
      ),
  },
  {
    name: 'malformed: raw eight-bit headers, an unreadable date, a multipart without its end',
    boxes: ['pop3'],
    minutesAgo: 300,
    write: () =>
      Buffer.from(
        [
          ...[
            'From: Réception <reception@old-system.example>',
            `To: ${INFO}`,
            'Subject: Télécopie reçue',
            'Date: sometime last week',
          ],
          ...['Message-ID: fax without brackets', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=fax', ''],
          ...[
            '--fax',
            'Content-Type: text/plain; charset=x-unknown',
            'Content-Transfer-Encoding: base64',
            '',
            'VW5lIHTpbOljb3BpZQ=',
            '',
          ],
        ].join('\r\n'),
        'latin1',
      ),
  },
  {
    name: 'without Message-ID and without a subject',
    boxes: ['pop3'],
    minutesAgo: 200,
    write: (date) =>
      message(
        ['From: scanner@harbour-pumps.example', `To: ${INFO}`, `Date: ${date}`],
        text('Scan finished.', { encoding: '7bit' }),
      ),
  },
  {
    name: 'twice the same Message-ID: a system that numbers badly',
    boxes: ['pop3'],
    minutesAgo: 120,
    write: (date) => status('Tank 1: level 40 %', date),
  },
  {
    name: 'the other mail with that Message-ID',
    boxes: ['pop3'],
    minutesAgo: 60,
    write: (date) => status('Tank 1: level 12 %, PLEASE REFILL', date),
  },
];

function status(subject: string, date: string): Buffer {
  const headers = [
    'From: monitor@tanks.example',
    `To: ${INFO}`,
    `Subject: ${subject}`,
    `Date: ${date}`,
    'Message-ID: <status@tanks.example>',
  ];
  return message(headers, text(`${subject}\n`, { encoding: '7bit' }));
}

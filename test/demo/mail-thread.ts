/** A conversation over three days, with both sides, an answer in HTML, and a forward to the info address. */
import { file, html, message, multipart, pdf, text } from './compose.ts';
import type { Letter } from './letter.ts';

const OFFER = '<offer-4711.1@brightwater.example>';
const REPLY = '<CAF4711-2@harbour-pumps.example>';
const ORDER = '<offer-4711.3@brightwater.example>';
const ANNA = 'Anna Berg <anna@harbour-pumps.example>';
const PHIL = '"Carter, Phil" <phil.carter@brightwater.example>';

const quote = `On Monday, Phil Carter wrote:
> we need twelve bilge pumps for the two new ferries. Could you send
> us an offer until Thursday? Delivery to Southampton.`;

export const threadMail: readonly Letter[] = [
  {
    name: 'plain text that opens a conversation',
    boxes: ['imap'],
    minutesAgo: 3 * 1440,
    write: (date) =>
      message(
        [
          `From: ${PHIL}`,
          `To: ${ANNA}`,
          'Subject: Bilge pumps for two ferries',
          `Date: ${date}`,
          `Message-ID: ${OFFER}`,
          'MIME-Version: 1.0',
        ],
        text(
          `Dear Anna,

we need twelve bilge pumps for the two new ferries. Could you send
us an offer until Thursday? Delivery to Southampton.

Best regards
Phil Carter
--${' '}
Brightwater Ferries Ltd, Southampton`,
          { encoding: '7bit', charset: 'us-ascii' },
        ),
      ),
  },
  {
    name: 'our answer with a PDF, found in the Sent folder',
    boxes: ['imap'],
    folder: 'Sent',
    minutesAgo: 2 * 1440 + 90,
    write: (date) =>
      message(
        [
          ...[
            `From: ${ANNA}`,
            `To: ${PHIL}`,
            'Subject: Re: Bilge pumps for two ferries',
            `Date: ${date}`,
            `Message-ID: ${REPLY}`,
          ],
          ...[`In-Reply-To: ${OFFER}`, `References: ${OFFER}`, 'MIME-Version: 1.0'],
        ],
        multipart('mixed', [
          text(`Dear Phil,\n\nour offer 4711 is attached; prices hold until the end of the month.\n\nAnna\n\n${quote}`, {
            more: '; format=flowed',
          }),
          file('Offer 4711.pdf', 'application/pdf; name="Offer 4711.pdf"', pdf('Offer 4711: 12 bilge pumps, 14,280.00 GBP')),
        ]),
      ),
  },
  {
    name: 'the order, as text and HTML, to two of our mailboxes',
    boxes: ['imap', 'pop3'],
    minutesAgo: 1440,
    write: (date) =>
      message(
        [
          ...[
            `From: ${PHIL}`,
            `To: ${ANNA}`,
            'Cc: Harbour Pumps <info@harbour-pumps.example>',
            'Subject: RE: Bilge pumps for two ferries',
          ],
          ...[`Date: ${date}`, `Message-ID: ${ORDER}`, `In-Reply-To: ${REPLY}`, `References: ${OFFER}\n ${REPLY}`],
          ...['Thread-Topic: Bilge pumps for two ferries', 'MIME-Version: 1.0'],
        ],
        multipart('alternative', [
          text('Anna,\n\nagreed - please take this as our order. PO number 88-1032.\n\nPhil', {
            encoding: 'quoted-printable',
            charset: 'iso-8859-1',
          }),
          html(
            `<html><head><style>p{margin:0}</style></head><body><p>Anna,</p><p>&nbsp;</p>
<p>agreed &ndash; please take this as our <b>order</b>. PO number 88-1032.</p><p>Phil</p></body></html>`,
          ),
        ]),
      ),
  },
  {
    name: 'a forward that carries the original mail',
    boxes: ['pop3'],
    minutesAgo: 1300,
    write: (date) =>
      message(
        [
          ...[
            'From: Anna Berg <anna@harbour-pumps.example>',
            'To: info@harbour-pumps.example',
            'Subject: Fwd: Bilge pumps for two ferries',
          ],
          ...[
            `Date: ${date}`,
            'Message-ID: <fwd-4711@harbour-pumps.example>',
            `References: ${OFFER} ${REPLY} ${ORDER}`,
            'MIME-Version: 1.0',
          ],
        ],
        multipart('mixed', [
          text('Please enter this order today.'),
          {
            headers: ['Content-Type: message/rfc822', 'Content-Disposition: attachment'],
            body: message(
              [
                `From: ${PHIL}`,
                `To: ${ANNA}`,
                'Subject: RE: Bilge pumps for two ferries',
                `Date: ${date}`,
                `Message-ID: ${ORDER}`,
              ],
              text('Anna,\n\nagreed - please take this as our order. PO number 88-1032.\n\nPhil', { encoding: '7bit' }),
            ),
          },
        ]),
      ),
  },
];

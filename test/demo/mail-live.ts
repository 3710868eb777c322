/** What arrives while you watch: one short mail after the other, each a new one. */
import { html, message, multipart, text, word } from './compose.ts';
import { ADDRESSES, headerDate } from './letter.ts';

const WRITERS: readonly (readonly [name: string, address: string, subject: string, body: string])[] = [
  [
    'Phil Carter',
    'phil.carter@brightwater.example',
    'Delivery date of PO 88-1032?',
    'Can you tell me when the pumps leave your yard?',
  ],
  ['Céline Lefèvre', 'celine@lefevre.example', 'Merci pour les deux pompes', 'Bien reçues ce matin, merci !'],
  ['Jürgen Müller', 'j.mueller@mueller-bau.example', 'Prüfstand: Termin nächste Woche', 'Passt Ihnen Donnerstag um 9 Uhr?'],
  ['Leila Haddad', 'leila@tyre-marine.example', 'Six pumps: order confirmed', 'Please send the invoice to our office in Tyre.'],
  ['田中太郎', 'tanaka@tanaka-shoji.example', '納期について', '納期をお知らせください。'],
  ['Ola Nordmann', 'ola@fjordferge.example', 'Drawings approved', 'No changes from our side. Go ahead!'],
];

/** The n-th mail, from 0. */
export function liveMail(number: number, now: Date): Buffer {
  const [name, address, subject, body] = WRITERS[number % WRITERS.length]!;
  const round = Math.floor(number / WRITERS.length);
  const title = round === 0 ? subject : `${subject} (${round + 1})`;
  return message(
    [
      ...[
        `From: ${encoded(name)} <${address}>`,
        `To: ${ADDRESSES.live}`,
        `Subject: ${encoded(title)}`,
        `Date: ${headerDate(now)}`,
      ],
      ...[`Message-ID: <live-${now.getTime()}-${number}@${address.split('@')[1]}>`, 'MIME-Version: 1.0'],
    ],
    multipart('alternative', [text(body, { encoding: 'base64' }), html(`<p>${body}</p>`)]),
  );
}

const encoded = (content: string): string => (/^[\x20-\x7e]*$/.test(content) ? content : word(content));

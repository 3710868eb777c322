/** Mail that people wrote, in the languages, charsets and habits of their programs. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authority } from '../servers/certificates.ts';
import { temporaryFolder } from '../servers/processes.ts';
import { crlf, file, html, message, multipart, pdf, png, text, word } from './compose.ts';
import type { Letter } from './letter.ts';

const head = (from: string, to: string, subject: string, date: string, id: string): string[] => [
  ...[`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, `Date: ${date}`, `Message-ID: <${id}>`, 'MIME-Version: 1.0'],
];
const ANNA = 'anna@harbour-pumps.example';
const INFO = 'info@harbour-pumps.example';

export const customerMail: readonly Letter[] = [
  {
    name: 'German, windows-1252, quoted-printable, a non-ASCII sender',
    boxes: ['pop3'],
    minutesAgo: 2900,
    write: (date) =>
      message(
        head(
          `${word('Jürgen Müller', 'windows-1252', 'Q')} <j.mueller@mueller-bau.example>`,
          INFO,
          word('Rückfrage: Prüfstand für 250 €?', 'windows-1252', 'Q'),
          date,
          'a1@mueller-bau.example',
        ),
        text('Guten Tag,\n\nkönnen Sie den Prüfstand für 250 € – wie besprochen – liefern?\n\nGrüße aus Köln\nJürgen Müller', {
          ...{ charset: 'windows-1252', encoding: 'quoted-printable' },
        }),
      ),
  },
  {
    name: 'Japanese, ISO-2022-JP in seven bits',
    boxes: ['imap'],
    minutesAgo: 2700,
    write: (date) =>
      message(
        head(
          '=?ISO-2022-JP?B?GyRCRURDZkJATzobKEI=?= <tanaka@tanaka-shoji.example>',
          ANNA,
          '=?ISO-2022-JP?B?GyRCJV0lcyVXJE44K0BRGyhC?=',
          date,
          '20260101.tanaka@tanaka-shoji.example',
        ),
        {
          headers: ['Content-Type: text/plain; charset=ISO-2022-JP', 'Content-Transfer-Encoding: 7bit'],
          // "ポンプの見積をお願いします。田中": pump quotation, please. Tanaka
          body: Buffer.from('\x1b$B%]%s%W$N8+@Q$r$*4j$$$7$^$9!#\x1b(B\r\n\r\n\x1b$BEDCf\x1b(B\r\n', 'latin1'),
        },
      ),
  },
  {
    name: 'Russian, KOI8-R in base64',
    boxes: ['pop3'],
    minutesAgo: 2500,
    write: (date) =>
      message(
        head(
          `${word('Ирина Соколова', 'koi8-r')} <sokolova@neva-sudostroi.example>`,
          INFO,
          word('Запрос цены на насосы', 'koi8-r'),
          date,
          'n-17@neva-sudostroi.example',
        ),
        text('Здравствуйте!\n\nПришлите, пожалуйста, цену на 40 насосов.\n\nС уважением,\nИрина Соколова', {
          charset: 'koi8-r',
          encoding: 'base64',
        }),
      ),
  },
  {
    name: 'Chinese, GB18030 in eight bits',
    boxes: ['imap'],
    minutesAgo: 2300,
    write: (date) =>
      message(
        head(
          `${word('王伟', 'gb18030')} <wang.wei@ningbo-valves.example>`,
          ANNA,
          word('阀门样品已寄出', 'gb18030'),
          date,
          'nb-2231@ningbo-valves.example',
        ),
        text('您好，\n\n样品今天已寄出，预计周五到达。\n\n王伟', { charset: 'gb18030' }),
      ),
  },
  {
    name: 'Arabic, from right to left, UTF-8',
    boxes: ['imap'],
    minutesAgo: 2100,
    write: (date) =>
      message(
        head(
          `${word('ليلى حداد')} <leila@tyre-marine.example>`,
          ANNA,
          word('طلب عرض أسعار لمضخات القوارب'),
          date,
          'ar-5@tyre-marine.example',
        ),
        text('مرحبا آنا،\n\nنحتاج إلى ست مضخات قبل نهاية الشهر.\n\nليلى', { encoding: 'base64' }),
      ),
  },
  {
    name: 'a very long subject in folded encoded words, and an emoji',
    boxes: ['pop3'],
    minutesAgo: 1900,
    write: (date) =>
      message(
        head(
          `${word('Société Lefèvre & Fils')} <commandes@lefevre.example>`,
          INFO,
          word(
            'Réf. 2026/0418 – Réclamation concernant la livraison incomplète des pompes à membrane commandées le 3 mars, avec photos à l’appui et demande d’avoir 🚤',
            'utf-8',
            'Q',
          ),
          date,
          'lefevre-0418@lefevre.example',
        ),
        text('Bonjour,\n\nil manque deux pompes sur cinq. Merci de nous répondre rapidement.\n\nCéline Lefèvre', {
          charset: 'iso-8859-15',
          encoding: 'quoted-printable',
        }),
      ),
  },
  {
    name: 'HTML with an inline picture',
    boxes: ['imap'],
    minutesAgo: 1700,
    write: (date) =>
      message(
        head(
          'Marina Rossi <marina@cantieri-rossi.example>',
          ANNA,
          'Foto della pompa difettosa',
          date,
          'foto-1@cantieri-rossi.example',
        ),
        multipart('related', [
          html('<p>Buongiorno Anna,</p><p>ecco la foto:</p><p><img src="cid:foto1@rossi" alt="pompa"></p><p>Marina</p>'),
          file('pompa.png', 'image/png', png(160, 60), 'inline', ['Content-ID: <foto1@rossi>']),
        ]),
      ),
  },
  {
    name: 'HTML only, with a script that must never run',
    boxes: ['pop3'],
    minutesAgo: 1600,
    write: (date) =>
      message(
        head('"Web form" <noreply@yachtclub.example>', INFO, 'Contact form: please call back', date, 'form-77@yachtclub.example'),
        html('<h1>Call back</h1><script>alert(1)</script><p onclick="alert(2)">Name: O&#39;Neill<br>Phone: +353 1 496 0000</p>', {
          encoding: '8bit',
        }),
      ),
  },
  {
    name: 'attachments of several kinds, with names in other scripts',
    boxes: ['imap'],
    minutesAgo: 1200,
    write: (date) =>
      message(
        head('Ola Nordmann <ola@fjordferge.example>', ANNA, 'Drawings and parts list', date, 'fjord-9@fjordferge.example'),
        multipart('mixed', [
          text('Hi Anna,\n\nthe drawings, the list and my card.\n\nOla'),
          file('Tegning båt №3.pdf', 'application/pdf', pdf('Drawing 3')),
          file('parts.csv', 'text/csv; charset=utf-8', Buffer.from('part,count\r\nimpeller,12\r\nseal,48\r\n')),
          file(
            'ola.vcf',
            'text/vcard',
            Buffer.from('BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ola Nordmann\r\nEMAIL:ola@fjordferge.example\r\nEND:VCARD\r\n'),
          ),
          file('../../etc/passwd', 'application/octet-stream', Buffer.from('not what the name says\n')),
        ]),
      ),
  },
  {
    name: 'a large picture (about 1 MB)',
    boxes: ['pop3'],
    minutesAgo: 1000,
    write: (date) =>
      message(
        head('Dock 4 <dock4@brightwater.example>', INFO, 'Photo of the engine room', date, 'dock4-1@brightwater.example'),
        multipart('mixed', [text('As promised.'), file('engine-room.bmp', 'image/bmp', bitmap(512, 512))]),
      ),
  },
  {
    name: 'signed with S/MIME',
    boxes: ['imap'],
    minutesAgo: 800,
    write: async (date) =>
      Buffer.concat([
        Buffer.from(
          `${head('Legal <legal@brightwater.example>', ANNA, 'Signed: framework contract', date, 'sig-3@brightwater.example').slice(0, -1).join('\r\n')}\r\n`,
        ),
        await signed('Dear Anna,\n\nplease find our signature under the framework contract.\n\nBrightwater Legal\n'),
      ]),
  },
  {
    name: 'an invitation to a meeting',
    boxes: ['imap'],
    minutesAgo: 700,
    write: (date) =>
      message(
        head(
          'Phil Carter <phil.carter@brightwater.example>',
          ANNA,
          'Invitation: Pump acceptance',
          date,
          'cal-12@brightwater.example',
        ),
        multipart('alternative', [
          text('Pump acceptance, berth 7, next Tuesday 10:00'),
          text(INVITATION, { type: 'text/calendar', more: '; method=REQUEST' }),
        ]),
      ),
  },
];

const INVITATION = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Brightwater//Calendar//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:acceptance-12@brightwater.example
DTSTAMP:20260301T090000Z
DTSTART:20260310T100000Z
DTEND:20260310T113000Z
SUMMARY:Pump acceptance
LOCATION:Berth 7\\, Southampton
ORGANIZER;CN=Phil Carter:mailto:phil.carter@brightwater.example
ATTENDEE;CN=Anna Berg;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:anna@harbour-pumps.example
END:VEVENT
END:VCALENDAR`;

/** Not compressed, so that it has the size of a photo. */
function bitmap(width: number, height: number): Buffer {
  const image = Buffer.alloc(54 + width * height * 3, 0x7f);
  image.write('BM', 0, 'latin1');
  image.writeUInt32LE(image.length, 2);
  image.writeUInt32LE(54, 10);
  image.writeUInt32LE(40, 14);
  image.writeInt32LE(width, 18);
  image.writeInt32LE(height, 22);
  image.writeUInt32LE(0x0018_0001, 26);
  return image;
}

/** MIME headers and body of a multipart/signed, by openssl. */
async function signed(content: string): Promise<Buffer> {
  const { path, remove } = temporaryFolder('signed');
  const { certFile, keyFile } = await (await authority()).certificate();
  writeFileSync(join(path, 'content'), crlf(`Content-Type: text/plain; charset=utf-8\n\n${content}`));
  const args = ['smime', '-sign', '-crlfeol', '-in', join(path, 'content'), '-signer', certFile, '-inkey', keyFile];
  return new Promise((resolve, reject) => {
    execFile('openssl', args, { encoding: 'buffer' }, (error, out) => {
      remove();
      if (error) reject(error);
      else resolve(Buffer.from(out.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1'));
    });
  });
}

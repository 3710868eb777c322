/**
 * A mailbox as an office has it, the same at every run: half of the messages under 7 kB, one in ten over 53 kB, one in a hundred
 * over 400 kB, 24 kB on average. Any first n messages have the same distribution as the whole.
 */
import iconv from 'iconv-lite';

type Random = () => number;
type Encoding = '7bit' | '8bit' | 'quoted-printable' | 'base64';

interface Mix {
  readonly charset: string;
  readonly encoding: Encoding;
  readonly language: keyof typeof WORDS;
}

const WORDS = {
  english: 'please find attached the offer for your order we will call you next week about delivery and invoice'.split(' '),
  german: 'anbei übersende ich Ihnen das gewünschte Angebot für die Lieferung über 20 Stück mit freundlichen Grüßen'.split(' '),
  french: 'veuillez trouver ci-joint le devis demandé à bientôt très cordialement livraison prévue été'.split(' '),
  polish: 'proszę o przesłanie oferty na część zamienną dziękuję pozdrawiam żółty środa'.split(' '),
  russian: 'добрый день высылаю вам счёт за поставку оборудования с уважением'.split(' '),
  japanese: 'お世話になっております 見積書 を 添付 いたします よろしく お願い いたします'.split(' '),
  chinese: '您好 附件 是 报价单 请 查收 谢谢 合作 愉快'.split(' '),
};

const MIXES: readonly Mix[] = [
  { charset: 'us-ascii', encoding: '7bit', language: 'english' },
  { charset: 'utf-8', encoding: 'quoted-printable', language: 'english' },
  { charset: 'utf-8', encoding: '8bit', language: 'german' },
  { charset: 'utf-8', encoding: 'quoted-printable', language: 'german' },
  { charset: 'utf-8', encoding: 'base64', language: 'german' },
  { charset: 'iso-8859-1', encoding: 'quoted-printable', language: 'german' },
  { charset: 'iso-8859-15', encoding: '8bit', language: 'french' },
  { charset: 'windows-1252', encoding: 'quoted-printable', language: 'french' },
  { charset: 'windows-1252', encoding: '8bit', language: 'english' },
  { charset: 'iso-8859-2', encoding: 'quoted-printable', language: 'polish' },
  { charset: 'koi8-r', encoding: '8bit', language: 'russian' },
  { charset: 'windows-1251', encoding: 'base64', language: 'russian' },
  { charset: 'shift_jis', encoding: 'base64', language: 'japanese' },
  { charset: 'gb2312', encoding: 'base64', language: 'chinese' },
  { charset: 'utf-8', encoding: '8bit', language: 'chinese' },
];

/** Share of the messages that are smaller, and the size in bytes; between two points the logarithm grows evenly. */
const SIZES: readonly (readonly [number, number])[] = [
  [0, 1_500],
  [0.1, 3_500],
  [0.5, 7_000],
  [0.75, 10_000],
  [0.9, 53_000],
  [0.95, 80_000],
  [0.99, 400_000],
  [1, 700_000],
];

/** Golden ratio: the fractions of its multiples fill the interval evenly, however many are taken. */
const GOLDEN = 0.618_033_988_749_894_9;
const FIRST_DAY = Date.UTC(2025, 0, 1, 8);
const MINUTE_MS = 60_000;

export function makeMessage(index: number): { readonly raw: Buffer; readonly date: Date } {
  const random = randomFrom(index + 1);
  const mix = MIXES[index % MIXES.length]!;
  const date = new Date(FIRST_DAY + index * 7 * MINUTE_MS);
  const size = sizeAt((index * GOLDEN) % 1);
  const header = makeHeader(index, mix, date, random);
  const raw = Buffer.concat([Buffer.from(header), makeBody(index, mix, Math.max(400, size - header.length), random)]);
  return { raw, date };
}

function sizeAt(share: number): number {
  const at = SIZES.findIndex(([upTo]) => share < upTo);
  const [[from, low], [to, high]] = [SIZES[at - 1]!, SIZES[at]!];
  return Math.round(low * (high / low) ** ((share - from) / (to - from)));
}

/** Mulberry32. */
function randomFrom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!;

function makeHeader(index: number, { charset, language }: Mix, date: Date, random: Random): string {
  const person = Math.floor(random() * 800);
  const subject = Array.from({ length: 3 + Math.floor(random() * 6) }, () => pick(random, WORDS[language])).join(' ');
  const answers = index > 20 && random() < 0.4 ? index - 1 - Math.floor(random() * 20) : null;
  const stamp = date.toUTCString().replace('GMT', '+0000');
  const lines = [
    `Return-Path: <person${person}@customer${person % 90}.example>`,
    `Received: from mx${person % 4}.customer.example (mx.customer.example [192.0.2.${person % 250}])`,
    `\tby mail.company.example (Postfix) with ESMTPS id ${index.toString(36).padStart(9, '4')}`,
    `\tfor <anna@company.example>; ${stamp}`,
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=customer${person % 90}.example; s=mail;`,
    `\th=from:to:subject:date:message-id; bh=${base64(random, 32)};`,
    `\tb=${base64(random, 128).replace(/(.{70})/g, '$1\r\n\t ')}`,
    `Message-ID: <${index}.${Math.floor(random() * 1e9)}@customer${person % 90}.example>`,
    ...(answers === null ? [] : [`In-Reply-To: <${answers}@thread.example>`, `References: <${answers}@thread.example>`]),
    `Date: ${stamp}`,
    `From: ${word(pick(random, WORDS[language]), charset)} <person${person}@customer${person % 90}.example>`,
    'To: "Berg, Anna" <anna@company.example>',
    ...(random() < 0.3 ? [`Cc: Team <team${person % 7}@company.example>, person${person + 1}@customer1.example`] : []),
    `Subject: ${word(`${subject} ${index}`, charset)}`,
    'MIME-Version: 1.0',
    'X-Mailer: Office Mail 16.0',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

const base64 = (random: Random, bytes: number): string => noise(random, bytes).toString('base64');

function noise(random: Random, bytes: number): Buffer {
  const words = new Uint32Array(Math.ceil(bytes / 4)).map(() => random() * 2 ** 32);
  return Buffer.from(words.buffer).subarray(0, bytes);
}

/** RFC 2047, one encoded word for every 30 bytes or so. */
function word(text: string, charset: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const parts = text.match(/.{1,12}/gsu) ?? [];
  return parts.map((part) => `=?${charset}?B?${iconv.encode(part, charset).toString('base64')}?=`).join('\r\n ');
}

/** Small mail is text, medium mail text with HTML, and what is big is so by its attachments. */
function makeBody(index: number, mix: Mix, bytes: number, random: Random): Buffer {
  if (bytes < 5_000 && index % 3 !== 0) return textPart(mix, 'plain', bytes, random);
  const written = Math.min(bytes, bytes > 30_000 ? 6_000 + (index % 9) * 2_000 : bytes);
  const alternative = multipart('alternative', `alt${index}`, [
    textPart(mix, 'plain', written * 0.3, random),
    textPart(mix, 'html', written * 0.65, random),
  ]);
  const rest = bytes - written;
  if (rest < 1_000) return alternative;
  const count = 1 + (index % 3);
  const attached = Array.from({ length: count }, (_, at) => attachment(index, at, rest / count, random));
  return multipart('mixed', `mix${index}`, [alternative, ...attached]);
}

function multipart(kind: string, boundary: string, parts: readonly Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.from(`Content-Type: multipart/${kind}; boundary="=_${boundary}"\r\n\r\nThis is a multi-part message.\r\n`),
    ...parts.flatMap((part) => [Buffer.from(`--=_${boundary}\r\n`), part, Buffer.from('\r\n')]),
    Buffer.from(`--=_${boundary}--\r\n`),
  ]);
}

function textPart({ charset, encoding, language }: Mix, kind: 'plain' | 'html', bytes: number, random: Random): Buffer {
  const header = `Content-Type: text/${kind}; charset=${charset}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  const text = kind === 'html' ? html(language, bytes, random) : plain(language, bytes, random);
  const raw = iconv.encode(text, charset);
  // Encoded text is longer; what is cut keeps whole lines, so that no character is broken.
  return Buffer.concat([Buffer.from(header), cutLines(encode(raw, encoding), bytes), Buffer.from('\r\n')]);
}

function cutLines(encoded: Buffer, bytes: number): Buffer {
  if (encoded.length <= bytes) return encoded;
  return encoded.subarray(0, Math.max(encoded.lastIndexOf('\r\n', bytes), encoded.indexOf('\r\n')));
}

function plain(language: Mix['language'], bytes: number, random: Random): string {
  const lines: string[] = [];
  for (let length = 0; length < bytes; ) {
    const line = Array.from({ length: 9 }, () => pick(random, WORDS[language])).join(' ');
    lines.push(line);
    length += line.length + 2;
  }
  return `${lines.join('\r\n')}\r\n`;
}

const STYLE = 'font-family:Calibri,Arial,sans-serif;font-size:11pt;color:#1f497d;margin:0cm';

function html(language: Mix['language'], bytes: number, random: Random): string {
  const rows = plain(language, bytes * 0.5, random)
    .split('\r\n')
    .map(
      (line) =>
        `<p class="MsoNormal" style="${STYLE}"><span lang="EN-US">${line}</span>&nbsp;<a href="https://www.example/a?b=1&amp;c=2">&rarr;</a></p>`,
    );
  return `<html><head><style>p{${STYLE}}</style></head><body>\r\n${rows.join('\r\n')}\r\n</body></html>\r\n`;
}

function encode(raw: Buffer, encoding: Encoding): Buffer {
  if (encoding === 'base64') return Buffer.from(wrap(raw.toString('base64')));
  if (encoding === 'quoted-printable') return Buffer.from(quotedPrintable(raw), 'latin1');
  return raw;
}

const wrap = (text: string): string => text.replace(/(.{76})/g, '$1\r\n');

function quotedPrintable(raw: Buffer): string {
  const escaped = raw
    .toString('latin1')
    .replace(/[^\r\n\x20-\x3c\x3e-\x7e]|=/g, (one) => `=${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  return escaped
    .split('\r\n')
    .map((line) => line.replace(/(.{70,72}(?:=..)?)(?=.)(?<!=.?)/g, '$1=\r\n'))
    .join('\r\n');
}

const KINDS = [
  ['application/pdf', 'pdf'],
  ['image/jpeg', 'jpg'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
] as const;

function attachment(index: number, at: number, bytes: number, random: Random): Buffer {
  const [type, extension] = KINDS[(index + at) % KINDS.length]!;
  const name = `offer-${index}-${at}.${extension}`;
  const header = `Content-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
  return Buffer.from(header + wrap(noise(random, Math.floor((bytes * 3) / 4.11)).toString('base64')));
}

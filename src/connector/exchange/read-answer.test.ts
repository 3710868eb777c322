import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { AnswerReader, childOf, textOf } from './read-answer.ts';

const LIMITS = { mimeBytes: 10_000, textLength: 100_000 };
const SOURCE = `Subject: hällo\r\nX: y\r\n\r\n${'text of some length\r\n'.repeat(40)}`;
const mime = Buffer.from(SOURCE).toString('base64');

const answer = (items: string, fields = '') =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><h:ServerVersionInfo MajorVersion="15" xmlns:h="x"/></s:Header><s:Body><m:GetItemResponse xmlns:m="y" xmlns:t="z"><m:ResponseMessages><m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${fields}<m:Items>${items}</m:Items></m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse></s:Body></s:Envelope>`;
const message = (content: string) => `<t:Message><t:ItemId Id="A+/="/>${content}</t:Message>`;

function read(text: string, { limits = LIMITS, piece = text.length } = {}) {
  const reader = new AnswerReader(limits);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece) reader.write(bytes.subarray(at, at + piece));
  return reader.end();
}

describe('whatever the pieces in which it arrives', () => {
  const text = answer(
    message(`<t:MimeContent CharacterSet="UTF-8">${mime}</t:MimeContent><t:Subject>a &lt; MimeContent &gt; b</t:Subject>`),
  );
  test.each([1, 2, 3, 7, 64, 1000, 100_000])('pieces of %i', (piece) => {
    const { messages, version } = read(text, { piece });
    const [item] = messages[0]!.items;
    expect(messages[0]).toMatchObject({ name: 'GetItemResponseMessage', class: 'Success', fields: { ResponseCode: 'NoError' } });
    expect(childOf(item, 'ItemId')!.attributes.Id).toBe('A+/=');
    expect(childOf(item, 'MimeContent')!.mime).toEqual({
      bytes: Buffer.from(SOURCE),
      whole: true,
      sizeBytes: Buffer.from(SOURCE).length,
    });
    expect(textOf(item, 'Subject')).toBe('a < MimeContent > b');
    expect(version!.attributes.MajorVersion).toBe('15');
  });
});

test('base64 in lines, with references to line ends, or as CDATA is the same', () => {
  const lines = mime.replace(/.{76}/g, '$&\r\n');
  for (const dress of [lines, lines.replaceAll('\r', '&#xD;'), `<![CDATA[${mime}]]>`, `<!-- x -->${mime}`]) {
    for (const piece of [5, 100_000]) {
      const { messages } = read(answer(message(`<t:MimeContent>${dress}</t:MimeContent>`)), { piece });
      expect(childOf(messages[0]!.items[0], 'MimeContent')!.mime!.bytes.toString()).toBe(SOURCE);
    }
  }
});

/** What may stand between the tags, in a hostile answer too. */
const content = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.base64String({ maxLength: 40 }) },
    fc.constantFrom(
      'QUJD',
      'Q',
      '=',
      '==',
      '-_',
      '\r\n',
      ' ',
      'é',
      '>',
      '"',
      ']',
      '&#xD;\n',
      '&#65;',
      '&#x42;',
      '&#0;',
      '&amp;',
      '&lt;',
    ),
    fc.constantFrom(
      '<!-- a > b -->',
      '<!-- <t:MimeContent> -->',
      '<![CDATA[QUJD>QUJD]]>',
      '<![CDATA[</t:MimeContent>]]>',
      '<?x > y?>',
    ),
    fc.constantFrom('&', '&nope;', '&#xZ;', '<', '<t:MimeContent>', '<x/>', '</x>'),
  ),
  { maxLength: 8 },
);
const attribute = fc.constantFrom('', ' CharacterSet="UTF-8"', ' a=">"', ' a="&lt;>\nContent"', " a='Content>'", '\n');
const between = fc.constantFrom('', '<t:Subject>MimeContent > Content</t:Subject>', '<!-- <t:Content> -->', '<t:Body>ü</t:Body>');

/** No prefix that is so long is looked for, so that the parser reads all of it. */
const LONG_PREFIX = 'p'.repeat(100);

const bodyOf = (prefix: string, attributes: string, around: string, text: string) =>
  answer(message(`${around}<${prefix}:MimeContent${attributes}>${text}</${prefix}:MimeContent>${around}`).repeat(2));

function outcome(bytes: Buffer, ...cuts: readonly number[]): unknown {
  const reader = new AnswerReader(LIMITS);
  try {
    for (const [n, from] of [0, ...cuts].entries()) reader.write(bytes.subarray(from, cuts[n]));
    return reader.end();
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return (error as Failure).code;
  }
}

test('what goes past the parser is what the parser would have read, wherever the answer is cut in two', () => {
  fc.assert(
    fc.property(attribute, between, content, (attributes, around, parts) => {
      const text = parts.join('');
      const plain = outcome(Buffer.from(bodyOf(LONG_PREFIX, attributes, around, text)), 0);
      const bytes = Buffer.from(bodyOf('t', attributes, around, text));
      const [from, to] = [bytes.indexOf('<m:Items>'), bytes.lastIndexOf('</m:Items>')];
      for (let cut = from; cut < to; cut += 1) expect(outcome(bytes, cut)).toEqual(plain);
    }),
    { numRuns: 40, examples: [['', '', ['&', '&lt;']]] },
  );
});

test('what is read is the same in however many pieces it arrives', () => {
  const places = fc.array(fc.nat(), { maxLength: 60 });
  fc.assert(
    fc.property(attribute, between, content, places, (attributes, around, parts, at) => {
      const bytes = Buffer.from(`\ufeff${bodyOf('t', attributes, around, parts.join(''))}`);
      const cuts = at.map((place) => place % bytes.length).sort((a, b) => a - b);
      expect(outcome(bytes, ...cuts)).toEqual(outcome(bytes));
    }),
    { numRuns: 300 },
  );
});

test('long base64 in lines, and what follows its padding, is decoded as at one stroke', () => {
  const bytes = Buffer.from(Array.from({ length: 2_500_001 }, (_, n) => n % 251));
  const limits = { mimeBytes: 10_000_000, textLength: 100_000 };
  const whole = bytes.toString('base64');
  for (const dress of [whole, whole.replace(/.{76}/g, '$&\r\n'), whole.replace(/.{1001}/g, '$&\n'), `${whole}QUJD`]) {
    const { messages } = read(answer(message(`<t:MimeContent>${dress}</t:MimeContent>`)), { limits, piece: 65_536 });
    expect(bytes.equals(childOf(messages[0]!.items[0], 'MimeContent')!.mime!.bytes)).toBe(true);
  }
});

test('the content of an attachment is told by its length alone when it is above the limit', () => {
  const file = (text: string) => `<t:FileAttachment><t:Name>a</t:Name><t:Content>${text}</t:Content></t:FileAttachment>`;
  const { messages } = read(
    answer(file(mime) + file(Buffer.alloc(20_000).toString('base64'))).replaceAll('m:Items', 'm:Attachments'),
  );
  const [small, large] = messages[0]!.items.map((item) => childOf(item, 'Content')!.mime!);
  expect(small!.bytes.toString()).toBe(SOURCE);
  expect(large).toMatchObject({ whole: false, sizeBytes: 20_000 });
});

test('a message above the limit is kept by its header block, and its length is told', () => {
  const { messages } = read(answer(message(`<t:MimeContent>${mime}</t:MimeContent>`).repeat(2)), {
    limits: { ...LIMITS, mimeBytes: 100 },
    piece: 50,
  });
  for (const item of messages[0]!.items) {
    const found = childOf(item, 'MimeContent')!.mime!;
    expect(found).toMatchObject({ whole: false, sizeBytes: Buffer.from(SOURCE).length });
    expect(found.bytes.toString()).toBe('Subject: hällo\r\nX: y\r\n\r\n');
  }
});

test('an answer that brings much more than one message may have is garbled, so that less is asked for at once', () => {
  const large = message(`<t:MimeContent>${'A'.repeat(8_000_000)}</t:MimeContent>`);
  const limits = { mimeBytes: 7_000_000, textLength: 100_000 };
  expect(read(answer(large.repeat(2)), { limits }).messages[0]!.items.length).toBe(2);
  expect(() => read(answer(large.repeat(3)), { limits })).toThrow(expect.objectContaining({ code: 'garbled' }));
});

test('references to characters that XML forbids vanish, and the text around them stays', () => {
  const { messages } = read(answer(message('<t:Subject>a&#x1A;b&#0;c&#x1f;d &amp;amp; \u0001</t:Subject>')));
  expect(textOf(messages[0]!.items[0], 'Subject')!.replace('\u0001', '')).toBe('abcd &amp; ');
});

test.each([
  ['nothing', ''],
  ['half of it', answer(message('')).slice(0, 300)],
  ['a page', '<html><body>Maintenance</body></html>'],
  ['no XML', 'Service unavailable'],
  ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${answer('')}`],
  ['elements without end', `<s:Envelope>${'<a>'.repeat(200)}`],
  ['too much text', answer(message(`<t:Subject>${'x'.repeat(200_000)}</t:Subject>`))],
  ['a tag without end', `<s:Envelope ${'x'.repeat(200_000)}`],
])('%s is garbled', (_, text) => {
  for (const piece of [10, 1_000_000]) expect(() => read(text, { piece })).toThrow(expect.objectContaining({ code: 'garbled' }));
});

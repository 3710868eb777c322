/** The stand-in's answers as other servers of the protocol word them: the same content in another dress of XML and HTTP. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { RunningServer } from './exchange/server.ts';
import { HOST, listen, portOf } from './ports.ts';

export interface Dress {
  readonly name: string;
  xml(text: string): string;
  /** What of a request such a server understands. */
  asked?(text: string): string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes that leave at a time. */
  readonly piece?: number;
}

/** A tag that holds elements is followed by another tag; one that holds text is not. */
const spaced = (text: string, space: string) => text.replace(/(<[^/!?][^<>]*[^/]>|<\/[^<>]*>|<[^<>]*\/>)(?=<)/g, between(space));

/** Nothing is put between a start tag and its own end tag: an empty text would be another one then. */
const between = (space: string) => (tag: string, _: string, at: number, all: string) =>
  tag.startsWith('</') || tag.endsWith('/>') || all.startsWith('</', at + tag.length) === false ? tag + space : tag;

const EXTENSIBLE = /<\/t:(Message|MeetingRequest|CalendarItem|Contact|Task|Folder|CalendarFolder|ContactsFolder|TasksFolder)>/g;

const ownPrefixes = (text: string) =>
  text
    .replace(/(<\/?|xmlns:)t([:=])/g, '$1types-1$2')
    .replace(/(<\/?|xmlns:)m([:=])/g, '$1ns.m$2')
    .replace(/(<\/?|xmlns:)s([:=])/g, '$1SOAP-ENV$2');

const noPrefixes = (text: string) =>
  text
    .replace(/<m:([A-Za-z]+)/g, '<$1 xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"')
    .replace(/<t:([A-Za-z]+)/g, '<$1 xmlns="http://schemas.microsoft.com/exchange/services/2006/types"')
    .replace(/<\/[mt]:/g, '</');

const airy = (text: string) =>
  `\uFEFF${spaced(text.replace(/="([^"'<>]*)"/g, "='$1'"), '\r\n  <!-- of a server -->\t')}<!-- the end -->\r\n`;

const later = (text: string) =>
  text
    .replace(EXTENSIBLE, (end) => `<n:Future xmlns:n="urn:later"><n:Size>1</n:Size><t:Size>later</t:Size></n:Future>${end}`)
    .replace(/<\/m:ResponseCode>/g, '$&<m:Later>NoError</m:Later>')
    .replace(/<s:Body/, '<s:Header><w:Later xmlns:w="urn:later">1</w:Later></s:Header>$&');

/** XML Schema 3.2.2.1 and 3.2.7.1: other lexical forms of the same values. */
const otherWords = (text: string) =>
  text
    .replace(/>true<\//g, '>1</')
    .replace(/>false<\//g, '>0</')
    .replace(/>(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z<\//g, '>$1.000+00:00</');

const otherText = (text: string) =>
  text
    .replace(/<(t:Subject|t:Surname|t:DisplayName|t:Location)>([^<&]+)</g, '<$1><![CDATA[$2]]><')
    .replace(/<(t:JobTitle|t:CompanyName|t:Body[^>]*)>([^<&])/g, (_, tag, first: string) => `<${tag}>&#x${hex(first)};`);

export const DRESSES: readonly Dress[] = [
  {
    name: 'no prefixes, lines and comments between elements, a byte order mark, small pieces, a connection for each answer',
    xml: (text) => noPrefixes(airy(text)),
    headers: { 'content-type': 'application/soap+xml;charset="UTF-8"', connection: 'close' },
    piece: 61,
  },
  {
    name: 'prefixes of its own, elements that nobody knows yet, other words for the same values, CDATA and references',
    xml: (text) => ownPrefixes(otherText(otherWords(later(text)))),
  },
];

const hex = (character: string) => character.codePointAt(0)!.toString(16);

export async function serveDressed(behind: RunningServer, dress: Dress): Promise<RunningServer> {
  const server = createServer((asked, answer) => {
    // What breaks behind breaks in front.
    pass(behind, dress, asked, answer).catch(() => answer.destroy());
  });
  await listen(server);
  const port = portOf(server);
  return {
    ...{ port, url: `http://${HOST}:${port}${new URL(behind.url).pathname}` },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function pass({ port }: RunningServer, dress: Dress, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { method, url } = asked;
  const { 'content-length': _, ...headers } = asked.headers;
  const sent = dress.asked === undefined ? await bytesOf(asked) : Buffer.from(dress.asked((await bytesOf(asked)).toString()));
  if (!isAnnounced(headers.soapaction, sent.toString())) {
    answer.writeHead(500, { 'content-type': 'text/plain' }).end('The SOAPAction is not the operation of the request.');
    return;
  }
  const forward = request({ host: HOST, port, method, path: url, headers });
  forward.end(sent);
  const response = await new Promise<IncomingMessage>((resolve, reject) => forward.on('response', resolve).on('error', reject));
  const body = await bytesOf(response);
  const isXml = response.headers['content-type']?.includes('xml') ?? false;
  const { 'content-length': __, 'transfer-encoding': ___, ...head } = response.headers;
  answer.writeHead(response.statusCode!, { ...head, ...(isXml ? dress.headers : {}) });
  await send(answer, isXml ? Buffer.from(dress.xml(body.toString())) : body, dress.piece);
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Servers that were made from the WSDL choose the operation by this header. */
const isAnnounced = (action: unknown, body: string) =>
  action === `"http://schemas.microsoft.com/exchange/services/2006/messages/${/<s:Body><m:(\w+)/.exec(body)?.[1]}"`;

async function send(answer: ServerResponse, body: Buffer, piece = body.length || 1): Promise<void> {
  for (let at = 0; at < body.length; at += piece) {
    answer.write(body.subarray(at, at + piece));
    await new Promise(setImmediate);
  }
  answer.end();
}

/** Answers of SyncFolderItems that tell the changes of the first again and again, with states that are always new. */
export function repeating() {
  let first = '';
  const said = {
    asked: 0,
    again(text: string): string {
      said.asked += 1;
      first ||= /<m:Changes>[\s\S]*<\/m:Changes>/.exec(text)![0];
      return text
        .replace('LastItemInRange>true', 'LastItemInRange>false')
        .replace(/<m:Changes>[\s\S]*<\/m:Changes>|<m:Changes\/>/, first)
        .replace(/(<m:SyncState>[^<]*)/, `$1${' '.repeat(said.asked)}`);
    },
  };
  return said;
}

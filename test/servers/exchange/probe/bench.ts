// Where the probe works: a folder of its own in the mailbox, with a calendar in it, made at the start and removed at the end.
import { randomBytes } from 'node:crypto';
import { child, childText, type Element } from '../xml/element.ts';
import { escapeXml } from '../xml/escape.ts';
import { readXml } from '../xml/read.ts';
import type { Reply, Session } from './session.ts';

const HEAD =
  'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"';

export const envelope = (body: string) =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope ${HEAD}><s:Header><t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body>${body}</s:Body></s:Envelope>`;

export interface Answer extends Reply {
  /** ResponseCode of the first message or of the fault; the HTTP status where there is neither. */
  code: string;
  message: Element | undefined;
  /** The first item. */
  item: Element | undefined;
  version: string;
}

export interface Bench {
  session: Session;
  /** `<t:FolderId …/>` of the folder for messages, and of the calendar in it. */
  folder: string;
  calendar: string;
  /** Marks everything that the probe makes. */
  mark: string;
  ask(body: string, headers?: Record<string, string>): Promise<Answer>;
  /** A message in the folder; its ItemId as an element's attributes. */
  message(inner: string): Promise<string>;
  read(id: string, shape?: string): Promise<Answer>;
}

export const idIn = (element: Element | undefined, name = 'ItemId') => {
  const id = child(element, name)?.attributes;
  return id === undefined ? '' : `Id="${id.Id}"${id.ChangeKey === undefined ? '' : ` ChangeKey="${id.ChangeKey}"`}`;
};

/** Some real servers send characters that XML forbids; they are looked at in the text, not here. */
function parse(text: string): Element | undefined {
  try {
    return readXml(
      text.replace(/&#(x[0-9a-f]+|\d+);/gi, (whole, name: string) => {
        const code = Number(name.startsWith('x') ? `0${name}` : name);
        return code < 32 && ![9, 10, 13].includes(code) ? '' : whole;
      }),
    );
  } catch {
    return undefined;
  }
}

async function ask(session: Session, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const reply = await session.post(envelope(body), headers);
  const root = parse(reply.text);
  const operation = child(root, 'Body')?.children[0];
  const message = child(operation, 'ResponseMessages')?.children[0];
  const code = childText(message, 'ResponseCode') ?? childText(operation, 'detail', 'ResponseCode') ?? `HTTP ${reply.status}`;
  const info = child(root, 'Header', 'ServerVersionInfo')?.attributes ?? {};
  const numbers = ['MajorVersion', 'MinorVersion', 'MajorBuildNumber', 'MinorBuildNumber'].map((name) => info[name] ?? '?');
  const items = child(message, 'Items') ?? child(message, 'RootFolder', 'Items');
  return { ...reply, code, message, item: items?.children[0], version: `${numbers.join('.')} ${info.Version ?? ''}`.trim() };
}

async function makeFolder(session: Session, parent: string, kind: string, name: string): Promise<string> {
  const made = await ask(
    session,
    `<m:CreateFolder><m:ParentFolderId>${parent}</m:ParentFolderId><m:Folders><t:${kind}><t:DisplayName>${name}</t:DisplayName></t:${kind}></m:Folders></m:CreateFolder>`,
  );
  if (made.code !== 'NoError') throw new Error(`the test folder cannot be made: ${made.code}`);
  return `<t:FolderId ${idIn(child(made.message, 'Folders')?.children[0], 'FolderId')}/>`;
}

export async function withBench<T>(session: Session, work: (bench: Bench) => Promise<T>): Promise<T> {
  const mark = `Mailroom probe ${randomBytes(6).toString('hex')}`;
  const folder = await makeFolder(session, '<t:DistinguishedFolderId Id="msgfolderroot"/>', 'Folder', mark);
  try {
    const calendar = await makeFolder(session, folder, 'CalendarFolder', 'Calendar');
    return await work(benchIn(session, folder, calendar, mark));
  } finally {
    await removeAll(session, folder, mark);
  }
}

function benchIn(session: Session, folder: string, calendar: string, mark: string): Bench {
  return {
    session,
    folder,
    calendar,
    mark,
    ask: (body, headers) => ask(session, body, headers),
    message: async (inner) => {
      const made = await ask(
        session,
        `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>${folder}</m:SavedItemFolderId><m:Items><t:Message>${inner}</t:Message></m:Items></m:CreateItem>`,
      );
      if (made.code !== 'NoError') throw new Error(made.code);
      return idIn(made.item);
    },
    read: (id, shape = '<t:BaseShape>AllProperties</t:BaseShape>') =>
      ask(session, `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds><t:ItemId ${id}/></m:ItemIds></m:GetItem>`),
  };
}

/** The folder with all that is in it; and what a question moved to Deleted Items, found by its mark. */
async function removeAll(session: Session, folder: string, mark: string) {
  await ask(session, `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>${folder}</m:FolderIds></m:DeleteFolder>`);
  const left = await ask(
    session,
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction><t:Contains ContainmentMode="Prefixed" ContainmentComparison="Exact"><t:FieldURI FieldURI="item:Subject"/><t:Constant Value="${escapeXml(mark)}"/></t:Contains></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="deleteditems"/></m:ParentFolderIds></m:FindItem>`,
  );
  const ids = (child(left.message, 'RootFolder', 'Items')?.children ?? []).map((item) => `<t:ItemId ${idIn(item)}/>`);
  if (ids.length === 0) return;
  await ask(session, `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds>${ids.join('')}</m:ItemIds></m:DeleteItem>`);
}

// The open questions: one per switch that one mailbox can answer. An answer is a word and how it was seen; nothing of the mailbox.

import type { SwitchName } from '../switches.ts';
import { child, childrenOf, childText } from '../xml/element.ts';
import { escapeXml } from '../xml/escape.ts';
import { type Bench, envelope, idIn } from './bench.ts';

export interface Question {
  about: SwitchName;
  ask(bench: Bench, patience: number): Promise<{ on: boolean | undefined; seen: string }>;
}

const HTML = '<p>one</p>\n<p>two</p>';
const FIELD = (name: string) =>
  `<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="${name}"/></t:AdditionalProperties>`;
const setSubject = (text: string) =>
  `<t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>${text}</t:Subject></t:Message></t:SetItemField></t:Updates>`;
const update = (attributes: string, change: string) =>
  `<m:UpdateItem ${attributes}><m:ItemChanges><t:ItemChange>${change}</t:ItemChange></m:ItemChanges></m:UpdateItem>`;
const PLAIN = 'ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"';
const withoutKey = (id: string) => id.replace(/ ChangeKey=.*/, '');

const sync = (folder: string, state: string) =>
  `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>${folder}</m:SyncFolderId>${state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`}<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>`;
const stateOf = async (bench: Bench, state = '') => {
  const answer = await bench.ask(sync(bench.folder, state));
  return { state: childText(answer.message, 'SyncState') ?? '', changes: child(answer.message, 'Changes')?.children ?? [] };
};
const find = (folder: string, restriction: string) =>
  `<m:FindItem Traversal="Shallow"><m:ItemShape>${FIELD('item:Subject')}</m:ItemShape>${restriction}<m:ParentFolderIds>${folder}</m:ParentFolderIds></m:FindItem>`;
const equals = (uri: string, value: string) =>
  `<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="${uri}"/><t:FieldURIOrConstant><t:Constant Value="${escapeXml(value)}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>`;

const weekly = (days: string) =>
  `<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>${days}</t:DaysOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2035-01-02</t:StartDate><t:NumberOfOccurrences>4</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>`;

async function series(bench: Bench, uid: string): Promise<string> {
  const made = await bench.ask(
    `<m:CreateItem SendMeetingInvitations="SendToNone"><m:SavedItemFolderId>${bench.calendar}</m:SavedItemFolderId><m:Items><t:CalendarItem><t:Subject>${bench.mark}</t:Subject><t:UID>${uid}</t:UID><t:Start>2035-01-02T10:00:00Z</t:Start><t:End>2035-01-02T11:00:00Z</t:End>${weekly('Tuesday')}</t:CalendarItem></m:Items></m:CreateItem>`,
  );
  if (made.code !== 'NoError') throw new Error(made.code);
  return idIn(made.item);
}

const CALENDAR = 'ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone"';

export const QUESTIONS: readonly Question[] = [
  {
    about: 'rewriteBodies',
    ask: async (bench) => {
      const id = await bench.message(
        `<t:Subject>${bench.mark} body</t:Subject><t:Body BodyType="HTML">${escapeXml(HTML)}</t:Body>`,
      );
      const text = childText((await bench.read(id)).item, 'Body') ?? '';
      return {
        on: text !== HTML,
        seen: `wrapped in html: ${/<html/i.test(text)}, CRLF: ${text.includes('\r')}, ${text.length} characters for ${HTML.length}`,
      };
    },
  },
  {
    about: 'rewriteRecipients',
    ask: async (bench) => {
      const id = await bench.message(
        `<t:Subject>${bench.mark} to</t:Subject><t:ToRecipients><t:Mailbox><t:EmailAddress>probe@example.invalid</t:EmailAddress></t:Mailbox></t:ToRecipients>`,
      );
      const box = child((await bench.read(id)).item, 'ToRecipients', 'Mailbox');
      const names = box?.children.map((one) => one.name) ?? [];
      return { on: names.length > 1, seen: `an address came back as ${names.join(', ')}` };
    },
  },
  {
    about: 'rewriteSubjects',
    ask: async (bench) => {
      const id = await bench.message(
        `<t:Subject>${bench.mark}\ttab</t:Subject><t:Categories><t:String>Probe</t:String><t:String>probe</t:String></t:Categories>`,
      );
      const { item } = await bench.read(id);
      const [tab, categories] = [
        childText(item, 'Subject')?.includes('\t') ?? false,
        childrenOf(child(item, 'Categories'), 'String').length,
      ];
      return { on: !tab && categories === 1, seen: `tab kept: ${tab}, of two categories that differ in case: ${categories}` };
    },
  },
  {
    about: 'overwriteNeedsChangeKey',
    ask: async (bench) => {
      const id = withoutKey(await bench.message(`<t:Subject>${bench.mark} key</t:Subject>`));
      const { code } = await bench.ask(update(PLAIN, `<t:ItemId ${id}/>${setSubject(`${bench.mark} key 2`)}`));
      return { on: code !== 'NoError', seen: code };
    },
  },
  {
    about: 'deleteToDeletedItemsIsUpdate',
    ask: async (bench) => {
      const id = await bench.message(`<t:Subject>${bench.mark} deleted</t:Subject>`);
      const { state } = await stateOf(bench);
      await bench.ask(`<m:DeleteItem DeleteType="MoveToDeletedItems"><m:ItemIds><t:ItemId ${id}/></m:ItemIds></m:DeleteItem>`);
      const names = (await stateOf(bench, state)).changes.map((one) => one.name);
      return { on: names.includes('Update'), seen: names.join(', ') || 'no change' };
    },
  },
  {
    about: 'patternChangeDropsExceptions',
    ask: async (bench) => {
      const id = await series(bench, `${bench.mark} pattern`);
      // With a key, old as it may be: whether it can be left away is another question.
      const moved = `<t:OccurrenceItemId Recurring${id.replace('Id=', 'MasterId=')} InstanceIndex="2"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="calendar:Location"/><t:CalendarItem><t:Location>moved</t:Location></t:CalendarItem></t:SetItemField></t:Updates>`;
      const first = (await bench.ask(update(CALENDAR, moved))).code;
      const change = `<t:ItemId ${id}/><t:Updates><t:SetItemField><t:FieldURI FieldURI="calendar:Recurrence"/><t:CalendarItem>${weekly('Tuesday Thursday')}</t:CalendarItem></t:SetItemField></t:Updates>`;
      const second = (await bench.ask(update(CALENDAR, change))).code;
      const { item } = await bench.read(withoutKey(id));
      const left = childrenOf(child(item, 'ModifiedOccurrences'), 'Occurrence').length;
      return {
        on: second === 'NoError' ? left === 0 : undefined,
        seen: `exception ${first}, pattern ${second}, exceptions left: ${left} of 1`,
      };
    },
  },
  {
    about: 'searchUid',
    ask: async (bench) => {
      const uid = `${bench.mark} uid`;
      await series(bench, uid);
      const { code, item } = await bench.ask(find(bench.calendar, equals('calendar:UID', uid)));
      return { on: item !== undefined, seen: `${code}, found: ${item !== undefined}` };
    },
  },
  {
    about: 'newestFirst',
    ask: async (bench) => {
      for (const name of ['first', 'second']) await bench.message(`<t:Subject>${bench.mark} order ${name}</t:Subject>`);
      const { message } = await bench.ask(find(bench.folder, ''));
      const subjects = (child(message, 'RootFolder', 'Items')?.children ?? []).map((one) => childText(one, 'Subject') ?? '');
      const at = (name: string) => subjects.indexOf(`${bench.mark} order ${name}`);
      return { on: at('second') < at('first'), seen: `the later of two came ${at('second') < at('first') ? 'first' : 'last'}` };
    },
  },
  {
    about: 'caselessRestrictions',
    ask: async (bench) => {
      await bench.message(`<t:Subject>${bench.mark} CASE</t:Subject>`);
      const { code, item } = await bench.ask(find(bench.folder, equals('item:Subject', `${bench.mark} case`)));
      return { on: item !== undefined, seen: `${code}, found in another case: ${item !== undefined}` };
    },
  },
  {
    about: 'unknownZonesLeftOut',
    ask: async (bench) => {
      const { code } = await bench.ask(
        '<m:GetServerTimeZones ReturnFullTimeZoneData="false"><m:Ids><t:Id>Nowhere Standard Time</t:Id></m:Ids></m:GetServerTimeZones>',
      );
      return { on: code === 'NoError', seen: code };
    },
  },
  {
    about: 'refuseForeignProperties',
    ask: async (bench) => {
      const { code } = await bench.read(
        await bench.message(`<t:Subject>${bench.mark} foreign</t:Subject>`),
        FIELD('task:DueDate'),
      );
      return { on: code !== 'NoError', seen: `a message was asked for task:DueDate: ${code}` };
    },
  },
  {
    about: 'illegalCharacters',
    ask: async (bench) => {
      const mime = `Subject: =?utf-8?Q?${bench.mark.replaceAll(' ', '_')}_a=1Ab?=\r\nContent-Type: text/plain\r\n\r\nx\r\n`;
      const id = await bench.message(
        `<t:MimeContent CharacterSet="UTF-8">${Buffer.from(mime).toString('base64')}</t:MimeContent>`,
      );
      const { text, code } = await bench.read(id, FIELD('item:Subject'));
      const sent = /&#(x0*1a|0*26);/i.test(text) || text.includes('\u001a');
      return { on: sent, seen: `${code}, a control character of a subject is sent: ${sent}` };
    },
  },
  {
    about: 'driftChangeKeys',
    ask: async (bench, patience) => {
      const id = await bench.message(`<t:Subject>${bench.mark} drift</t:Subject>`);
      const told = idIn((await bench.ask(update(PLAIN, `<t:ItemId ${id}/>${setSubject(`${bench.mark} drift 2`)}`))).item);
      await new Promise((resolve) => setTimeout(resolve, Math.min(patience, 5000)));
      const now = idIn((await bench.read(id)).item);
      return { on: now !== told, seen: `the key after an update ${now === told ? 'stayed' : 'moved'}` };
    },
  },
  {
    about: 'longSyncStates',
    ask: async (bench) => {
      const { state } = await stateOf(bench);
      return { on: state.length > 10_000, seen: `${state.length} characters` };
    },
  },
  {
    about: 'regenerateMime',
    ask: async (bench) => {
      const mime = `X-Probe: kept\r\nsubject: ${bench.mark} mime\r\nTO: probe@example.invalid\r\nContent-Type: text/plain\r\n\r\nx\r\n`;
      const id = await bench.message(
        `<t:MimeContent CharacterSet="UTF-8">${Buffer.from(mime).toString('base64')}</t:MimeContent>`,
      );
      const { item } = await bench.read(id, '<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>');
      const back = Buffer.from(childText(item, 'MimeContent') ?? '', 'base64').toString('latin1');
      return { on: back !== mime, seen: `byte for byte: ${back === mime}, own header kept: ${/^x-probe:/im.test(back)}` };
    },
  },
  {
    about: 'twoBackEnds',
    ask: async (bench) => {
      const made = await bench.ask(
        `<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>${bench.folder}</t:FolderIds><t:EventTypes><t:EventType>CreatedEvent</t:EventType></t:EventTypes><t:Timeout>5</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>`,
        { 'X-PreferServerAffinity': 'true' },
      );
      const [id, mark] = [childText(made.message, 'SubscriptionId') ?? '', childText(made.message, 'Watermark') ?? ''];
      const codes: string[] = [];
      for (let round = 0; round < 4; round++) {
        const { code } = await bench.ask(
          `<m:GetEvents><m:SubscriptionId>${id}</m:SubscriptionId><m:Watermark>${mark}</m:Watermark></m:GetEvents>`,
        );
        codes.push(code);
      }
      const cookies = made.cookies.map((one) => one.split('=')[0]).join(', ') || 'none';
      return { on: codes.includes('ErrorSubscriptionNotFound'), seen: `cookies: ${cookies}; without them: ${codes.join(', ')}` };
    },
  },
  {
    about: 'heartbeats',
    ask: async (bench, patience) => {
      if (patience === 0) return { on: undefined, seen: 'not waited for' };
      const made = await bench.ask(
        `<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>${bench.folder}</t:FolderIds><t:EventTypes><t:EventType>CreatedEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>`,
      );
      const id = childText(made.message, 'SubscriptionId') ?? '';
      const stream = `<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>${id}</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>3</m:ConnectionTimeout></m:GetStreamingEvents>`;
      const text = await bench.session.listen(envelope(stream), patience);
      const beats = text.match(/<\w*:?StatusEvent\b/g)?.length ?? 0;
      return {
        on: beats > 0,
        seen: `${beats} in ${Math.round(patience / 1000)} s; prefix of the envelope: ${/<(\w+:)?Envelope/.exec(text)?.[0] ?? 'none'}`,
      };
    },
  },
];

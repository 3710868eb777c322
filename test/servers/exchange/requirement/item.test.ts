// MS-OXWSCORE: items of every kind; MS-OXWSXPROP: properties by MAPI names.
import { describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, messagesOf, startStandIn, textAt } from '../check/client.ts';
import { child, childrenOf, type Element } from '../xml/element.ts';

const { call, exchange, clock } = await startStandIn();

async function create(inner: string, disposition = 'SaveOnly'): Promise<Element> {
  const reply = await call(
    `<m:CreateItem MessageDisposition="${disposition}"><m:Items><t:Message>${inner}</t:Message></m:Items></m:CreateItem>`,
  );
  expect(codesOf(reply)).toEqual(['NoError']);
  return get(idOf(itemsOf(reply)[0]).id);
}
const shape = (extra = '', base = 'AllProperties') => `<m:ItemShape><t:BaseShape>${base}</t:BaseShape>${extra}</m:ItemShape>`;
async function get(id: string, extra = '', base = 'AllProperties'): Promise<Element> {
  const reply = await call(`<m:GetItem>${shape(extra, base)}<m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`);
  return itemsOf(reply)[0]!;
}
const update = async (item: Element, changes: string, mode = 'AlwaysOverwrite', key = idOf(item).key) =>
  call(
    `<m:UpdateItem ConflictResolution="${mode}" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${idOf(item).id}"${key === '' ? '' : ` ChangeKey="${key}"`}/><t:Updates>${changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
  );
const setField = (uri: string, inner: string) =>
  `<t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:Message>${inner}</t:Message></t:SetItemField>`;
const subject = (text: string) => setField('item:Subject', `<t:Subject>${text}</t:Subject>`);
const boxes = (name: string, ...addresses: string[]) =>
  `<t:${name}>${addresses.map((one) => `<t:Mailbox><t:EmailAddress>${one}</t:EmailAddress></t:Mailbox>`).join('')}</t:${name}>`;
const folderOf = (name: string) =>
  exchange.mailboxOf('alice@example.com')!.itemsIn(exchange.mailboxOf('alice@example.com')!.folderNamed(name).key);

describe('MS-OXWSCORE properties', () => {
  it.each([
    ['R73', 'Subject', 'hello', '<t:Subject>hello</t:Subject>'],
    ['R1650, R75', 'Sensitivity', 'Confidential', '<t:Sensitivity>Confidential</t:Sensitivity>'],
    ['R1651', 'Sensitivity', 'Normal', '<t:Sensitivity>Normal</t:Sensitivity>'],
    ['R1652', 'Sensitivity', 'Personal', '<t:Sensitivity>Personal</t:Sensitivity>'],
    ['R1653', 'Sensitivity', 'Private', '<t:Sensitivity>Private</t:Sensitivity>'],
    ['R198, R81', 'Importance', 'High', '<t:Importance>High</t:Importance>'],
    ['R199', 'Importance', 'Low', '<t:Importance>Low</t:Importance>'],
    ['R82', 'InReplyTo', '<a@b>', '<t:InReplyTo>&lt;a@b&gt;</t:InReplyTo>'],
    [
      'R95',
      'ReminderMinutesBeforeStart',
      '20',
      '<t:ReminderIsSet>true</t:ReminderIsSet><t:ReminderMinutesBeforeStart>20</t:ReminderMinutesBeforeStart>',
    ],
    ['R102', 'Culture', 'de-DE', '<t:Culture>de-DE</t:Culture>'],
    ['R72', 'ItemClass', 'IPM.Note.Custom', '<t:ItemClass>IPM.Note.Custom</t:ItemClass>'],
  ])('%s: %s is %s', async (_number, name, value, inner) => expect(textAt(await create(inner), name)).toBe(value));

  it('R74: a subject has at most 255 characters', async () => {
    expect(textAt(await create(`<t:Subject>${'x'.repeat(300)}</t:Subject>`), 'Subject')).toHaveLength(255);
  });

  it('R80: categories are a list, without doubles', async () => {
    const item = await create(
      '<t:Categories><t:String>Red</t:String><t:String>Blue</t:String><t:String>red</t:String></t:Categories>',
    );
    expect(childrenOf(child(item, 'Categories'), 'String').map((one) => one.text)).toEqual(['Red', 'Blue']);
  });

  it('R96, R97, R98, R99: the display strings name all recipients', async () => {
    const item = await create(
      boxes('ToRecipients', 'bob@example.com', 'x@example.net') + boxes('CcRecipients', 'carol@example.com', 'y@example.net'),
    );
    expect([textAt(item, 'DisplayTo'), textAt(item, 'DisplayCc')]).toEqual(['Bob; x@example.net', 'Carol; y@example.net']);
  });

  it('MS-OXWSCORE R1679, R1680, R76; MS-OXWSCDATA R15, R17, R18: bodies come as asked for', async () => {
    const html = await create('<t:Body BodyType="HTML">&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</t:Body>');
    const { id } = idOf(html);
    const as = async (type: string) => child(await get(id, `<t:BodyType>${type}</t:BodyType>`), 'Body');
    expect((await as('Best'))?.attributes.BodyType).toBe('HTML');
    expect((await as('HTML'))?.text).toContain('<p>one</p>');
    expect((await as('Text'))?.text).toBe('one\r\ntwo');
    expect((await as('Text'))?.attributes.BodyType).toBe('Text');
    const text = await create('<t:Body BodyType="Text">a &lt; b</t:Body>');
    expect(child(await get(idOf(text).id, '<t:BodyType>Best</t:BodyType>'), 'Body')?.attributes.BodyType).toBe('Text');
    expect(child(await get(idOf(text).id, '<t:BodyType>HTML</t:BodyType>'), 'Body')?.text).toContain('a &lt; b');
  });

  it('MS-OXWSCORE R70, R71, R78, R79, R90, R104, R105, R103: the server knows the rest', async () => {
    const item = await create('<t:Subject>s</t:Subject>');
    expect(child(item, 'ItemId')?.attributes.Id?.length).toBeGreaterThanOrEqual(136);
    expect(child(item, 'ParentFolderId')?.attributes.Id).toBe(
      exchange.mailboxOf('alice@example.com')!.folderId(exchange.mailboxOf('alice@example.com')!.folderNamed('drafts')),
    );
    expect(Number(textAt(item, 'Size'))).toBeGreaterThan(100);
    expect([textAt(item, 'DateTimeCreated'), textAt(item, 'LastModifiedTime'), textAt(item, 'DateTimeReceived')]).toEqual(
      Array(3).fill('2026-11-02T08:00:00Z'),
    );
    expect([textAt(item, 'LastModifiedName'), textAt(item, 'EffectiveRights', 'Modify')]).toEqual(['Alice', 'true']);
  });

  it('R1608, R1609, R1607: a draft becomes a sent item', async () => {
    const draft = await create(boxes('ToRecipients', 'bob@example.com'));
    expect([textAt(draft, 'IsDraft'), textAt(draft, 'IsSubmitted')]).toEqual(['true', 'false']);
    const { id, key } = idOf(draft);
    expect(
      codesOf(
        await call(
          `<m:SendItem SaveItemToFolder="true"><m:ItemIds><t:ItemId Id="${id}" ChangeKey="${key}"/></m:ItemIds></m:SendItem>`,
        ),
      ),
    ).toEqual(['NoError']);
    expect(folderOf('sentitems').at(-1)?.fields.IsDraft?.text).toBe('false');
  });

  it('R1614, R1615: IsUnmodified until it is modified', async () => {
    const item = await create('<t:Subject>s</t:Subject>');
    expect(textAt(item, 'IsUnmodified')).toBe('true');
    clock.advance(1000);
    await update(item, subject('t'));
    clock.advance(-1000);
    expect(textAt(await get(idOf(item).id), 'IsUnmodified')).toBe('false');
  });

  it('R1616: a reminder is set or not', async () => {
    expect(textAt(await create('<t:ReminderIsSet>true</t:ReminderIsSet>'), 'ReminderIsSet')).toBe('true');
    expect(textAt(await create(''), 'ReminderIsSet')).toBe('false');
  });

  it('R91, R131, R132, R133: response objects of a received message', async () => {
    await call(
      `<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:Message><t:Subject>to me</t:Subject>${boxes('ToRecipients', 'alice@example.com')}</t:Message></m:Items></m:CreateItem>`,
    );
    const received = folderOf('inbox').at(-1)!;
    const item = await get(exchange.mailboxOf('alice@example.com')!.itemId(received));
    const names = child(item, 'ResponseObjects')?.children.map((one) => one.name);
    expect(names?.toSorted()).toEqual(['ForwardItem', 'ReplyAllToItem', 'ReplyToItem']);
    expect(child(item, 'InternetMessageHeaders')?.children.map((one) => one.attributes.HeaderName)).toContain('Subject');
  });

  it('MS-OXWSCDATA R21188, R21189; MS-OXWSCORE R69, R114: MIME when asked for', async () => {
    const item = await create(`<t:Subject>mime</t:Subject>${boxes('ToRecipients', 'bob@example.com')}`);
    expect(child(item, 'MimeContent')).toBeUndefined();
    const mime = child(await get(idOf(item).id, '<t:IncludeMimeContent>true</t:IncludeMimeContent>', 'IdOnly'), 'MimeContent');
    expect(Buffer.from(mime?.text ?? '', 'base64').toString()).toContain('Subject: mime');
    expect(mime?.attributes.CharacterSet).toBe('UTF-8');
  });

  it('MS-OXWSCORE R23091, R2012: MIME of contacts and tasks can be read, but not set', async () => {
    const make = (kind: string, inner: string) =>
      call(`<m:CreateItem><m:Items><t:${kind}>${inner}</t:${kind}></m:Items></m:CreateItem>`);
    const mimeOf = async (kind: string, inner: string) => {
      const { id } = idOf(itemsOf(await make(kind, inner))[0]);
      const mime = textAt(await get(id, '<t:IncludeMimeContent>true</t:IncludeMimeContent>', 'IdOnly'), 'MimeContent');
      return Buffer.from(mime ?? '', 'base64').toString();
    };
    expect(await mimeOf('Contact', '<t:GivenName>Jane</t:GivenName><t:Surname>Doe; Roe</t:Surname>')).toContain(
      'N:Doe\\; Roe;Jane;;;',
    );
    expect(await mimeOf('Task', '<t:Subject>report</t:Subject>')).toContain('Subject: report');
    expect(codesOf(await make('Contact', '<t:MimeContent>QkVHSU46VkNBUkQ=</t:MimeContent>'))).toEqual([
      'ErrorUnsupportedMimeConversion',
    ]);
  });

  it('MS-OXWSCDATA R59, R61, R62, R1185, R1197: base shapes and additional properties', async () => {
    const { id } = idOf(await create('<t:Subject>shape</t:Subject>'));
    expect((await get(id, '', 'IdOnly')).children.map((one) => one.name)).toEqual(['ItemId']);
    const byDefault = (await get(id, '', 'Default')).children.map((one) => one.name);
    expect(byDefault).toContain('Subject');
    expect(byDefault).not.toContain('Culture');
    expect((await get(id)).children.map((one) => one.name)).toContain('Culture');
    const more = await get(
      id,
      '<t:AdditionalProperties><t:FieldURI FieldURI="item:Culture"/></t:AdditionalProperties>',
      'IdOnly',
    );
    expect(more.children.map((one) => one.name)).toEqual(['ItemId', 'Culture']);
  });
});

describe('MS-OXWSCORE operations', () => {
  it('MS-OXWSCORE R1667, R1668, R1669: three ways to delete', async () => {
    for (const [type, folder] of [
      ['HardDelete', 'recoverableitemspurges'],
      ['SoftDelete', 'recoverableitemsdeletions'],
      ['MoveToDeletedItems', 'deleteditems'],
    ] as const) {
      const { id } = idOf(await create(`<t:Subject>${type}</t:Subject>`));
      expect(
        codesOf(await call(`<m:DeleteItem DeleteType="${type}"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`)),
      ).toEqual(['NoError']);
      expect(folderOf(folder).map((item) => item.fields.Subject?.text)).toContain(type);
      expect(
        codesOf(await call(`<m:GetItem>${shape('', 'IdOnly')}<m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`)),
      ).toEqual(['ErrorItemNotFound']);
    }
  });

  it.each([
    ['MS-OXWSCORE R388, R45, R46', 'MoveItem', 0],
    ['R1600, R1601', 'CopyItem', 1],
  ])('%s, R47: %s gives a new id', async (_number, operation, left) => {
    const item = await create(`<t:Subject>${operation}</t:Subject>`);
    const to = '<m:ToFolderId><t:DistinguishedFolderId Id="inbox"/></m:ToFolderId>';
    const ids = `<m:ItemIds><t:ItemId Id="${idOf(item).id}"/></m:ItemIds>`;
    const moved = itemsOf(await call(`<m:${operation}>${to}${ids}</m:${operation}>`))[0];
    expect(idOf(moved).id).not.toBe(idOf(item).id);
    expect(textAt(await get(idOf(moved).id), 'Subject')).toBe(operation);
    expect(folderOf('drafts').filter((one) => one.fields.Subject?.text === operation)).toHaveLength(left);
    expect(folderOf('inbox').filter((one) => one.fields.Subject?.text === operation)).toHaveLength(1);
    const again = `<m:ItemIds><t:ItemId Id="${idOf(moved).id}"/></m:ItemIds>`;
    expect(
      itemsOf(await call(`<m:${operation}>${to}${again}<m:ReturnNewItemIds>false</m:ReturnNewItemIds></m:${operation}>`)),
    ).toEqual([]);
  });

  it('MS-OXWSCORE R556, R557, R555, R561: sets, deletes and appends properties, in order', async () => {
    const item = await create(
      '<t:Subject>first</t:Subject><t:Body BodyType="Text">a</t:Body><t:Categories><t:String>Red</t:String></t:Categories>',
    );
    const append =
      '<t:AppendToItemField><t:FieldURI FieldURI="item:Body"/><t:Message><t:Body BodyType="Text">b</t:Body></t:Message></t:AppendToItemField>';
    const reply = await update(
      item,
      `${subject('second')}${subject('third')}<t:DeleteItemField><t:FieldURI FieldURI="item:Categories"/></t:DeleteItemField>${append}`,
    );
    expect(codesOf(reply)).toEqual(['NoError']);
    const after = await get(idOf(item).id);
    expect([textAt(after, 'Subject'), textAt(after, 'Body'), child(after, 'Categories')]).toEqual(['third', 'ab', undefined]);
  });

  it('MS-OXWSCDATA R335: each change names one property; and path and value agree', async () => {
    const item = await create('<t:Subject>s</t:Subject>');
    expect(
      codesOf(await update(item, setField('item:Subject', '<t:Subject>a</t:Subject><t:Importance>High</t:Importance>'))),
    ).toEqual(['ErrorIncorrectUpdatePropertyCount']);
    expect(codesOf(await update(item, setField('item:Subject', '<t:Importance>High</t:Importance>')))).toEqual([
      'ErrorUpdatePropertyMismatch',
    ]);
    expect(codesOf(await update(item, setField('item:Size', '<t:Size>3</t:Size>')))).toEqual(['ErrorInvalidPropertySet']);
    const append =
      '<t:AppendToItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>b</t:Subject></t:Message></t:AppendToItemField>';
    expect(codesOf(await update(item, append))).toEqual(['ErrorInvalidPropertyAppend']);
  });

  it('MS-OXWSCDATA R619: the class fits the element', async () => {
    const reply = await call(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:ItemClass>IPM.Contact</t:ItemClass></t:Message></m:Items></m:CreateItem>',
    );
    expect(codesOf(reply)).toEqual(['ErrorObjectTypeChanged']);
  });

  it('MS-OXWSCORE R61, R65: the three conflict modes, with the number of conflicts', async () => {
    const item = await create('<t:Subject>s</t:Subject><t:Sensitivity>Normal</t:Sensitivity>');
    const first = await update(
      item,
      `${subject('theirs')}${setField('item:Sensitivity', '<t:Sensitivity>Private</t:Sensitivity>')}`,
      'NeverOverwrite',
    );
    expect(codesOf(first)).toEqual(['NoError']);
    expect(codesOf(await update(item, subject('ours'), 'NeverOverwrite'))).toEqual(['ErrorIrresolvableConflict']);
    const merged = await update(
      item,
      `${subject('ours')}${setField('item:Sensitivity', '<t:Sensitivity>Normal</t:Sensitivity>')}`,
      'AutoResolve',
    );
    expect(textAt(messagesOf(merged)[0], 'ConflictResults', 'Count')).toBe('2');
    const after = await get(idOf(item).id);
    expect([textAt(after, 'Subject'), textAt(after, 'Sensitivity')]).toEqual(['ours', 'Private']);
    expect(codesOf(await update(item, subject('x'), 'AutoResolve', ''))).toEqual(['ErrorChangeKeyRequiredForWriteOperations']);
    expect(codesOf(await update(item, subject('x'), 'AlwaysOverwrite', ''))).toEqual(['NoError']);
    expect(codesOf(await update(item, subject('x'), 'AutoResolve', 'garbage'))).toEqual(['ErrorInvalidChangeKey']);
  });

  it('MS-OXWSCORE R462, R463, R1648, R1649: sends with the current key only, saves when asked to', async () => {
    const send = (id: string, key: string, saves: boolean, folder = '') =>
      call(`<m:SendItem SaveItemToFolder="${saves}"><m:ItemIds><t:ItemId Id="${id}"${key}/></m:ItemIds>${folder}</m:SendItem>`);
    const draft = await create(`<t:Subject>sent one</t:Subject>${boxes('ToRecipients', 'bob@example.com')}`);
    const { id, key } = idOf(draft);
    expect(codesOf(await send(id, '', true))).toEqual(['ErrorChangeKeyRequired']);
    await update(draft, subject('sent two'));
    expect(codesOf(await send(id, ` ChangeKey="${key}"`, true))).toEqual(['ErrorIrresolvableConflict']);
    const current = idOf(await get(id));
    expect(codesOf(await send(id, ` ChangeKey="${current.key}"`, false))).toEqual(['NoError']);
    expect(folderOf('sentitems').map((one) => one.fields.Subject?.text)).not.toContain('sent two');
    const kept = idOf(await create(`<t:Subject>kept</t:Subject>${boxes('ToRecipients', 'bob@example.com')}`));
    const notes = '<m:SavedItemFolderId><t:DistinguishedFolderId Id="notes"/></m:SavedItemFolderId>';
    expect(codesOf(await send(kept.id, ` ChangeKey="${kept.key}"`, true, notes))).toEqual(['NoError']);
    expect(folderOf('notes').map((one) => one.fields.Subject?.text)).toEqual(['kept']);
  });

  it('MS-OXWSCORE R1157: marks all items of a folder as read', async () => {
    const mark = (flag: string) =>
      call(
        `<m:MarkAllItemsAsRead><m:ReadFlag>${flag}</m:ReadFlag><m:SuppressReadReceipts>true</m:SuppressReadReceipts><m:FolderIds><t:DistinguishedFolderId Id="drafts"/></m:FolderIds></m:MarkAllItemsAsRead>`,
      );
    await create('<t:Subject>unread</t:Subject>');
    await mark('false');
    expect(folderOf('drafts').every((one) => one.fields.IsRead?.text === 'false')).toBe(true);
    await mark('true');
    expect(folderOf('drafts').every((one) => one.fields.IsRead?.text === 'true')).toBe(true);
  });

  it('MS-OXWSMSG R80, R82, R83, R84, R85, R86: what is saved, what is sent, what has an id', async () => {
    const make = async (disposition: string) =>
      itemsOf(
        await call(
          `<m:CreateItem MessageDisposition="${disposition}"><m:Items><t:Message><t:Subject>${disposition}</t:Subject>${boxes('ToRecipients', 'bob@example.com')}</t:Message></m:Items></m:CreateItem>`,
        ),
      );
    expect(await make('SaveOnly')).toHaveLength(1);
    expect(await make('SendOnly')).toHaveLength(0);
    expect(await make('SendAndSaveCopy')).toHaveLength(0);
    const bob = exchange.mailboxOf('bob@example.com')!;
    const arrived = bob.itemsIn(bob.folderNamed('inbox').key).map((one) => one.fields.Subject?.text);
    expect(arrived).toEqual(expect.arrayContaining(['SendOnly', 'SendAndSaveCopy']));
    expect(arrived).not.toContain('SaveOnly');
    expect(folderOf('sentitems').map((one) => one.fields.Subject?.text)).toEqual(expect.arrayContaining(['SendAndSaveCopy']));
    expect(folderOf('sentitems').map((one) => one.fields.Subject?.text)).not.toContain('SendOnly');
  });

  it.each([
    ['R29, R30', 'ToRecipients'],
    ['R33', 'CcRecipients'],
    ['R36', 'BccRecipients'],
    ['R69', 'ReplyTo'],
  ])('MS-OXWSMSG %s: %s come back', async (_number, name) => {
    expect(textAt(await create(boxes(name, 'x@example.net')), name, 'Mailbox', 'EmailAddress')).toBe('x@example.net');
  });

  it.each([
    ['R42, R39, R41', 'IsReadReceiptRequested'],
    ['R46, R43, R45', 'IsDeliveryReceiptRequested'],
    ['R61, R59, R60', 'IsRead'],
    ['R65, R62, R64', 'IsResponseRequested'],
  ])('MS-OXWSMSG %s: %s is kept and can be changed', async (_number, name) => {
    const item = await create(`<t:${name}>true</t:${name}>`);
    expect(textAt(item, name)).toBe('true');
    await update(item, setField(`message:${name}`, `<t:${name}>false</t:${name}>`));
    expect(textAt(await get(idOf(item).id), name)).toBe('false');
  });

  it.each([
    ['R49', 'ConversationIndex', 'AAAA'],
    ['R52', 'ConversationTopic', 'x'],
    ['R58', 'InternetMessageId', '&lt;a@b&gt;'],
  ])('MS-OXWSMSG %s: %s is read-only', async (_number, name, value) => {
    expect(codesOf(await update(await create(''), setField(`message:${name}`, `<t:${name}>${value}</t:${name}>`)))).toEqual([
      'ErrorInvalidPropertySet',
    ]);
  });
});

describe('MS-OXWSATT attachments', () => {
  const attach = (id: string, inner: string) =>
    call(`<m:CreateAttachment><m:ParentItemId Id="${id}"/><m:Attachments>${inner}</m:Attachments></m:CreateAttachment>`);
  const file = (name: string, extra = '') =>
    `<t:FileAttachment><t:Name>${name}</t:Name><t:ContentType>text/plain</t:ContentType>${extra}<t:Content>aGVsbG8=</t:Content></t:FileAttachment>`;
  const attachmentId = (reply: Awaited<ReturnType<typeof call>>) =>
    child(child(messagesOf(reply)[0], 'Attachments')?.children[0], 'AttachmentId')!;

  it('R38, R43, R45, R59, R60, R63, R144, R259, R439, R440; MS-OXWSCORE R1620: a file goes in and comes out, and the parent has a new key', async () => {
    const item = await create('<t:Subject>with file</t:Subject>');
    const made = await attach(idOf(item).id, file('a.txt', '<t:ContentLocation>http://x.example/</t:ContentLocation>'));
    const id = attachmentId(made);
    expect(id.attributes.RootItemId).toBe(idOf(item).id);
    expect(id.attributes.RootItemChangeKey).not.toBe(idOf(item).key);
    expect(id.attributes.RootItemChangeKey).toBe(idOf(await get(idOf(item).id)).key);
    expect(Buffer.from(id.attributes.Id ?? '', 'base64').length).toBeLessThanOrEqual(512);
    const read = await call(
      `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${id.attributes.Id}"/></m:AttachmentIds></m:GetAttachment>`,
    );
    const content = child(messagesOf(read)[0], 'Attachments', 'FileAttachment');
    expect(['Name', 'ContentType', 'ContentLocation', 'Content'].map((name) => textAt(content, name))).toEqual([
      'a.txt',
      'text/plain',
      'http://x.example/',
      'aGVsbG8=',
    ]);
    expect(textAt(await get(idOf(item).id), 'HasAttachments')).toBe('true');
  });

  it('MS-OXWSCORE R1621: inline attachments do not count', async () => {
    const item = await create('<t:Subject>inline</t:Subject>');
    await attach(idOf(item).id, file('a.png', '<t:ContentId>c1</t:ContentId><t:IsInline>true</t:IsInline>'));
    expect(textAt(await get(idOf(item).id), 'HasAttachments')).toBe('false');
  });

  it('MS-OXWSATT R36, R83, R141: an item in an item has no id of its own', async () => {
    const item = await create('<t:Subject>outer</t:Subject>');
    const made = await attach(
      idOf(item).id,
      '<t:ItemAttachment><t:Name>inner</t:Name><t:Message><t:Subject>inner message</t:Subject></t:Message></t:ItemAttachment>',
    );
    const read = await call(
      `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${attachmentId(made).attributes.Id}"/></m:AttachmentIds></m:GetAttachment>`,
    );
    const message = child(messagesOf(read)[0], 'Attachments', 'ItemAttachment', 'Message');
    expect([textAt(message, 'Subject'), child(message, 'ItemId')]).toEqual(['inner message', undefined]);
  });

  it('MS-OXWSATT R203, R443, R446: deleting one tells the new key of the parent', async () => {
    const item = await create('<t:Subject>less</t:Subject>');
    const id = attachmentId(await attach(idOf(item).id, file('a.txt')));
    const reply = await call(
      `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${id.attributes.Id}"/></m:AttachmentIds></m:DeleteAttachment>`,
    );
    const root = child(messagesOf(reply)[0], 'RootItemId');
    expect(root?.attributes).toEqual({ RootItemId: idOf(item).id, RootItemChangeKey: idOf(await get(idOf(item).id)).key });
    expect(textAt(await get(idOf(item).id), 'HasAttachments')).toBe('false');
  });
});

describe('MAPI names (reference 24, 25)', () => {
  const extended = (attributes: string) => `<t:AdditionalProperties><t:ExtendedFieldURI ${attributes}/></t:AdditionalProperties>`;
  const mapiValue = async (id: string, attributes: string) =>
    textAt(await get(id, extended(attributes), 'IdOnly'), 'ExtendedProperty', 'Value');

  it.each([
    ['PropertyTag="0x37" PropertyType="String"', 'both doors'],
    ['PropertyTag="0x0037" PropertyType="String"', 'both doors'],
    ['PropertyTag="55" PropertyType="String"', 'both doors'],
    ['PropertyTag="0x1a" PropertyType="String"', 'IPM.Note'],
    ['PropertyTag="0x3007" PropertyType="SystemTime"', '2026-11-02T08:00:00Z'],
    ['PropertyTag="0x0e07" PropertyType="Integer"', '9'],
    ['PropertyTag="0x17" PropertyType="Integer"', '2'],
  ])('reads %s', async (attributes, value) => {
    const item = await create('<t:Subject>both doors</t:Subject><t:Importance>High</t:Importance>');
    expect(await mapiValue(idOf(item).id, attributes)).toBe(value);
  });

  it('writes through the MAPI name what the schema name reads', async () => {
    const item = await create(
      '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x37" PropertyType="String"/><t:Value>by tag</t:Value></t:ExtendedProperty>',
    );
    expect(textAt(item, 'Subject')).toBe('by tag');
  });

  it('keeps named properties over moves, and drops fractions of times', async () => {
    const named = 'PropertySetId="c11ff724-aa03-4555-9952-8fa248a11c3e" PropertyName="record" PropertyType="String"';
    const time = 'DistinguishedPropertySetId="PublicStrings" PropertyName="when" PropertyType="SystemTime"';
    const item = await create(
      `<t:ExtendedProperty><t:ExtendedFieldURI ${named}/><t:Value>r-1</t:Value></t:ExtendedProperty><t:ExtendedProperty><t:ExtendedFieldURI ${time}/><t:Value>2026-01-01T10:00:00.123Z</t:Value></t:ExtendedProperty>`,
    );
    const moved = itemsOf(
      await call(
        `<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="inbox"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${idOf(item).id}"/></m:ItemIds></m:MoveItem>`,
      ),
    )[0];
    expect(await mapiValue(idOf(moved).id, named)).toBe('r-1');
    expect(await mapiValue(idOf(moved).id, time)).toBe('2026-01-01T10:00:00Z');
  });

  it.each([
    'PropertyTag="0x37" PropertySetId="c11ff724-aa03-4555-9952-8fa248a11c3e" PropertyType="String"',
    'PropertySetId="c11ff724-aa03-4555-9952-8fa248a11c3e" PropertyType="String"',
    'PropertySetId="c11ff724-aa03-4555-9952-8fa248a11c3e" PropertyName="a" PropertyId="1" PropertyType="String"',
    'PropertyName="a" PropertyType="String"',
  ])('refuses the mixture %s', async (attributes) => {
    const { id } = idOf(await create('<t:Subject>s</t:Subject>'));
    expect(
      codesOf(
        await call(
          `<m:GetItem>${shape(extended(attributes), 'IdOnly')}<m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
        ),
      ),
    ).toEqual(['ErrorInvalidExtendedProperty']);
  });
});

// Items, messages and attachments switched off, piece by piece (MS-OXWSCORE, MS-OXWSMSG, MS-OXWSATT, MS-OXWSCDATA).
import { each, eachLine, edit, lost, type Mutation, taken, unread } from './mutation.ts';

const TEST = 'requirement/item';
const CORE = 'MS-OXWSCORE';
const DELETE = 'operation/items.ts';
const UPDATE = 'operation/update-item.ts';
const CREATE = 'operation/create-item.ts';
const COMMON = 'property/common.ts';
const core = (text: string, make: Parameters<typeof eachLine>[3]) => eachLine(TEST, CORE, text, make);

const PROPERTIES: readonly Mutation[] = [
  ...core(
    'R73 Subject, R75 Sensitivity, R81 Importance, R82 InReplyTo, R95 ReminderMinutesBeforeStart, R102 Culture, R80 Categories',
    lost,
  ),
  ...core(
    `R72 ItemClass, R96 DisplayCc, R98 DisplayTo, R76 Body, R70 ItemId, R71 ParentFolderId, R78 DateTimeReceived, R79 Size
     R90 DateTimeCreated, R104 LastModifiedName, R105 LastModifiedTime, R103 EffectiveRights, R91 ResponseObjects`,
    unread,
  ),
  ...core('R131 ReplyToItem, R132 ForwardItem, R133 ReplyAllToItem', (name) =>
    edit(COMMON, 'names.map((name) =>', `names.filter((name) => name !== '${name}').map((name) =>`),
  ),
  ...each(TEST, CORE, {
    R1650: taken('Sensitivity', 'Confidential', 'Normal'),
    R1651: taken('Sensitivity', 'Normal', 'Private'),
    R1652: taken('Sensitivity', 'Personal', 'Normal'),
    R1653: taken('Sensitivity', 'Private', 'Normal'),
    R198: taken('Importance', 'High', 'Normal'),
    R199: taken('Importance', 'Low', 'Normal'),
    R1616: lost('ReminderIsSet'),
    R74: edit('property/settle.ts', '\n        .slice(0, 255)', ''),
    R97: edit(COMMON, `displayList(item, 'CcRecipients')`, `displayList(item, 'CcRecipients').split(';')[0]`),
    R99: edit(COMMON, `displayList(item, 'ToRecipients')`, `displayList(item, 'ToRecipients').split(';')[0]`),
    R1679: edit('property/body.ts', `{ BodyType: html ? 'HTML' : 'Text' }`, `{ BodyType: 'Text' }`),
    R1680: edit('property/body.ts', `{ BodyType: html ? 'HTML' : 'Text' }`, `{ BodyType: 'HTML' }`),
    R1608: edit(
      'property/build.ts',
      `name: 'IsDraft', attributes: {}, children: [], text: 'true'`,
      `name: 'IsDraft', attributes: {}, children: [], text: 'false'`,
    ),
    R1609: edit(
      'mime/transport.ts',
      `  setText(item, 'IsDraft', 'false');\n  setText(item, 'IsFromMe', 'true');`,
      `  setText(item, 'IsFromMe', 'true');`,
    ),
    R1607: edit(COMMON, `plainReader('IsSubmitted', 'false')`, `plainReader('IsSubmitted', 'true')`),
    R1614: edit(COMMON, `item.modified === item.created && item.kind === 'Message'`, 'false'),
    R1615: edit(COMMON, `item.modified === item.created && item.kind === 'Message'`, 'true'),
    R69: edit('mime/content.ts', `return el('MimeContent', bytes.toString('base64')`, `return el('MimeContent', ''`),
    R114: edit('mime/content.ts', `, { CharacterSet: 'UTF-8' });`, ');'),
    R1620: edit(COMMON, `visibleAttachments(item).length > 0`, 'false'),
    R1621: edit(COMMON, `visibleAttachments(item).length > 0`, 'true'),
  }),
  ...each(TEST, 'MS-OXWSCDATA', {
    R15: edit('property/body.ts', `if (wanted === 'Best' || wanted === type)`, 'if (wanted === type)'),
    R17: edit('property/body.ts', `if (wanted === 'Text') return`, 'if (true) return'),
    R18: edit('property/body.ts', `if (wanted === 'Text') return`, 'if (false) return'),
    R21188: edit('property/shape.ts', `childText(element, 'IncludeMimeContent') === 'true'`, 'false'),
    R21189: edit('property/shape.ts', `childText(element, 'IncludeMimeContent') === 'true'`, 'true'),
    R59: edit('property/shape.ts', `if (shape.base === 'AllProperties') return allFields(item);`, ''),
    R61: edit('property/shape.ts', `if (shape.base === 'AllProperties') return`, 'return'),
    R62: edit('property/shape.ts', `if (shape.base === 'IdOnly') return ['ItemId'];`, ''),
    R1185: edit('property/shape.ts', `base: childText(element, 'BaseShape') ?? 'AllProperties'`, `base: 'Default'`),
    R1197: edit('property/shape.ts', `names.add(path.element);`, 'continue;'),
    R335: edit('property/write.ts', ' || given.children.length !== 1)', ')'),
    R619: edit('property/build.ts', 'if (itemClass !== undefined) checkClass(', 'if (itemClass === null) checkClass('),
  }),
];

const OPERATIONS: readonly Mutation[] = [
  ...each(TEST, CORE, {
    R1667: edit(
      DELETE,
      `=== 'SoftDelete' ? 'recoverableitemsdeletions' : 'recoverableitemspurges'`,
      `=== '' ? '' : 'recoverableitemsdeletions'`,
    ),
    R1668: edit(DELETE, `if (type === 'MoveToDeletedItems') {`, `if (type === '') {`),
    R1669: edit(DELETE, `=== 'SoftDelete' ? 'recoverableitemsdeletions'`, `=== '' ? 'recoverableitemsdeletions'`),
    R388: edit(DELETE, '  mailbox.place(item, to);', '  mailbox.place(item, mailbox.folders.get(old.folder)!);'),
    R45: edit(
      'operation/move-item.ts',
      'moveWithin(mailbox, item, to.folder)',
      `moveWithin(mailbox, item, mailbox.folderNamed('notes'))`,
    ),
    R46: edit(
      'operation/move-item.ts',
      `const made = await messages(name, itemIds(request), (id) => {\n    const { mailbox, item } = findItem(call, id);\n    const to = target(request, call);\n    if (item.occurrence !== undefined)\n      refuse('ErrorCalendarCannotMoveOrCopyOccurrence', 'An occurrence cannot be moved or copied.');\n    checkFolder(item.kind, to.folder);\n    if`,
      `const made = await messages(name, itemIds(request).slice(1), (id) => {\n    const { mailbox, item } = findItem(call, id);\n    const to = target(request, call);\n    if`,
    ),
    R1600: edit(
      'operation/move-item.ts',
      '    to.mailbox.place(copy, to.folder);\n    copy.created',
      `    to.mailbox.place(copy, to.mailbox.folderNamed('drafts'));\n    copy.created`,
    ),
    R1601: edit(
      'operation/move-item.ts',
      `'CopyItemResponseMessage';\n  const made = await messages(name, itemIds(request),`,
      `'CopyItemResponseMessage';\n  const made = await messages(name, itemIds(request).slice(1),`,
    ),
    R47: edit('operation/move-item.ts', `childText(request, 'ReturnNewItemIds') === 'false'`, 'false'),
    R556: edit('property/write.ts', 'else set(item, path, value, context);', ''),
    R557: edit(
      'property/write.ts',
      `if (path.kind === 'field') delete item.fields[path.element];`,
      `if (path.kind === 'field') return;`,
    ),
    R555: edit('property/write.ts', `if (change.name === 'AppendToItemField') append(`, `if (change.name === '') append(`),
    R561: edit(
      UPDATE,
      `const updates = child(change, 'Updates')?.children ?? [];`,
      `const updates = child(change, 'Updates')?.children.slice(9) ?? [];`,
    ),
    R61: edit(UPDATE, `      el('ConflictResults', [el('Count', conflicts)]),\n`, ''),
    R65: edit(UPDATE, `el('Count', conflicts)`, `el('Count', 0)`),
    R462: edit('operation/send-item.ts', 'itemIds(request)', 'itemIds(request).slice(1)'),
    R1648: edit('operation/send-item.ts', `request.attributes.SaveItemToFolder === 'true'`, 'false'),
    R1649: edit('operation/send-item.ts', `request.attributes.SaveItemToFolder === 'true'`, 'true'),
    R463: edit('operation/send-item.ts', `: findFolder(call, given).folder`, `: mailbox.folderNamed('sentitems')`),
    R1157: edit('operation/small.ts', `      item.fields.IsRead = el('IsRead', flag);\n`, ''),
  }),
  ...each(TEST, 'MS-OXWSMSG', {
    R80: edit(CREATE, '  if (sends) {', '  if (sends || item.fields.ToRecipients !== undefined) {'),
    R82: edit(CREATE, 'return sends ? undefined :', 'return sends || item.fields.ToRecipients !== undefined ? undefined :'),
    R83: edit(
      CREATE,
      `    await sendItemNow(item, context);`,
      `    if (disposition !== 'SendOnly') await sendItemNow(item, context);`,
    ),
    R84: edit(CREATE, `return undefined;`, `return { item: mailbox.place(item, folder), mailbox };`),
    R85: edit(
      CREATE,
      `    await sendItemNow(item, context);`,
      `    if (disposition === 'SendOnly') await sendItemNow(item, context);`,
    ),
    R86: edit(CREATE, 'return sends ? undefined : { item, mailbox };', 'return { item, mailbox };'),
  }),
  ...eachLine(TEST, 'MS-OXWSMSG', 'R30 ToRecipients, R33 CcRecipients, R36 BccRecipients, R69 ReplyTo', lost),
  ...eachLine(
    TEST,
    'MS-OXWSMSG',
    'R39 IsReadReceiptRequested, R43 IsDeliveryReceiptRequested, R59 IsRead, R62 IsResponseRequested',
    unread,
  ),
  ...eachLine(
    TEST,
    'MS-OXWSMSG',
    'R42 IsReadReceiptRequested, R46 IsDeliveryReceiptRequested, R61 IsRead, R65 IsResponseRequested',
    (name) => taken(name, 'true', 'false'),
  ),
  ...eachLine(
    TEST,
    'MS-OXWSMSG',
    'R41 IsReadReceiptRequested, R45 IsDeliveryReceiptRequested, R60 IsRead, R64 IsResponseRequested',
    (name) => taken(name, 'false', 'true'),
  ),
  ...eachLine(TEST, 'MS-OXWSMSG', 'R49 ConversationIndex, R52 ConversationTopic, R58 InternetMessageId', (name) =>
    edit('property/read-only.ts', `  if (element === 'IsRecurring') return true;`, `  if (element === '${name}') return false;`),
  ),
];

const ATTACHMENTS: readonly Mutation[] = each(TEST, 'MS-OXWSATT', {
  R38: edit('operation/attachments.ts', `if (attachment.kind === 'FileAttachment') return`, `if (attachment.kind === '') return`),
  R43: edit('operation/attachments.ts', '    id.attributes.RootItemId = mailbox.itemId(item);\n', ''),
  R45: edit('operation/attachments.ts', '    id.attributes.RootItemChangeKey = mailbox.itemKey(item);\n', ''),
  R59: edit('mime/fill.ts', `    Name: el('Name', name),\n`, ''),
  R60: edit('mime/fill.ts', `    ContentType: el('ContentType', type),\n`, ''),
  R63: edit('property/attachment.ts', `, 'ContentLocation']`, ']'),
  R144: edit('operation/attachments.ts', `el('Attachments', [el(attachment.kind, [id])])`, `el('Attachments', [])`),
  R259: edit('operation/attachments.ts', `el('Attachments', [element])`, `el('Attachments', [])`),
  R36: edit('operation/attachments.ts', `if (attachment.item === undefined) return`, 'if (true) return'),
  R83: edit('property/attachment.ts', `  'Message',\n`, ''),
  R141: edit('operation/attachments.ts', `  'ItemId',\n  'ParentFolderId'`, `  'ParentFolderId'`),
  R203: edit('operation/attachments.ts', `draft.attachments.filter((one) => one !== attachment)`, 'draft.attachments'),
  R443: edit('operation/attachments.ts', `{ RootItemId: mailbox.itemId(item), Root`, `{ RootItemId: '', Root`),
  R446: edit('operation/attachments.ts', `RootItemChangeKey: mailbox.itemKey(item) })`, `RootItemChangeKey: '' })`),
});

export const ITEM: readonly Mutation[] = [...PROPERTIES, ...OPERATIONS, ...ATTACHMENTS];

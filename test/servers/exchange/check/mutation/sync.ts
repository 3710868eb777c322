// Synchronisation switched off, piece by piece (MS-OXWSSYNC).
import { type Edit, each, eachLine, edit, type Mutation } from './mutation.ts';

const TEST = 'requirement/sync';
const SYNC = 'MS-OXWSSYNC';
const ITEMS = 'operation/sync-folder-items.ts';
const FOLDERS = 'operation/sync-folder-hierarchy.ts';
const lines = (text: string, make: (kind: string) => Edit) => eachLine(TEST, SYNC, text, make);

const noItem = (field: string) => (kind: string) =>
  edit(ITEMS, `if (item.${field} > since)`, `if (item.${field} > since && item.kind !== '${kind}')`);
const noFolder = (field: string) => (kind: string) =>
  edit(FOLDERS, `if (folder.${field} > since)`, `if (folder.${field} > since && folder.kind !== '${kind}')`);
const stateOf = (file: string, code: string) =>
  edit(
    file,
    `const text = childText(request, 'SyncState') ?? '';`,
    `let text = childText(request, 'SyncState') ?? '';\n  ${code}`,
  );
const REFUSE = `refuse('ErrorInternalServerError');`;

export const SYNCHRONISATION: readonly Mutation[] = [
  ...lines(
    `R1571 Message, R1591 CalendarItem, R1611 Contact, R1631 DistributionList, R1731 Task, R1751 PostItem, R1671 MeetingRequest
     R1711 MeetingCancellation, R1691 MeetingResponse`,
    noItem('createdAt'),
  ),
  ...lines(
    'R1572 Message, R1592 CalendarItem, R1612 Contact, R1632 DistributionList, R1732 Task, R1752 PostItem',
    noItem('changedAt'),
  ),
  ...lines('R10010 Folder, R1021 CalendarFolder, R1041 ContactsFolder, R1081 TasksFolder', noFolder('createdAt')),
  ...lines('R10020 Folder, R1022 CalendarFolder, R1042 ContactsFolder, R1082 TasksFolder', noFolder('changedAt')),
  ...each(TEST, SYNC, {
    R70: edit(ITEMS, `el('Changes', changes)`, `el('Changes', [])`),
    R131: edit(ITEMS, `kind: 'Create', thing: item`, `kind: 'Update', thing: item`),
    R132: edit(ITEMS, `kind: 'Update', thing: item });\n    else if`, `kind: 'Create', thing: item });\n    else if`),
    R134: edit(ITEMS, `if (gone.kind !== 'item' ||`, `if (gone.kind !== 'nothing' as string ||`),
    R184: edit(ITEMS, `el('ItemId', undefined, { Id: thing.id })`, `el('ItemId', undefined, { Id: thing.id.slice(4) })`),
    R504: stateOf(ITEMS, `text = '';`),
    R136: edit(ITEMS, `isMessage(item.kind) ? 'ReadFlagChange' : 'Update'`, `'Update'`),
    R194: edit(ITEMS, `[itemIdElement(thing, { mailbox }), el('IsRead'`, `[el('IsRead'`),
    R1951: edit(ITEMS, `thing.fields.IsRead?.text ?? 'false'`, `'false'`),
    R1952: edit(ITEMS, `thing.fields.IsRead?.text ?? 'false'`, `'true'`),
    R388: edit(ITEMS, `Number(childText(request, 'MaxChangesReturned') ?? 512)`, '512'),
    R3891: edit(
      ITEMS,
      `Number(childText(request, 'MaxChangesReturned') ?? 512)`,
      `1 + Number(childText(request, 'MaxChangesReturned'))`,
    ),
    R6701: edit(ITEMS, '? false : last)', '? false : false)'),
    R6702: edit(ITEMS, '? false : last)', '? false : true)'),
    R382: edit('sync/state.ts', `folder, since: 0, until: 0`, `folder, since: kind === 'items' ? 1_000_000 : 0, until: 0`),
    R3831: stateOf(ITEMS, `if (text !== '' && text.startsWith('H4sI')) ${REFUSE}`),
    R3832: stateOf(ITEMS, `if (text === '') ${REFUSE}`),
    R65: edit(ITEMS, 'stuck ? asked : writeState(', `stuck ? asked : '!' + writeState(`),
    R3851: edit(ITEMS, '!ignored.has(', '!new Set().has('),
    R3852: edit(ITEMS, '!ignored.has(', 'ignored.size === 0 || ignored.has('),
    R3861: stateOf(ITEMS, `if (child(request, 'Ignore') !== undefined) ${REFUSE}`),
    R3862: stateOf(ITEMS, `if (child(request, 'Ignore') === undefined) ${REFUSE}`),
    R3783: edit('property/shape.ts', `if (shape.base === 'IdOnly') return ['ItemId'];`, ''),
    R37814: edit('property/shape.ts', `names.add(path.element);`, 'continue;'),
    R37815: edit('property/shape.ts', `names.add(path.element);`, `names.add('Size');`),
    R347: edit(ITEMS, 'if (item.associated && !associated) continue;', ''),
    R37811008: edit(ITEMS, `childText(request, 'SyncScope') === 'NormalAndAssociatedItems'`, 'false'),
    R49: edit(FOLDERS, `el('Changes', changes)`, `el('Changes', [])`),
    R84: edit(FOLDERS, `kind: 'Create', thing: folder`, `kind: 'Update', thing: folder`),
    R85: edit(FOLDERS, `kind: 'Update', thing: folder`, `kind: 'Create', thing: folder`),
    R117: edit(FOLDERS, `{ Id: thing.id }`, `{ Id: thing.id.slice(4) }`),
    R503: stateOf(FOLDERS, `text = '';`),
    R262: edit('sync/state.ts', `folder, since: 0, until: 0`, `folder, since: kind === 'folders' ? 1_000_000 : 0, until: 0`),
    R2631: stateOf(FOLDERS, `if (text !== '' && text.startsWith('H4sI')) ${REFUSE}`),
    R2632: stateOf(FOLDERS, `if (text === '') ${REFUSE}`),
    R44: edit(FOLDERS, `el('SyncState', writeState(`, `el('SyncState', '!' + writeState(`),
    R460: edit(FOLDERS, `[sync(request, call)]`, `[sync(request, call), sync(request, call)]`),
    R4601: edit(FOLDERS, `el('IncludesLastFolderInRange', last)`, `el('IncludesLastFolderInRange', false)`),
    R259: edit(
      FOLDERS,
      `: findFolder(call, root);`,
      `: { mailbox: call.mailbox, folder: call.mailbox.folderNamed('msgfolderroot') };`,
    ),
    R2601: stateOf(FOLDERS, `if (root !== undefined) ${REFUSE}`),
    R2602: stateOf(FOLDERS, `if (root === undefined) ${REFUSE}`),
    R2573: edit('property/folder.ts', `shape.base === 'IdOnly' ? ['FolderId'] :`, ''),
    R2574: edit('property/folder.ts', `if (path.kind === 'field') names.add(path.element);`, 'void path;'),
    R2575: edit('property/folder.ts', `if (path.kind === 'field') names.add(path.element);`, `names.add('FolderClass');`),
  }),
  ...each(TEST, 'MS-OXWSCDATA', {
    R518: stateOf(ITEMS, `if (!text.startsWith('H4sI')) text = '';`),
    R5188: stateOf(FOLDERS, `if (!text.startsWith('H4sI')) text = '';`),
  }),
];

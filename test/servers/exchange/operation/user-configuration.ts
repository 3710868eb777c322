// GetUserConfiguration and its siblings: hidden settings of a folder, among them OWA.UserOptions and CategoryList.
import { type Call, findFolder, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { writeChangeKey, writeId } from '../store/ids.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { UserConfiguration } from '../store/model.ts';
import { child, childText, type Element, el, plain } from '../xml/element.ts';

function find(
  call: Call,
  name: Element | undefined,
): { mailbox: Mailbox; found: UserConfiguration | undefined; name: string; folder: number } {
  const { mailbox, folder } = findFolder(call, name?.children[0] ?? el('DistinguishedFolderId', undefined, { Id: 'root' }));
  const wanted = name?.attributes.Name ?? '';
  const stored = mailbox.configurations.find((one) => one.folder === folder.key && one.name === wanted);
  return { mailbox, name: wanted, folder: folder.key, found: stored ?? builtIn(call, mailbox, wanted, folder.key) };
}

const entry = (key: string, type: string, value: string) =>
  el('DictionaryEntry', [
    el('DictionaryKey', [el('Type', 'String'), el('Value', key)]),
    el('DictionaryValue', [el('Type', type), el('Value', value)]),
  ]);

/** What every mailbox has: DavMail reads the user's zone from OWA.UserOptions (reference 47 [run]). */
function builtIn(call: Call, mailbox: Mailbox, name: string, folder: number): UserConfiguration | undefined {
  const base = { folder, name, dictionary: [], xml: '', binary: '', key: 1, version: 1 };
  if (name === 'OWA.UserOptions' && folder === mailbox.folderNamed('root').key) {
    return {
      ...base,
      dictionary: [entry('timezone', 'String', call.exchange.zone), entry('workdayendtime', 'Integer32', '1020')],
    };
  }
  if (name === 'CategoryList' && folder === mailbox.folderNamed('calendar').key) {
    return { ...base, key: 2, xml: Buffer.from(CATEGORY_LIST).toString('base64') };
  }
  return undefined;
}

const COLOURS = ['Red', 'Orange', 'Yellow', 'Green', 'Blue', 'Purple'];
/** The master list of categories, in the form of MS-OXOCFG 2.2.5.2. */
const CATEGORY_LIST = `<?xml version="1.0"?><categories default="Red category" lastSavedSession="1" lastSavedTime="2026-01-01T00:00:00.000" xmlns="CategoryList.xsd">${COLOURS.map(
  (colour, index) =>
    `<category name="${colour} category" color="${index}" keyboardShortcut="0" usageCount="0" lastTimeUsedNotes="1601-01-01T00:00:00.000" lastTimeUsedJournal="1601-01-01T00:00:00.000" lastTimeUsedContacts="1601-01-01T00:00:00.000" lastTimeUsedTasks="1601-01-01T00:00:00.000" lastTimeUsedCalendar="1601-01-01T00:00:00.000" lastTimeUsedMail="1601-01-01T00:00:00.000" lastTimeUsed="1601-01-01T00:00:00.000" lastSessionUsed="0" guid="{00000000-0000-4000-a000-00000000000${index}}"/>`,
).join('')}</categories>`;

export async function getUserConfiguration(request: Element, call: Call): Promise<Element> {
  const parts = new Set((childText(request, 'UserConfigurationProperties') ?? 'All').split(/\s+/));
  const has = (part: string) => parts.has(part) || parts.has('All');
  const made = await messages('GetUserConfigurationResponseMessage', [0], () => {
    const name = child(request, 'UserConfigurationName');
    const { mailbox, found } = find(call, name);
    if (found === undefined) refuse('ErrorItemNotFound');
    const id = writeId({ mailbox: mailbox.guid, kind: 'item', folder: found.folder, item: found.key, attachments: [] });
    const content = [
      name === undefined ? undefined : plain(name),
      has('Id') ? el('ItemId', undefined, { Id: id, ChangeKey: writeChangeKey(9, mailbox.guid, found.version) }) : undefined,
      has('Dictionary') && found.dictionary.length > 0 ? el('Dictionary', found.dictionary) : undefined,
      has('XmlData') && found.xml !== '' ? el('XmlData', found.xml) : undefined,
      has('BinaryData') && found.binary !== '' ? el('BinaryData', found.binary) : undefined,
    ];
    return successMessage('GetUserConfigurationResponseMessage', [el('UserConfiguration', content)]);
  });
  return responseOf('GetUserConfiguration', made);
}

function fill(configuration: UserConfiguration, source: Element | undefined, mailbox: Mailbox) {
  const dictionary = child(source, 'Dictionary');
  if (dictionary !== undefined) configuration.dictionary = dictionary.children.map(plain);
  configuration.xml = childText(source, 'XmlData') ?? configuration.xml;
  configuration.binary = childText(source, 'BinaryData') ?? configuration.binary;
  configuration.version = mailbox.tick();
}

export async function createUserConfiguration(request: Element, call: Call): Promise<Element> {
  const source = child(request, 'UserConfiguration');
  const made = await messages('CreateUserConfigurationResponseMessage', [0], () => {
    const { mailbox, found, name, folder } = find(call, child(source, 'UserConfigurationName'));
    if (found !== undefined) refuse('ErrorItemSave', 'The user configuration already exists.');
    const configuration: UserConfiguration = {
      folder,
      name,
      dictionary: [],
      xml: '',
      binary: '',
      key: mailbox.newKey(),
      version: 0,
    };
    fill(configuration, source, mailbox);
    mailbox.configurations.push(configuration);
    return successMessage('CreateUserConfigurationResponseMessage');
  });
  return responseOf('CreateUserConfiguration', made);
}

export async function updateUserConfiguration(request: Element, call: Call): Promise<Element> {
  const source = child(request, 'UserConfiguration');
  const made = await messages('UpdateUserConfigurationResponseMessage', [0], () => {
    const { mailbox, found } = find(call, child(source, 'UserConfigurationName'));
    if (found === undefined) refuse('ErrorItemNotFound');
    if (!mailbox.configurations.includes(found)) mailbox.configurations.push(found);
    fill(found, source, mailbox);
    return successMessage('UpdateUserConfigurationResponseMessage');
  });
  return responseOf('UpdateUserConfiguration', made);
}

export async function deleteUserConfiguration(request: Element, call: Call): Promise<Element> {
  const made = await messages('DeleteUserConfigurationResponseMessage', [0], () => {
    const { mailbox, found } = find(call, child(request, 'UserConfigurationName'));
    const at = found === undefined ? -1 : mailbox.configurations.indexOf(found);
    if (at < 0) refuse('ErrorItemNotFound');
    mailbox.configurations.splice(at, 1);
    return successMessage('DeleteUserConfigurationResponseMessage');
  });
  return responseOf('DeleteUserConfiguration', made);
}

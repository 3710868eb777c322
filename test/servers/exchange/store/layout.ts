// The folders of a new mailbox: distinguished name, display name, kind and class (MS-OXWSFOLD R70, R585-R589).
import type { FolderKind } from './model.ts';

export interface Plan {
  distinguished?: string;
  name: string;
  kind?: FolderKind;
  folderClass?: string;
  hidden?: boolean;
  inside?: Plan[];
}

const calendar: Plan = { distinguished: 'calendar', name: 'Calendar', kind: 'CalendarFolder', folderClass: 'IPF.Appointment' };
const contacts: Plan = {
  distinguished: 'contacts',
  name: 'Contacts',
  kind: 'ContactsFolder',
  folderClass: 'IPF.Contact',
  inside: [
    {
      distinguished: 'quickcontacts',
      name: 'Quick Contacts',
      kind: 'ContactsFolder',
      folderClass: 'IPF.Contact.MOC.QuickContacts',
      hidden: true,
    },
    {
      distinguished: 'recipientcache',
      name: 'Recipient Cache',
      kind: 'ContactsFolder',
      folderClass: 'IPF.Contact.RecipientCache',
      hidden: true,
    },
    { name: 'GAL Contacts', kind: 'ContactsFolder', folderClass: 'IPF.Contact.GalContacts', hidden: true },
  ],
};

export const LAYOUT: Plan = {
  distinguished: 'root',
  name: 'root',
  folderClass: '',
  inside: [
    {
      distinguished: 'msgfolderroot',
      name: 'Top of Information Store',
      inside: [
        calendar,
        contacts,
        { distinguished: 'conversationhistory', name: 'Conversation History' },
        { distinguished: 'deleteditems', name: 'Deleted Items' },
        { distinguished: 'drafts', name: 'Drafts' },
        { distinguished: 'inbox', name: 'Inbox' },
        { distinguished: 'journal', name: 'Journal', folderClass: 'IPF.Journal' },
        { distinguished: 'junkemail', name: 'Junk Email' },
        { distinguished: 'notes', name: 'Notes', folderClass: 'IPF.StickyNote' },
        { distinguished: 'outbox', name: 'Outbox' },
        { distinguished: 'sentitems', name: 'Sent Items' },
        {
          distinguished: 'syncissues',
          name: 'Sync Issues',
          inside: [
            { distinguished: 'conflicts', name: 'Conflicts' },
            { distinguished: 'localfailures', name: 'Local Failures' },
            { distinguished: 'serverfailures', name: 'Server Failures' },
          ],
        },
        { distinguished: 'tasks', name: 'Tasks', kind: 'TasksFolder', folderClass: 'IPF.Task' },
      ],
    },
    { name: 'Common Views', folderClass: '' },
    { distinguished: 'searchfolders', name: 'Finder', folderClass: '' },
    { name: 'Freebusy Data', folderClass: '' },
    {
      distinguished: 'recoverableitemsroot',
      name: 'Recoverable Items',
      folderClass: '',
      inside: [
        { distinguished: 'recoverableitemsdeletions', name: 'Deletions', folderClass: '' },
        { distinguished: 'recoverableitemspurges', name: 'Purges', folderClass: '' },
        { distinguished: 'recoverableitemsversions', name: 'Versions', folderClass: '' },
      ],
    },
    { name: 'Schedule', folderClass: '' },
    { name: 'Shortcuts', folderClass: '' },
    { name: 'Spooler Queue', folderClass: '' },
    { name: 'Views', folderClass: '' },
  ],
};

/** The kind of a folder made by a client: its class decides. */
export function kindOfClass(folderClass: string): FolderKind {
  const is = (base: string) => folderClass === base || folderClass.startsWith(`${base}.`);
  if (is('IPF.Appointment')) return 'CalendarFolder';
  if (is('IPF.Contact')) return 'ContactsFolder';
  if (is('IPF.Task')) return 'TasksFolder';
  return 'Folder';
}

export const CLASS_OF_KIND: Readonly<Record<FolderKind, string>> = {
  Folder: 'IPF.Note',
  CalendarFolder: 'IPF.Appointment',
  ContactsFolder: 'IPF.Contact',
  TasksFolder: 'IPF.Task',
  SearchFolder: 'IPF.Note',
};

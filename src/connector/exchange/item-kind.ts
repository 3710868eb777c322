/** What a kind of item is at Exchange: `translate/` holds one for appointments, contacts and tasks each, both ways in one file. */
import type { Failure } from '../../model/failure.ts';
import type { ItemContent, ItemKind, MeetingFacts } from '../../model/item.ts';
import type { ItemChange, RemoteRef, Step } from '../connector.ts';
import type { Ews } from './ews.ts';
import type { Path } from './property.ts';
import type { Element } from './read-answer.ts';

export interface Kind {
  readonly kind: ItemKind;
  /** Distinguished id of the folder where new ones go. */
  readonly home: 'calendar' | 'contacts' | 'tasks';
  /** The elements that are told, the usual one first; whatever else lies in such a folder is not. */
  readonly elements: readonly string[];
  readonly folder: 'CalendarFolder' | 'ContactsFolder' | 'TasksFolder';
  /** FolderClass of folders that the server keeps for itself: neither watched nor listed. */
  readonly hidden: readonly string[];
  /** What GetItem is asked for, besides id, folder, key, mark and time of change. */
  readonly properties: readonly Path[];
  /** The same with each entry of a dictionary by itself, for servers that tell no dictionary as a whole. */
  readonly entries?: readonly Path[];
  /** And of the other elements, for which most of these are not valid. */
  readonly otherProperties?: readonly Path[];
  /** Attached files up to this size are read; 0: none are, as with kinds that have none. */
  readonly fileBytes?: number;
  /** Left out: as it is. */
  readonly bodyType?: 'Text';
  /** Asked for once in a session, before anything else: what `steps` has to know of the mailbox. */
  prepare?(ews: Ews): Promise<void>;
  /** What an item says. Takes what may be there, in any form; throws a Failure('refused') for what cannot be understood. */
  read(item: Element, more: MoreReading): Promise<Reading>;
  /** Pure; `step.ts` makes them. */
  steps(change: ItemChange): readonly Step[];
}

export interface Reading {
  readonly content: ItemContent;
  readonly meetingId?: string | null;
  readonly meeting?: MeetingFacts | null;
  readonly readOnly?: boolean;
  readonly notes?: readonly string[];
}

export type GotElement = { readonly ref: RemoteRef } & (
  | { readonly element: Element; readonly failure?: undefined }
  | { readonly element?: undefined; readonly failure: Failure }
);

/** For what one GetItem does not bring: the exceptions of a series, the bytes of a picture. */
export interface MoreReading {
  /** In order of the refs. */
  items(refs: readonly string[], properties: readonly Path[]): Promise<readonly GotElement[]>;
  /** The definition of a Windows time zone, as the server has it; null: it knows none of that id. */
  zone(id: string): Promise<Element | null>;
  /** The FileAttachment with its Content; null when it is gone. */
  attachment(id: string, limitBytes: number): Promise<Element | null>;
  /** What this very item said when it was last read; null: nobody knows. */
  held(): Promise<ItemContent | null>;
}

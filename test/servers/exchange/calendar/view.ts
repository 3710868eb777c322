import type { Page } from '../query/paging.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder, Item } from '../store/model.ts';
import type { Element } from '../xml/element.ts';

export function calendarView(_mailbox: Mailbox, _folder: Folder, _view: Element): Page<Item> {
  return { things: [], attributes: {} };
}

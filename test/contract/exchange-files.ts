/** Files of appointments as an application hands them in, and the hand of a user who attaches some and takes them away. */
import { dataUri } from '../../src/model/data-uri.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { at, isObject, textAt } from '../../src/model/json.ts';
import type { Exchange } from '../servers/exchange/exchange.ts';
import { fileAttachment } from '../servers/exchange/mime/fill.ts';
import type { Attachment, Item } from '../servers/exchange/store/model.ts';

export const file = (title: string, text: string, more: object = {}): Json =>
  ({ '@type': 'Link', rel: 'enclosure', title, href: dataUri('text/plain', Buffer.from(text)), ...more }) as Json;

/** Name and text of each, in order of the names. */
export function filesIn(content: ItemContent): readonly string[] {
  const links = at(content, 'links');
  return Object.values(isObject(links) ? links : {})
    .map((link) => `${textAt(link, 'title')}: ${Buffer.from(String(textAt(link, 'href')?.split(',')[1]), 'base64')}`)
    .sort();
}

export const attachedTo = ({ attachments }: Item): readonly string[] =>
  attachments.map(({ fields, content }) => `${fields.Name?.text}: ${Buffer.from(content, 'base64')}`).sort();

export interface Hand {
  attach(item: Item, name: string, text: string, more?: { readonly inline?: boolean; readonly kind?: string }): Attachment;
  detach(item: Item, name: string): void;
}

export function handOf(exchange: Exchange, address: string): Hand {
  const mailbox = () => exchange.mailboxOf(address)!;
  return {
    attach(item, name, text, { inline = false, kind = 'FileAttachment' } = {}) {
      const shown = inline ? [`${name}@body`, 'inline'] : [];
      const made = { ...fileAttachment({ mailbox: mailbox() }, name, 'text/plain', Buffer.from(text), ...shown), kind };
      item.attachments = [...item.attachments, made];
      mailbox().touch(item);
      return made;
    },
    detach(item, name) {
      item.attachments = item.attachments.filter(({ fields }) => fields.Name?.text !== name);
      mailbox().touch(item);
    },
  };
}

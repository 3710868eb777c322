// Properties of messages and meeting messages (MS-OXWSMSG).

import { createHash } from 'node:crypto';
import type { Item } from '../store/model.ts';
import { child, type Element, el } from '../xml/element.ts';
import { topicOf } from './common.ts';
import { plainReader, type Reader, textOf } from './context.ts';

function conversationIndex(item: Item): Element {
  const head = createHash('sha256')
    .update(topicOf(textOf(item, 'Subject') ?? ''))
    .digest()
    .subarray(0, 16);
  const time = Buffer.alloc(6);
  time.writeUIntBE(Math.floor(item.created / 1000), 0, 6);
  time[0] = 1;
  return el('ConversationIndex', Buffer.concat([time, head]).toString('base64'));
}

function receivedBy(name: string): Reader {
  return (item, context) => {
    if (item.fields.IsDraft?.text === 'true' || item.fields.DateTimeReceived === undefined) return undefined;
    return el(name, [
      el('Mailbox', [
        el('Name', context.mailbox.name),
        el('EmailAddress', context.mailbox.address),
        el('RoutingType', 'SMTP'),
        el('MailboxType', 'Mailbox'),
      ]),
    ]);
  };
}

export const MESSAGE: Record<string, Reader> = {
  IsRead: plainReader('IsRead', 'false'),
  IsReadReceiptRequested: plainReader('IsReadReceiptRequested', 'false'),
  IsDeliveryReceiptRequested: plainReader('IsDeliveryReceiptRequested', 'false'),
  ConversationTopic: (item) => el('ConversationTopic', topicOf(textOf(item, 'Subject') ?? '')),
  ConversationIndex: conversationIndex,
  ReceivedBy: receivedBy('ReceivedBy'),
  ReceivedRepresenting: receivedBy('ReceivedRepresenting'),
  // The one who sends for nobody else is also the one it comes from (MS-OXWSMSG R28, R29 family).
  Sender: (item) => item.fields.Sender ?? renamed(item.fields.From, 'Sender'),
  From: (item) => item.fields.From ?? renamed(item.fields.Sender, 'From'),
  SenderSMTPAddress: (item) => {
    const address = child(item.fields.Sender ?? item.fields.From, 'Mailbox', 'EmailAddress');
    return address === undefined ? undefined : el('SenderSMTPAddress', address.text);
  },
};

function renamed(element: Element | undefined, name: string): Element | undefined {
  return element === undefined ? undefined : { ...element, name };
}

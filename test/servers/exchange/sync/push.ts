// Push subscriptions: the server posts SendNotification to the client's URL (reference 51 [doc: push subscriptions, SendNotification]).
//
// Events go out as they come; a StatusEvent says every StatusFrequency minutes that the server is there. The client answers OK or
// Unsubscribe; when it does not answer, the server tries again after 30 s, then after twice as long, and gives the subscription up
// once StatusFrequency is over. Only loopback is ever called: any other host counts as one that does not answer.
import type { Exchange } from '../exchange.ts';
import { bodyOf, envelope } from '../soap/envelope.ts';
import { childText, type Element, el } from '../xml/element.ts';
import { readXml } from '../xml/read.ts';
import { eventElement, eventsSince, type Subscription, statusEvent, writeWatermark } from './subscription.ts';

export interface PushTarget {
  url: URL;
  statusMinutes: number;
}

const FIRST_WAIT = 30_000;
const ACTION = '"http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification"';
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function notificationText(subscription: Subscription, upTo: number, events: Element[], exchange: Exchange): string {
  const { mailbox, id, position } = subscription;
  const notification = el('Notification', [
    el('SubscriptionId', id),
    el('PreviousWatermark', writeWatermark(mailbox, position)),
    el('MoreEvents', false),
    ...(events.length > 0 ? events : [statusEvent(mailbox, upTo)]),
  ]);
  const message = el('SendNotificationResponseMessage', [el('ResponseCode', 'NoError'), notification], {
    ResponseClass: 'Success',
  });
  const body = el('SendNotification', [el('ResponseMessages', [message])]);
  return envelope(exchange.version, bodyOf(body, exchange.switches.illegalCharacters));
}

/** What the client says: OK, Unsubscribe, or nothing that can be read. */
async function post(target: PushTarget, text: string): Promise<string | undefined> {
  if (!LOOPBACK.test(target.url.hostname)) return undefined;
  try {
    const headers = { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: ACTION };
    const response = await fetch(target.url, { method: 'POST', headers, body: text, redirect: 'manual' });
    return childText(readXml(await response.text()), 'Body', 'SendNotificationResult', 'SubscriptionStatus');
  } catch {
    return undefined;
  }
}

/** Begins with a StatusEvent, by which the client learns that it can be reached. */
export function startPushing(subscription: Subscription, target: PushTarget, exchange: Exchange) {
  const { mailbox, id } = subscription;
  let busy = false;
  let timer: NodeJS.Timeout | undefined;
  const alive = () => exchange.subscriptions.get(id) === subscription;
  const later = (wait: number, what: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(what, wait).unref();
  };
  const end = () => {
    clearTimeout(timer);
    mailbox.listeners.delete(soon);
    if (alive()) exchange.subscriptions.delete(id);
  };
  const send = async (failures: number) => {
    if (!alive()) return end();
    busy = true;
    const events = eventsSince(subscription, subscription.position);
    const upTo = mailbox.eventNumber;
    const text = notificationText(
      subscription,
      upTo,
      events.map((event) => eventElement(event, mailbox, true)),
      exchange,
    );
    exchange.onPush?.(text);
    const status = await post(target, text);
    busy = false;
    if (status === 'Unsubscribe') return end();
    if (status !== 'OK') return retry(failures);
    subscription.position = upTo;
    if (eventsSince(subscription, upTo).length > 0) soon();
    else later(target.statusMinutes * 60_000, () => void send(0));
  };
  const retry = (failures: number) => {
    const wait = FIRST_WAIT * 2 ** failures;
    if (wait > target.statusMinutes * 60_000) return end();
    later(wait, () => void send(failures + 1));
  };
  const soon = () => {
    if (!alive()) return end();
    if (!busy && eventsSince(subscription, subscription.position).length > 0) later(0, () => void send(0));
  };
  mailbox.listeners.add(soon);
  later(0, () => void send(0));
}

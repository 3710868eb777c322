// GetStreamingEvents: one answer of many envelopes, in the form that real servers use and that differs from every other answer
// (reference 53 [wire: 2010 SP1, 2013]). ews-javascript-api looks for the literal `<Envelope`.
import type { ServerResponse } from 'node:http';
import type { Call } from '../call.ts';
import { EwsError, TEXTS } from '../errors.ts';
import { bodyOf, SOAP, versionHeader } from '../soap/envelope.ts';
import { eventElement, eventsSince, type Subscription, statusEvent } from '../sync/subscription.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import { subscriptionOf } from './subscribe.ts';

function streamEnvelope(call: Call, message: Element): string {
  const body = bodyOf(
    el('GetStreamingEventsResponse', [el('ResponseMessages', [message])]),
    call.exchange.switches.illegalCharacters,
  );
  const soap11 = `xmlns:soap11="${SOAP}"`;
  return `<Envelope xmlns="${SOAP}"><soap11:Header ${soap11}>${versionHeader(call.exchange.version)}</soap11:Header><soap11:Body ${soap11}>${body}</soap11:Body></Envelope>`;
}

function success(content: Element[]): Element {
  return el('GetStreamingEventsResponseMessage', [el('ResponseCode', 'NoError'), ...content], { ResponseClass: 'Success' });
}

/** An error names the subscriptions and closes (53 [wire]: a stream left open was polled for hours). */
function failure(code: string, text: string, ids: readonly string[]): Element {
  const named =
    ids.length === 0
      ? undefined
      : el(
          'ErrorSubscriptionIds',
          ids.map((id) => el('SubscriptionId', id)),
        );
  const head = [el('MessageText', text), el('ResponseCode', code), el('DescriptiveLinkKey', 0)];
  return el('GetStreamingEventsResponseMessage', [...head, named, el('ConnectionStatus', 'Closed')], { ResponseClass: 'Error' });
}

function find(ids: readonly string[], call: Call): { found: Subscription[]; error: Element | undefined } {
  if (ids.length > call.exchange.budget.limits.idsPerStream) {
    return { found: [], error: failure('ErrorInvalidSubscription', 'Too many subscriptions for one stream.', []) };
  }
  const found: Subscription[] = [];
  const bad: string[] = [];
  let code = '';
  for (const id of ids) {
    try {
      const one = subscriptionOf(id, call);
      if (one.kind !== 'streaming') throw new EwsError('ErrorInvalidSubscription', 'No streaming subscription.');
      found.push(one);
    } catch (error) {
      if (!(error instanceof EwsError)) throw error;
      bad.push(id);
      code = error.code;
    }
  }
  return { found, error: bad.length === 0 ? undefined : failure(code, TEXTS[code] ?? 'Subscription is invalid.', bad) };
}

export function refuseStream(call: Call, response: ServerResponse, code: string, onAnswer?: (text: string) => void) {
  open(response);
  const text = streamEnvelope(call, failure(code, `${code}.`, []));
  onAnswer?.(text);
  response.end(text);
}

function open(response: ServerResponse) {
  response.writeHead(200, { 'Content-Type': 'text/xml; charset=utf-8', 'X-NoBuffering': '1', 'Cache-Control': 'private' });
}

/** Resolves when the stream is over, by time or because the client left. */
export function streamEvents(
  request: Element,
  call: Call,
  response: ServerResponse,
  onAnswer?: (text: string) => void,
): Promise<void> {
  const ids = child(request, 'SubscriptionIds')?.children.map((one) => one.text) ?? [];
  const minutes = Number(childText(request, 'ConnectionTimeout') ?? 30);
  const { found, error } = find(ids, call);
  const write = (message: Element) => {
    const text = streamEnvelope(call, message);
    onAnswer?.(text);
    response.write(text);
  };
  open(response);
  if (error !== undefined) {
    write(error);
    response.end();
    return Promise.resolve();
  }
  write(success([el('ConnectionStatus', 'OK')]));
  return pump(found, write, call, response, minutes);
}

function pump(
  found: Subscription[],
  write: (message: Element) => void,
  call: Call,
  response: ServerResponse,
  minutes: number,
): Promise<void> {
  const flush = () => {
    const notifications = found.map(notificationFor).filter((one) => one !== undefined);
    if (notifications.length > 0) write(success([el('Notifications', notifications)]));
  };
  let queued = false;
  // Events of one action go out together.
  const soon = () => {
    if (queued) return;
    queued = true;
    setImmediate(() => {
      queued = false;
      flush();
    });
  };
  const mailboxes = new Set(found.map((one) => one.mailbox));
  for (const mailbox of mailboxes) mailbox.listeners.add(soon);
  const beat = setInterval(() => {
    if (call.exchange.switches.heartbeats)
      write(
        success([
          el(
            'Notifications',
            found.map((one) => el('Notification', [el('SubscriptionId', one.id), statusEvent(undefined, 0)])),
          ),
        ]),
      );
  }, call.exchange.heartbeatMilliseconds);
  flush();
  return new Promise((resolve) => {
    const stop = () => {
      clearInterval(beat);
      clearTimeout(end);
      for (const mailbox of mailboxes) mailbox.listeners.delete(soon);
      resolve();
    };
    const end = setTimeout(() => {
      write(success([el('ConnectionStatus', 'Closed')]));
      response.end();
    }, minutes * 60_000);
    response.once('close', stop);
  });
}

function notificationFor(subscription: Subscription): Element | undefined {
  const events = eventsSince(subscription, subscription.position);
  const last = events.at(-1);
  if (last === undefined) return undefined;
  subscription.position = last.number;
  return el('Notification', [
    el('SubscriptionId', subscription.id),
    ...events.map((event) => eventElement(event, subscription.mailbox, false)),
  ]);
}

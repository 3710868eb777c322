// Subscribe, Unsubscribe, GetEvents.
import { type Call, findFolder, messages, requireChild, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import type { Mailbox } from '../store/mailbox.ts';
import { type PushTarget, startPushing } from '../sync/push.ts';
import {
  eventElement,
  eventsSince,
  readWatermark,
  type Subscription,
  statusEvent,
  writeWatermark,
} from '../sync/subscription.ts';
import { child, childText, type Element, el } from '../xml/element.ts';

/** GetEvents gives no more at once (reference 52 [doc]). */
const EVENTS_AT_ONCE = 50;

export async function subscribe(request: Element, call: Call): Promise<Element> {
  const made = await messages('SubscribeResponseMessage', [request.children[0]!], (wish) => {
    const target = pushTarget(wish);
    const subscription = create(wish, call);
    if (target !== undefined) startPushing(subscription, target, call.exchange);
    const watermark =
      subscription.kind !== 'streaming'
        ? el('Watermark', writeWatermark(subscription.mailbox, subscription.position))
        : undefined;
    return successMessage('SubscribeResponseMessage', [el('SubscriptionId', subscription.id), watermark]);
  });
  return responseOf('Subscribe', made);
}

/** The URL has to be one of http or https [doc: ErrorInvalidPushSubscriptionUrl]. */
function pushTarget(wish: Element): PushTarget | undefined {
  if (wish.name !== 'PushSubscriptionRequest') return undefined;
  const url = URL.parse(childText(wish, 'URL') ?? '');
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    refuse('ErrorInvalidPushSubscriptionUrl', 'The URL of the push subscription is invalid.');
  return { url, statusMinutes: Number(childText(wish, 'StatusFrequency') ?? 30) };
}

const KINDS: Readonly<Record<string, Subscription['kind']>> = {
  PullSubscriptionRequest: 'pull',
  PushSubscriptionRequest: 'push',
  StreamingSubscriptionRequest: 'streaming',
};

function create(wish: Element, call: Call): Subscription {
  const all = wish.attributes.SubscribeToAllFolders === 'true';
  const ids = child(wish, 'FolderIds')?.children ?? [];
  if (all === ids.length > 0) refuse('ErrorInvalidSubscriptionRequest', 'Name folders, or all of them.');
  const found = ids.map((id) => findFolder(call, id));
  // One mailbox per subscription (reference 51 [doc]).
  const mailbox = found[0]?.mailbox ?? call.mailbox;
  if (found.some((one) => one.mailbox !== mailbox))
    refuse('ErrorInvalidSubscriptionRequest', 'A subscription covers one mailbox.');
  const own = [...call.exchange.subscriptions.values()].filter((one) => one.mailbox === mailbox).length;
  if (own >= call.exchange.budget.limits.subscriptions) refuse('ErrorExceededSubscriptionCount', 'Too many subscriptions.');
  const text = childText(wish, 'Watermark');
  const subscription: Subscription = {
    id: Buffer.from(`${mailbox.address}/${call.exchange.draw('subscription').toString('hex').slice(0, 32)}`).toString('base64'),
    kind: KINDS[wish.name]!,
    owner: call.account.address,
    mailbox,
    folders: all ? undefined : new Set(found.map((one) => one.folder.key)),
    names: new Set(child(wish, 'EventTypes')?.children.map((one) => one.text)),
    timeoutMinutes: Number(childText(wish, 'Timeout') ?? 30),
    lastUsed: call.exchange.clock.now(),
    position: text === undefined ? mailbox.eventNumber : readWatermark(text, mailbox),
    backEnd: call.backEnd,
  };
  call.exchange.subscriptions.set(subscription.id, subscription);
  return subscription;
}

/** Unknown, of another, expired, on the other server: each has its code (reference 52, 55). */
export function subscriptionOf(id: string, call: Call): Subscription {
  const subscription = call.exchange.subscriptions.get(id);
  if (subscription === undefined) refuse('ErrorSubscriptionNotFound', 'The subscription was not found.');
  if (subscription.owner !== call.account.address)
    refuse('ErrorSubscriptionAccessDenied', 'Only the creator may use the subscription.');
  if (call.exchange.switches.twoBackEnds && subscription.backEnd !== call.backEnd)
    refuse('ErrorSubscriptionNotFound', 'The subscription was not found.');
  const idle = call.exchange.clock.now() - subscription.lastUsed;
  if (subscription.kind === 'pull' && idle > subscription.timeoutMinutes * 60_000) {
    call.exchange.subscriptions.delete(id);
    refuse('ErrorExpiredSubscription', 'The subscription has expired.');
  }
  subscription.lastUsed = call.exchange.clock.now();
  return subscription;
}

export async function unsubscribe(request: Element, call: Call): Promise<Element> {
  const made = await messages('UnsubscribeResponseMessage', [childText(request, 'SubscriptionId') ?? ''], (id) => {
    const subscription = subscriptionOf(id, call);
    // A push subscription is ended by the answer to a notification [doc: ErrorInvalidPullSubscriptionId].
    if (subscription.kind === 'push') refuse('ErrorInvalidPullSubscriptionId', 'This is a push subscription.');
    call.exchange.subscriptions.delete(subscription.id);
    return successMessage('UnsubscribeResponseMessage');
  });
  return responseOf('Unsubscribe', made);
}

export async function getEvents(request: Element, call: Call): Promise<Element> {
  const made = await messages('GetEventsResponseMessage', [0], () => {
    const subscription = subscriptionOf(childText(request, 'SubscriptionId') ?? '', call);
    if (subscription.kind !== 'pull') refuse('ErrorInvalidPullSubscriptionId', 'This is no pull subscription.');
    const { mailbox } = subscription;
    const from = readWatermark(requireChild(request, 'Watermark').text, mailbox);
    return successMessage('GetEventsResponseMessage', [notification(subscription, mailbox, from)]);
  });
  return responseOf('GetEvents', made);
}

function notification(subscription: Subscription, mailbox: Mailbox, from: number): Element {
  const all = eventsSince(subscription, from);
  const shown = all.slice(0, EVENTS_AT_ONCE);
  subscription.position = shown.at(-1)?.number ?? from;
  const events =
    shown.length === 0 ? [statusEvent(mailbox, mailbox.eventNumber)] : shown.map((event) => eventElement(event, mailbox, true));
  return el('Notification', [
    el('SubscriptionId', subscription.id),
    el('PreviousWatermark', writeWatermark(mailbox, from)),
    el('MoreEvents', all.length > shown.length),
    ...events,
  ]);
}

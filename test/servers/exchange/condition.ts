// States of a mailbox that last: it fails over to the other back end, or moves to another server (reference 59 [doc, exp]).
import { EwsFault } from './errors.ts';
import type { Mailbox } from './store/mailbox.ts';
import type { Subscription } from './sync/subscription.ts';

type Subscriptions = Map<string, Subscription>;

/** `milliseconds` by the server's clock; then the mailbox answers from the other back end, and its subscriptions are gone. */
export interface Failover {
  kind: 'failover';
  milliseconds: number;
}

/** After `milliseconds` the mailbox is elsewhere: at `location`, to which requests are sent on, or unknown here. */
export interface Move {
  kind: 'moving';
  milliseconds: number;
  location?: string;
}

export type Condition = Failover | Move;

export class Conditions {
  readonly #by = new Map<string, Condition & { until: number }>();
  /** Back ends that mailboxes failed over to. */
  readonly homes = new Map<string, number>();

  begin(mailbox: Mailbox, condition: Condition) {
    this.#by.set(mailbox.guid, { ...condition, until: mailbox.clock.now() + condition.milliseconds });
  }

  end(mailbox: Mailbox) {
    this.#by.delete(mailbox.guid);
  }

  /** The URL that a request is to go to, undefined when it is served here; refuses what cannot be served now. */
  redirect(mailbox: Mailbox, subscriptions: Subscriptions): string | undefined {
    const condition = this.#by.get(mailbox.guid);
    if (condition === undefined) return undefined;
    if (mailbox.clock.now() < condition.until) throw underWay(condition);
    if (condition.kind === 'moving') {
      if (condition.location !== undefined) return condition.location;
      throw new EwsFault('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.');
    }
    this.#by.delete(mailbox.guid);
    this.homes.set(mailbox.guid, 3 - (this.homes.get(mailbox.guid) ?? 1));
    loseSubscriptions(mailbox, subscriptions);
    return undefined;
  }
}

function underWay({ kind }: Condition): EwsFault {
  return kind === 'moving'
    ? new EwsFault('ErrorMailboxMoveInProgress', 'The mailbox is being moved. Please try again later.')
    : new EwsFault('ErrorMailboxFailover', 'The mailbox is failing over. Please try again later.');
}

function loseSubscriptions(mailbox: Mailbox, subscriptions: Subscriptions) {
  for (const [id, one] of subscriptions) if (one.mailbox === mailbox) subscriptions.delete(id);
}

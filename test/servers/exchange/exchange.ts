// The company: accounts, mailboxes, and everything that a test may turn.
import { createHash } from 'node:crypto';
import { Budget } from './budget.ts';
import { type Clock, machineClock } from './clock.ts';
import { Conditions } from './condition.ts';
import { FaultTable } from './faults.ts';
import { Mailbox, type MailboxData } from './store/mailbox.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import type { Subscription } from './sync/subscription.ts';

export interface Account {
  address: string;
  password: string;
  name: string;
  mayImpersonate: boolean;
}

export interface DistributionGroup {
  address: string;
  name: string;
  members: string[];
}

export interface ServerVersion {
  major: number;
  minor: number;
  build: number;
  revision: number;
  schema: string;
}

/** Exchange SE answers with its build, the others differ by this header only (15.2 is 2019 and SE [doc], schema name [wire]). */
export const VERSIONS: Readonly<Record<string, ServerVersion>> = {
  '2013': { major: 15, minor: 0, build: 1497, revision: 2, schema: 'V2_23' },
  '2016': { major: 15, minor: 1, build: 2507, revision: 6, schema: 'V2017_07_11' },
  '2019': { major: 15, minor: 2, build: 1544, revision: 4, schema: 'V2017_07_11' },
  se: { major: 15, minor: 2, build: 2562, revision: 17, schema: 'V2017_07_11' },
};

export interface ExchangeOptions {
  seed?: number;
  clock?: Clock;
  version?: string;
  switches?: Partial<Switches>;
  /** Time zone of mailboxes, as OWA.UserOptions tells it. */
  zone?: string;
}

export interface ExchangeData {
  seed: number;
  mailboxes: MailboxData[];
}

export class Exchange {
  readonly seed: number;
  readonly clock: Clock;
  readonly version: ServerVersion;
  readonly zone: string;
  readonly switches: Switches;
  readonly faults = new FaultTable();
  readonly conditions = new Conditions();
  readonly subscriptions = new Map<string, Subscription>();
  readonly budget = new Budget();
  nextBackEnd = 0;
  /** How often a stream says that it is there; clients expect it within 45 s (reference 53). */
  heartbeatMilliseconds = 45_000;
  /** Logins with a wrong name, password or channel binding: what a domain counts before it locks an account. */
  refusedLogins = 0;
  readonly accounts = new Map<string, Account>();
  readonly mailboxes = new Map<string, Mailbox>();
  readonly groups = new Map<string, DistributionGroup>();
  /** Mail that went to somebody outside; the SMTP room sends it on when it is set up. */
  readonly outside: { from: string; to: string[]; mime: Buffer }[] = [];
  relay: ((from: string, to: string[], mime: Buffer) => void) | undefined;
  /** Sees every notification that is pushed to a client. */
  onPush: ((text: string) => void) | undefined;
  #draws = 0;

  constructor(options: ExchangeOptions = {}) {
    this.seed = options.seed ?? 1;
    this.clock = options.clock ?? machineClock;
    this.version = VERSIONS[options.version ?? 'se']!;
    this.zone = options.zone ?? 'W. Europe Standard Time';
    this.switches = { ...defaultSwitches(), ...options.switches };
  }

  addMailbox(
    address: string,
    password: string,
    options: { name?: string; mayImpersonate?: boolean; data?: MailboxData } = {},
  ): Mailbox {
    const local = address.split('@')[0]!;
    const name = options.name ?? local.charAt(0).toUpperCase() + local.slice(1);
    this.accounts.set(address.toLowerCase(), { address, password, name, mayImpersonate: options.mayImpersonate ?? false });
    const mailbox = new Mailbox(address, name, this.seed, this.clock, options.data);
    this.mailboxes.set(address.toLowerCase(), mailbox);
    return mailbox;
  }

  mailboxOf(address: string): Mailbox | undefined {
    return this.mailboxes.get(address.toLowerCase());
  }

  mailboxByGuid(guid: string): Mailbox | undefined {
    return [...this.mailboxes.values()].find((mailbox) => mailbox.guid === guid);
  }

  /** The account of a user name: the address, `DOMAIN\user` or the bare local part. */
  accountOf(user: string): Account | undefined {
    const bare = user.includes('\\') ? user.slice(user.indexOf('\\') + 1) : user;
    const direct = this.accounts.get(bare.toLowerCase());
    return (
      direct ?? [...this.accounts.values()].find((account) => account.address.split('@')[0]!.toLowerCase() === bare.toLowerCase())
    );
  }

  /** Bytes that look random and are the same in every run with this seed. */
  draw(label: string): Buffer {
    return createHash('sha256')
      .update(`${this.seed}/${label}/${this.#draws++}`)
      .digest();
  }

  toData(): ExchangeData {
    return { seed: this.seed, mailboxes: [...this.mailboxes.values()].map((mailbox) => mailbox.toData()) };
  }
}

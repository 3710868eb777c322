/** Counts the mails about meetings, and whose wish each of them was: what the gateway sends, somebody wished in the application. */
import type { Item } from '../servers/exchange/store/model.ts';
import { childText } from '../servers/exchange/xml/element.ts';
import type { Company } from './company.ts';
import { guestsOf } from './kind/meeting.ts';
import { addressOf, MAILBOXES, type MailboxId } from './mailbox-id.ts';
import { birthIn } from './view.ts';

export type Letter = 'request' | 'cancellation' | 'response';
const OF_ITEM: Readonly<Record<string, Letter>> = {
  MeetingRequest: 'request',
  MeetingCancellation: 'cancellation',
  MeetingResponse: 'response',
};
const OF_METHOD: Readonly<Record<string, Letter>> = { REQUEST: 'request', CANCEL: 'cancellation', REPLY: 'response' };

class Count extends Map<string, number> {
  add(name: string, times = 1): void {
    this.set(name, (this.get(name) ?? 0) + times);
  }
}

const nameOf = (letter: Letter, birth: string, from: string, to: string) => `${letter} about ${birth} from ${from} to ${to}`;

export class Post {
  readonly #company: Company;
  readonly #byHand = new Count();
  readonly #wished = new Count();
  /** What had gone out when somebody last wished something about a meeting in the name of a mailbox. */
  readonly #before = new Map<string, number>();

  constructor(company: Company) {
    this.#company = company;
  }

  /** What people send with their own programs. */
  async byHand(work: () => unknown): Promise<void> {
    const before = this.#delivered();
    await work();
    for (const [name, times] of this.#delivered()) this.#byHand.add(name, times - (before.get(name) ?? 0));
  }

  wish(letter: Letter, birth: string, from: MailboxId, to: readonly string[] = guestsOf(from)): void {
    for (const address of to) this.#wished.add(nameOf(letter, birth, addressOf(from), address));
    this.#before.set(`${birth} ${from}`, this.#sentFrom(from, birth));
  }

  wishedAny(letter: Letter, birth: string): boolean {
    return [...this.#wished.keys()].some((name) => name.startsWith(`${letter} about ${birth} `));
  }

  /** What somebody who looks would find: has anything gone out since it was last wished? */
  isTold(birth: string, from: MailboxId): boolean {
    return this.#sentFrom(from, birth) > (this.#before.get(`${birth} ${from}`) ?? 0);
  }

  #sentFrom(from: MailboxId, birth: string): number {
    const own = [...this.sent()].filter(([name]) => name.includes(` about ${birth} from ${addressOf(from)} `));
    return own.reduce((sum, [, times]) => sum + times, 0);
  }

  /** By the gateway. */
  sent(): ReadonlyMap<string, number> {
    const sent = this.#delivered();
    for (const [name, times] of this.#byHand) sent.add(name, -times);
    return sent;
  }

  wrong(): readonly string[] {
    return [...this.sent()]
      .filter(([name, times]) => times > (this.#wished.get(name) ?? 0))
      .map(([name, times]) => `${times} x ${name}, wished ${this.#wished.get(name) ?? 0} times`);
  }

  count(): void {
    const { coverage } = this.#company;
    for (const [name, times] of this.sent()) {
      if (name.startsWith('request')) coverage.invitations += times;
      else if (name.startsWith('cancel')) coverage.cancellations += times;
      else coverage.answers += times;
    }
  }

  /** One for each guest. */
  #delivered(): Count {
    const count = new Count();
    for (const at of MAILBOXES) for (const name of lettersIn(this.#company, at)) count.add(name);
    for (const { from, to, mime } of this.#company.exchange.outside) {
      const source = mime.toString('latin1');
      const letter = OF_METHOD[/method=(\w+)/i.exec(source)?.[1]?.toUpperCase() ?? ''];
      if (letter) for (const address of to) count.add(nameOf(letter, birthIn(source), from, address));
    }
    return count;
  }
}

function lettersIn(company: Company, at: MailboxId): string[] {
  const mailbox = company.mailbox(at);
  const own = mailbox.folderNamed('sentitems').key;
  const received = [...mailbox.items.values()].filter((item) => item.kind in OF_ITEM && item.folder !== own);
  return received.map((item) => nameOf(OF_ITEM[item.kind]!, birthIn(item.fields.Subject?.text), senderOf(item), addressOf(at)));
}

const senderOf = (item: Item) => childText(item.fields.From, 'Mailbox', 'EmailAddress')?.toLowerCase() ?? 'nobody';

/** Mail that the stand-in keeps in memory. */
import { EventEmitter } from 'node:events';
import type { Delivery, Flag } from './maildir.ts';

export interface KeptMessage {
  readonly uid: number;
  readonly raw: Buffer;
  readonly date: Date;
  readonly flags: readonly Flag[];
}

/** Tells `new` when a message came. */
export class KeptFolder extends EventEmitter {
  readonly messages: KeptMessage[] = [];
  readonly uidValidity = Math.floor(Date.now() / 1000);
  private nextUid = 1;

  get uidNext(): number {
    return this.nextUid;
  }

  add(raw: Buffer, { date = new Date(), flags = [] }: Delivery): KeptMessage {
    const message = { uid: this.nextUid, raw, date, flags };
    this.nextUid += 1;
    this.messages.push(message);
    this.emit('new');
    return message;
  }

  remove(message: KeptMessage): void {
    this.messages.splice(this.messages.indexOf(message), 1);
  }
}

/** The folders of one user by name. */
export type Kept = Map<string, KeptFolder>;

/** Gives the folders of a user who knows the password. */
export type Admit = (user: string, password: string) => Kept | null;

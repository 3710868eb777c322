// Response objects: replying, forwarding, answering and cancelling meetings, removing.
import type { Call } from '../call.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item } from '../store/model.ts';
import type { Element } from '../xml/element.ts';

type Answer = (source: Element, request: Element, call: Call) => Promise<({ item: Item; mailbox: Mailbox } | undefined)[]>;

const ANSWERS: Readonly<Record<string, Answer>> = {};

export function isResponseObject(source: Element): boolean {
  return source.name in ANSWERS;
}

export function respond(source: Element, request: Element, call: Call): ReturnType<Answer> {
  return ANSWERS[source.name]!(source, request, call);
}

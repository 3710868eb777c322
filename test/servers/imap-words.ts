/** Reads one IMAP command as a server does: atoms, quoted strings, literals and lists. */
import type { Peer } from './scripted.ts';

export type Word = string | readonly Word[];

export interface Command {
  readonly tag: string;
  readonly name: string;
  readonly words: readonly Word[];
}

/** The line of a command with its literals, which the client sends only when told to go on (RFC 3501, 4.3). */
export async function readCommand(peer: Peer): Promise<Command> {
  const literals: string[] = [];
  let text = await peer.line();
  for (;;) {
    const literal = /\{(\d+)(\+?)\}$/.exec(text);
    if (literal === null) break;
    if (literal[2] === '') await peer.say('+ go on');
    const size = Number(literal[1]);
    literals.push(size === 0 ? '' : (await peer.bytes(size)).toString('latin1'));
    // A NUL can stand in no command, so it marks the place.
    text = `${text.slice(0, literal.index)}\0${literals.length - 1}\0${await peer.line()}`;
  }
  const [tag = '*', name = '', ...words] = split(text, literals);
  return { tag: String(tag), name: String(name).toUpperCase(), words };
}

const TOKEN = /\s*(?:\0(\d+)\0|"((?:[^"\\]|\\.)*)"|([()])|((?:\[[^\]]*\]|[^\s()"\0[\]])+))/gy;

export function split(text: string, literals: readonly string[] = []): Word[] {
  const stack: Word[][] = [[]];
  for (const [, literal, quoted, bracket, atom] of text.matchAll(TOKEN)) {
    const top = stack.at(-1)!;
    if (literal !== undefined) top.push(literals[Number(literal)]!);
    else if (quoted !== undefined) top.push(quoted.replace(/\\(.)/g, '$1'));
    else if (bracket === '(') stack.push([]);
    else if (bracket === ')') stack.at(-2)?.push(stack.pop()!);
    else top.push(atom!);
  }
  return stack[0]!;
}

/** Whether a set such as `1:4,7,9:*` holds a number; `*` is the largest there is (RFC 3501, 6.4.8). */
export function inSet(set: string, number: number, largest: number): boolean {
  return set.split(',').some((part) => {
    const [from, to = from] = part.split(':').map((end) => (end === '*' ? largest : Number(end)));
    return number >= Math.min(from!, to!) && number <= Math.max(from!, to!);
  });
}

export const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

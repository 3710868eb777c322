/** Scripts made from rules, for servers that behave but for one thing. */
import type { Peer, Script } from './scripted.ts';

/**
 * What to do with a line. A text or bytes are sent as they are, with `{tag}` replaced by an IMAP tag; a function does what it
 * likes. Give CRLF yourself.
 */
export type Reaction = string | Uint8Array | ((peer: Peer, line: string, match: RegExpExecArray) => Promise<unknown> | unknown);
export type Rule = readonly [pattern: RegExp, reaction: Reaction];

/** Answers each line by the first rule that fits; a line that fits none is answered with `otherwise`. */
export function answering(greeting: string, rules: readonly Rule[], otherwise: string): Script {
  return async (peer) => {
    await peer.raw(greeting);
    for (;;) {
      const line = await peer.line();
      const fitting = rules.map((rule) => [rule[0].exec(line), rule[1]] as const).find(([match]) => match !== null);
      await react(peer, line, fitting?.[0] ?? null, fitting?.[1] ?? otherwise);
    }
  };
}

async function react(peer: Peer, line: string, match: RegExpExecArray | null, reaction: Reaction): Promise<void> {
  if (typeof reaction === 'function') await reaction(peer, line, match!);
  else if (typeof reaction === 'string') await peer.raw(reaction.replaceAll('{tag}', line.split(' ', 1)[0]!));
  else await peer.raw(reaction);
}

/** What is written as a secret -> a reference to it. Nothing here reads one. */
import { resolve } from 'node:path';
import type { Secret } from './config.ts';
import { child, type Node, plain, text } from './node.ts';

export function toSecret(node: Node): Secret {
  const literal = text(node);
  if (literal !== undefined) return { kind: 'literal', value: literal };
  const env = text(child(node, 'env'));
  if (env !== undefined) return { kind: 'env', name: env };
  const file = child(node, 'file');
  if (file !== undefined) return { kind: 'file', path: resolve(file.at.source.directory, text(file) ?? '') };
  const [command, ...args] = plain(child(node, 'exec')!) as string[];
  // A bare name is looked up in PATH; a path belongs to the file it stands in.
  const program = command!.includes('/') ? resolve(node.at.source.directory, command!) : command!;
  return { kind: 'exec', command: [program, ...args] };
}

/** How a secret is shown to people. */
export function secretWords(secret: Secret): string {
  if (secret.kind === 'literal') return '(literal, not shown)';
  if (secret.kind === 'env') return `{ env: ${secret.name} }`;
  if (secret.kind === 'file') return `{ file: ${secret.path} }`;
  return `{ exec: [${secret.command.join(', ')}] }`;
}

export const LITERAL_WARNING = 'the secret stands here readable for all who may read the file';
export const LITERAL_ADVICE = 'write { env: NAME }, { file: PATH } or { exec: [COMMAND] }';

/** Words for what a value should be and what it is. */
import type { JsonSchema } from './json-schema.ts';
import type { Node, Path } from './node.ts';
import { didYouMean, nearest } from './suggest.ts';

const SECRET_KEYS = new Set(['password', 'clientSecret']);

/** Nothing that stands here is ever quoted. */
export function isSecretPath(path: Path): boolean {
  return path.some((key, index) => {
    const parent = path[index - 1];
    return SECRET_KEYS.has(String(key)) || (parent === 'tokens' && key === 'key') || (parent === 'database' && key === 'url');
  });
}

export function found(node: Node, secret: boolean): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind !== 'scalar') return 'keys with values';
  if (typeof node.value !== 'string') return secret ? `a ${typeof node.value}` : String(node.value);
  if (secret) return 'a text';
  return `"${node.value.length > 60 ? `${node.value.slice(0, 60)}…` : node.value}"`;
}

/** What may stand here, in words. */
export function expectation(options: readonly JsonSchema[]): string {
  const titled = options.find((option) => option.title !== undefined);
  if (titled !== undefined) return titled.title!;
  const words = new Set(options.map(kindInWords));
  return [...words].join(' or ') || 'something else';
}

function kindInWords(schema: JsonSchema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  if (schema.const !== undefined) return String(schema.const);
  if (schema.type === 'string') return 'a text';
  if (schema.type === 'integer') return 'a whole number';
  if (schema.type === 'boolean') return 'true or false';
  if (schema.type === 'array') return 'a list';
  return 'keys with values';
}

const ALSO_CALLED: Readonly<Record<string, string>> = {
  ssl: 'tls',
  secure: 'tls',
  encryption: 'tls',
  security: 'tls',
  user: 'username',
  login: 'username',
  pass: 'password',
  passwd: 'password',
  secret: 'password',
  hostname: 'host',
  email: 'address',
  mail: 'address',
  protocol: 'type',
  kind: 'type',
  folder: 'folders',
  path: 'file',
  cmd: 'exec',
  command: 'exec',
};

export function keySuggestion(key: string, options: readonly JsonSchema[]): string {
  const known = [...new Set(options.flatMap((option) => Object.keys(option.properties ?? {})))];
  const near = nearest(key, known);
  const alias = ALSO_CALLED[key.toLowerCase()];
  if (near === null && alias !== undefined && known.includes(alias)) return `did you mean "${alias}"?`;
  const below = near === null ? holderOf(key, options) : null;
  if (below !== null) return `write it under "${below}"`;
  return didYouMean(key, known, 'possible keys');
}

/** The key one level deeper that would take this one. */
function holderOf(key: string, options: readonly JsonSchema[]): string | null {
  for (const option of options) {
    for (const [name, schema] of Object.entries(option.properties ?? {})) {
      const shapes = [schema, ...(schema.anyOf ?? [])];
      if (shapes.some((shape) => shape.properties !== undefined && Object.hasOwn(shape.properties, key))) return name;
    }
  }
  return null;
}

/** What to write instead. */
export function valueSuggestion(key: string, node: Node | undefined, options: readonly JsonSchema[]): string | null {
  const value = node?.kind === 'scalar' ? node.value : undefined;
  const types = new Set(options.map((option) => (option.enum === undefined ? option.type : 'enum')));
  if (typeof value === 'string') {
    const fromText = insteadOfText(value, types, options);
    if (fromText !== null) return fromText;
  }
  if ((typeof value === 'number' || typeof value === 'boolean') && types.has('string')) return `put it in quotes: "${value}"`;
  const choices = options.flatMap((option) => option.enum ?? []);
  if (choices.length > 0) return `write ${key}: ${choices.join(' | ')}`;
  return example(key, options);
}

function insteadOfText(value: string, types: ReadonlySet<string | undefined>, options: readonly JsonSchema[]): string | null {
  if (types.has('integer') && /^\d+$/.test(value)) return `write ${value} without quotes`;
  if (types.has('boolean') && /^(yes|on|y|1)$/i.test(value)) return 'write true';
  if (types.has('boolean') && /^(no|off|n|0)$/i.test(value)) return 'write false';
  const choice = nearest(value, options.flatMap((option) => option.enum ?? []).map(String));
  if (choice !== null) return `did you mean "${choice}"?`;
  if (types.has('array')) return `write a list: [${value}]`;
  return null;
}

function example(key: string, options: readonly JsonSchema[]): string | null {
  const shown = options.find((option) => option.examples !== undefined)?.examples?.[0];
  if (shown !== undefined) return `write for example ${key}: ${inline(shown)}`;
  const only = options.length === 1 ? options[0] : undefined;
  if (only?.type === 'boolean') return 'write true or false';
  if (only?.type === 'integer') return 'write a number';
  if (only?.type === 'object') return `possible keys: ${Object.keys(only.properties ?? {}).join(', ')}`;
  if (only?.type === 'array') return 'begin each entry with "- "';
  return only?.description ?? null;
}

/** One line of YAML. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, item]) => `${key}: ${inline(item)}`);
  return `{ ${pairs.join(', ')} }`;
}

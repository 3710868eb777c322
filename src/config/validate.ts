/** Holds what was written against its schema and says what is wrong in an operator's words, each with its place. */
import type { z } from 'zod';
import { type JsonSchema, schemasAt, toJsonSchema } from './json-schema.ts';
import { breakAt, child, descend, dotted, type Node, type Path, plain } from './node.ts';
import type { Findings } from './problem.ts';
import { nearest } from './suggest.ts';
import { expectation, found, isSecretPath, keySuggestion, valueSuggestion } from './wording.ts';

type Issue = z.core.$ZodIssue;

interface Validation {
  readonly root: Node;
  readonly schema: JsonSchema;
  readonly findings: Findings;
  /** Where the node stands in its file: problems name the whole path. */
  readonly prefix: Path;
  /** Dotted paths that unknown keys were most likely meant as. */
  readonly meant: Set<string>;
}

const generated = new WeakMap<z.ZodType, JsonSchema>();

/** Reports all problems and marks what is wrong in the tree, so that later steps do not stumble over it again. */
export function validate(node: Node, schema: z.ZodType, findings: Findings, prefix: Path = []): void {
  const result = schema.safeParse(plain(node));
  if (result.success) return;
  const json = generated.get(schema) ?? toJsonSchema(schema);
  generated.set(schema, json);
  const validation = { root: node, schema: json, findings, prefix, meant: new Set<string>() };
  // Unknown keys first: where one is a misspelt required key, that this is missing goes without saying.
  const issues = result.error.issues.toSorted(
    (a, b) => Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys'),
  );
  for (const issue of issues) explain(validation, issue, []);
}

function explain(validation: Validation, issue: Issue, base: Path): void {
  const path = [...base, ...(issue.path as (string | number)[])];
  if (issue.code === 'unrecognized_keys') for (const key of issue.keys) explainKey(validation, path, key);
  else if (issue.code === 'invalid_union') explainUnion(validation, issue, path);
  else if (issue.code === 'invalid_key') explainName(validation, issue, path);
  else explainValue(validation, issue, path);
}

function explainKey(validation: Validation, path: Path, key: string): void {
  const parent = descend(validation.root, path);
  if (parent?.kind !== 'map') return;
  const at = parent.entries.get(key)?.keyAt ?? parent.at;
  parent.entries.delete(key);
  if (isSecretPath([...validation.prefix, ...path])) {
    // A password such as {abc} reads as a key, and must not be quoted.
    const near = nearest(key, ['env', 'file', 'exec']);
    const advice = 'write { env: NAME } or { file: PATH }; a literal has to stand in quotes';
    tell(validation, path, 'this is no secret', near === null ? advice : `did you mean "${near}"?`, at);
    return;
  }
  const options = schemasAt(validation.schema, path);
  const meant = nearest(
    key,
    options.flatMap((option) => Object.keys(option.properties ?? {})),
  );
  if (meant !== null) validation.meant.add(dotted([...path, meant]));
  tell(validation, [...path, key], `unknown key "${key}"`, keySuggestion(key, options), at);
}

function explainUnion(validation: Validation, issue: z.core.$ZodIssueInvalidUnion, path: Path): void {
  const fitting = issue.errors.filter((errors) => !errors.some((error) => error.path.length === 0 && isKindMismatch(error)));
  if (fitting.length === 0) {
    explainValue(validation, issue, path);
    return;
  }
  const known = fitting.filter(
    (errors) => !errors.some((error) => error.code === 'unrecognized_keys' && error.path.length === 0),
  );
  const best = (known.length > 0 ? known : fitting).toSorted((a, b) => a.length - b.length);
  if (known.length > 0 || fitting.length === 1) {
    for (const inner of best[0]!) explain(validation, inner, path);
    return;
  }
  const strange = unknownToAll(fitting);
  if (strange.length > 0) {
    for (const key of strange) explainKey(validation, path, key);
    breakAt(validation.root, path);
    return;
  }
  const names = schemasAt(validation.schema, path).flatMap((option) => Object.keys(option.properties ?? {}));
  tell(validation, path, `takes only one of ${names.join(', ')}`, 'keep one of them');
  breakAt(validation.root, path);
}

function isKindMismatch(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function unknownToAll(options: readonly (readonly Issue[])[]): string[] {
  const keys = options.map((errors) =>
    errors.flatMap((error) => (error.code === 'unrecognized_keys' && error.path.length === 0 ? error.keys : [])),
  );
  return (keys[0] ?? []).filter((key) => keys.every((others) => others.includes(key)));
}

function explainName(validation: Validation, issue: z.core.$ZodIssueInvalidKey, path: Path): void {
  const parent = descend(validation.root, path.slice(0, -1));
  const key = String(path.at(-1));
  const at = parent?.kind === 'map' ? parent.entries.get(key)?.keyAt : undefined;
  const [message, suggestion] = split(issue.issues[0]?.message ?? issue.message);
  tell(validation, path, message, suggestion, at);
}

function explainValue(validation: Validation, issue: Issue, path: Path): void {
  const node = descend(validation.root, path);
  const options = schemasAt(validation.schema, path);
  const key = String(path.at(-1) ?? '');
  if (node === undefined) {
    if (!validation.meant.has(dotted(path)))
      tell(validation, path, `"${key}" is missing`, valueSuggestion(key, undefined, options));
  } else if (node.kind === 'scalar' && node.value === null) {
    tell(validation, path, `"${key}" is empty`, 'write a value or remove the line');
  } else {
    const secret = isSecretPath([...validation.prefix, ...path]);
    const [message, suggestion] = describe(issue, node, options, secret, key);
    tell(validation, path, message, suggestion);
  }
  breakAt(validation.root, path);
}

function describe(
  issue: Issue,
  node: Node,
  options: readonly JsonSchema[],
  secret: boolean,
  key: string,
): [string, string | null] {
  if (issue.message.includes('\n')) return split(issue.message);
  const seen = found(node, secret);
  if (issue.code === 'too_big' || issue.code === 'too_small') return bound(issue, node, seen);
  const suggestion = valueSuggestion(key, secret ? undefined : node, options);
  return [`expected ${expectation(options)}, found ${seen}`, suggestion];
}

function bound(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, node: Node, seen: string): [string, string] {
  const limit = issue.code === 'too_big' ? issue.maximum : issue.minimum;
  if (node.kind === 'list') return ['the list is empty', 'write at least one, or remove the key'];
  if (issue.origin === 'string') return limit === 1 ? ['the text is empty', 'write a value or remove the line'] : tooLong(limit);
  const direction = issue.code === 'too_big' ? 'above the largest' : 'below the smallest';
  return [
    `${seen} is ${direction} possible value, ${limit}`,
    `write a number ${issue.code === 'too_big' ? 'up to' : 'from'} ${limit}${issue.code === 'too_small' ? ' up' : ''}`,
  ];
}

function tooLong(limit: number | bigint): [string, string] {
  return [`the text is not as long as it has to be (${limit})`, 'shorten or lengthen it'];
}

function split(message: string): [string, string | null] {
  const [said, advice] = message.split('\n');
  return [said!, advice ?? null];
}

function tell(validation: Validation, path: Path, message: string, suggestion: string | null, at?: Node['at']): void {
  validation.findings.problem(at ?? nearestPlace(validation.root, path), [...validation.prefix, ...path], message, suggestion);
}

/** The value's place, or that of the nearest parent there is. */
function nearestPlace(root: Node, path: Path): Node['at'] {
  let node = root;
  for (const key of path) {
    const next = child(node, key);
    if (next === undefined) break;
    node = next;
  }
  return node.at;
}

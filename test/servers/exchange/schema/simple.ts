// Simple types: what a text or an attribute value may look like.
import { FIELD_GROUPS, OTHER_GROUPS } from './field-names.ts';
import { type Simple, shapeOf } from './grammar.ts';

const fields = new Set(
  Object.entries(FIELD_GROUPS).flatMap(([group, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => `${group}:${name}`),
  ),
);
const DATE_TIME =
  /^\s*-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\s*$/;
const BUILT_IN: Record<string, RegExp> = {
  boolean: /^\s*(true|false|0|1)\s*$/,
  int: /^\s*[+-]?\d{1,10}\s*$/,
  short: /^\s*[+-]?\d{1,5}\s*$/,
  long: /^\s*[+-]?\d{1,19}\s*$/,
  unsignedInt: /^\s*\+?\d{1,10}\s*$/,
  unsignedShort: /^\s*\+?\d{1,5}\s*$/,
  double: /^\s*([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|NaN|-?INF)\s*$/,
  dateTime: DATE_TIME,
  date: /^\s*-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(Z|[+-]\d\d:\d\d)?\s*$/,
  time: /^\s*([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\s*$/,
  duration: /^\s*-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?\s*$/,
  base64Binary: /^(\s*[A-Za-z0-9+/]\s*)*(=\s*){0,2}$/,
  language: /^\s*[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\s*$/,
};

/** Why the value does not belong to the type, or undefined. */
export function simpleProblem(value: string, shapeName: string): string | undefined {
  const builtIn = BUILT_IN[shapeName];
  // A long base64 text is only sampled: the check must not cost more than the request.
  if (shapeName === 'base64Binary' && value.length > 4096) return undefined;
  if (builtIn !== undefined) return builtIn.test(value) ? undefined : `The string '${value.slice(0, 100)}' is not a valid value.`;
  const shape = shapeOf(shapeName);
  if (shape?.text !== undefined) return simpleProblem(value, shape.text);
  return shape?.simple === undefined ? undefined : problemOf(value, shape.simple);
}

function problemOf(value: string, simple: Simple): string | undefined {
  if (simple.field) {
    const known = fields.has(value) || OTHER_GROUPS.includes(value.split(':')[0]!);
    return known ? undefined : 'The Enumeration constraint failed.';
  }
  if (simple.list !== undefined) {
    const words = value.split(/\s+/).filter((word) => word !== '');
    return words.map((word) => simpleProblem(word, simple.list!)).find((problem) => problem !== undefined);
  }
  if (simple.union !== undefined) {
    const fits = simple.union.some((member) => simpleProblem(value, member) === undefined);
    return fits ? undefined : 'The value matches none of the member types.';
  }
  const base = simple.base === undefined ? undefined : simpleProblem(value, simple.base);
  if (base !== undefined) return base;
  if (simple.values !== undefined && !simple.values.has(value)) return 'The Enumeration constraint failed.';
  for (const [facet, limit] of simple.facets) {
    const problem = FACETS[facet]?.(value, limit);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const FACETS: Record<string, (value: string, limit: string) => string | undefined> = {
  pattern: (value, limit) =>
    new RegExp(`^(?:${limit.replaceAll('\\x20', ' ')})$`).test(value) ? undefined : 'The Pattern constraint failed.',
  minLength: (value, limit) =>
    value.length >= Number(limit) ? undefined : 'The actual length is less than the MinLength value.',
  maxLength: (value, limit) =>
    value.length <= Number(limit) ? undefined : 'The actual length is greater than the MaxLength value.',
  length: (value, limit) =>
    value.length === Number(limit) ? undefined : 'The actual length is not equal to the specified length.',
  minInclusive: (value, limit) => (Number(value) >= Number(limit) ? undefined : 'The MinInclusive constraint failed.'),
  maxInclusive: (value, limit) => (Number(value) <= Number(limit) ? undefined : 'The MaxInclusive constraint failed.'),
  minExclusive: (value, limit) => (Number(value) > Number(limit) ? undefined : 'The MinExclusive constraint failed.'),
};

// Restrictions of FindItem and FindFolder (reference 26 [doc]).
import { type Path, readPath } from '../property/path.ts';
import { child, type Element } from '../xml/element.ts';

/** All values of a property of the thing at hand; none when it is absent. */
export type Values = (path: Path) => string[];
type Test = (values: Values) => boolean;

export function readRestriction(element: Element | undefined, caseless = true): Test {
  const expression = element?.children[0];
  return expression === undefined ? () => true : compile(expression, caseless);
}

function compile(expression: Element, caseless: boolean): Test {
  const inner = () => expression.children.map((one) => compile(one, caseless));
  switch (expression.name) {
    case 'And': {
      const all = inner();
      return (values) => all.every((test) => test(values));
    }
    case 'Or': {
      const any = inner();
      return (values) => any.some((test) => test(values));
    }
    case 'Not': {
      const [test] = inner();
      return (values) => !test!(values);
    }
    case 'Exists': {
      const path = readPath(expression.children[0]!);
      return (values) => values(path).length > 0;
    }
    case 'Excludes': {
      const path = readPath(expression.children[0]!);
      const mask = Number(child(expression, 'Bitmask')?.attributes.Value);
      return (values) => values(path).every((value) => (Number(value) & mask) === 0);
    }
    case 'Contains':
      return contains(expression);
    default:
      return comparison(expression, caseless);
  }
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  IsEqualTo: (order) => order === 0,
  IsNotEqualTo: (order) => order !== 0,
  IsGreaterThan: (order) => order > 0,
  IsGreaterThanOrEqualTo: (order) => order >= 0,
  IsLessThan: (order) => order < 0,
  IsLessThanOrEqualTo: (order) => order <= 0,
};

function comparison(expression: Element, caseless: boolean): Test {
  const path = readPath(expression.children[0]!);
  const operand = child(expression, 'FieldURIOrConstant')?.children[0];
  const holds = COMPARISONS[expression.name];
  if (holds === undefined || operand === undefined) return () => false;
  const other = operand.name === 'Constant' ? undefined : readPath(operand);
  const constant = operand.attributes.Value ?? '';
  return (values) => {
    const right = other === undefined ? [constant] : values(other);
    const left = values(path);
    // What is absent equals nothing, and is different from everything.
    if (left.length === 0 || right.length === 0) return expression.name === 'IsNotEqualTo';
    return left.some((value) => holds(compareValues(value, right[0]!, caseless)));
  };
}

const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const TIME = /^\d{4}-\d\d-\d\d(T|$)/;

/** Numbers as numbers, times as instants, booleans and text without regard to case (a switch, [exp]). */
export function compareValues(left: string, right: string, caseless = true): number {
  if (NUMBER.test(left) && NUMBER.test(right)) return Math.sign(Number(left) - Number(right));
  if (TIME.test(left) && TIME.test(right)) return Math.sign(Date.parse(left) - Date.parse(right));
  const folded = (text: string) => (caseless ? truth(text).toLowerCase() : truth(text));
  const [one, other] = [folded(left), folded(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}

const truth = (text: string) => (text === '0' ? 'false' : text === '1' ? 'true' : text);

function contains(expression: Element): Test {
  const path = readPath(expression.children[0]!);
  const wanted = fold(child(expression, 'Constant')?.attributes.Value ?? '', expression.attributes.ContainmentComparison);
  const mode = expression.attributes.ContainmentMode ?? 'FullString';
  return (values) => values(path).some((value) => fits(fold(value, expression.attributes.ContainmentComparison), wanted, mode));
}

function fits(value: string, wanted: string, mode: string): boolean {
  if (mode === 'FullString') return value === wanted;
  if (mode === 'Prefixed') return value.startsWith(wanted);
  if (mode === 'PrefixOnWords')
    return value.split(/\s+/).some((_, index, words) => words.slice(index).join(' ').startsWith(wanted));
  return value.includes(wanted);
}

/** IgnoreCase, IgnoreNonSpacingCharacters, Loose and their combinations. */
function fold(text: string, comparison = 'Exact'): string {
  let folded = text;
  if (comparison.includes('NonSpac') || comparison.includes('Loose')) folded = folded.normalize('NFD').replace(/\p{Mn}/gu, '');
  return comparison.includes('Case') || comparison.includes('Loose') ? folded.toLowerCase() : folded;
}

export type Order = { path: Path; descending: boolean }[];

export function readOrder(element: Element | undefined): Order {
  return (element?.children ?? []).map((one) => ({
    path: readPath(one.children[0]!),
    descending: one.attributes.Order === 'Descending',
  }));
}

export function sortBy<T>(things: T[], order: Order, values: (thing: T) => Values): T[] {
  if (order.length === 0) return things;
  const keyed = things.map((thing) => ({ thing, keys: order.map(({ path }) => values(thing)(path)[0]) }));
  keyed.sort((left, right) => {
    for (const [index, { descending }] of order.entries()) {
      const [one, other] = [left.keys[index], right.keys[index]];
      const by =
        one === undefined || other === undefined
          ? Number(one !== undefined) - Number(other !== undefined)
          : compareValues(one, other);
      if (by !== 0) return descending ? -by : by;
    }
    return 0;
  });
  return keyed.map(({ thing }) => thing);
}

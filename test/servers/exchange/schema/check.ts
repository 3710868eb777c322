// Checks a request against the shapes, as Exchange does before it does anything (reference: ErrorSchemaValidation [doc, wire]).
import type { Element } from '../xml/element.ts';
import { attributesOf, contentsOf } from './fields.ts';
import { NAMESPACES, type Part, rootShape, shapeOf } from './grammar.ts';
import { simpleProblem } from './simple.ts';

export interface Violation {
  line: number;
  column: number;
  message: string;
}

class Found extends Error {
  element: Element;
  constructor(element: Element, message: string) {
    super(message);
    this.element = element;
  }
}

/** The first violation, or undefined. `root` is the operation's element, or a header element of the types namespace. */
export function checkRequest(root: Element): Violation | undefined {
  const isTypes = root.ns === NAMESPACES.t;
  const shape = rootShape(isTypes ? `t:${root.name}` : root.name);
  if (shape === undefined) return undefined;
  try {
    checkElement(root, shape);
    return undefined;
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    return { line: error.element.line ?? 0, column: error.element.column ?? 0, message: error.message };
  }
}

function checkElement(element: Element, shapeName: string) {
  const shape = shapeOf(shapeName);
  if (shape === undefined || shape.simple !== undefined) {
    for (const inner of element.children) throw new Found(inner, unexpected(inner));
    checkText(element, shapeName);
    return;
  }
  if (shape.any) return;
  checkAttributes(element, shapeName);
  if (shape.text !== undefined) {
    checkText(element, shape.text);
    return;
  }
  const contents = contentsOf(shapeName);
  let at = 0;
  for (const content of contents) at = matchMany(content, element, at);
  const left = element.children[at];
  if (left !== undefined) throw new Found(left, unexpected(left));
  if (element.text.trim() !== '') {
    throw new Found(element, `The element '${element.name}' in namespace '${element.ns}' cannot contain text.`);
  }
}

function checkText(element: Element, shapeName: string) {
  const problem = simpleProblem(element.text, shapeName);
  if (problem === undefined) return;
  throw new Found(
    element,
    `The '${element.ns}:${element.name}' element is invalid - The value '${element.text}' is invalid according to its datatype '${datatype(shapeName)}' - ${problem}`,
  );
}

function checkAttributes(element: Element, shapeName: string) {
  const attributes = attributesOf(shapeName);
  for (const { name, shape, required } of attributes) {
    const value = element.attributes[name];
    if (value === undefined && required) throw new Found(element, `The required attribute '${name}' is missing.`);
    const problem = value === undefined ? undefined : simpleProblem(value, shape);
    if (problem !== undefined) {
      throw new Found(
        element,
        `The '${name}' attribute is invalid - The value '${value}' is invalid according to its datatype '${datatype(shape)}' - ${problem}`,
      );
    }
  }
  for (const name of Object.keys(element.attributes)) {
    const known = attributes.some((attribute) => attribute.name === name) || name === 'lang' || name === 'type' || name === 'nil';
    if (!known) throw new Found(element, `The '${name}' attribute is not declared.`);
  }
}

const datatype = (shape: string) => (/^[a-z]/.test(shape) ? shape : `${NAMESPACES.t}:${shape}`);

function unexpected(element: Element): string {
  return `The element '${element.name}' in namespace '${element.ns}' is not expected here.`;
}

/** Whether this part may begin with the element; EWS content models are deterministic, so this decides. */
function begins(part: Part, element: Element | undefined): boolean {
  if (element === undefined) return false;
  if (part.kind === 'any') return true;
  if (part.kind === 'element') return part.name === element.name && NAMESPACES[part.ns] === element.ns;
  if (part.kind !== 'sequence') return part.parts.some((inner) => begins(inner, element));
  for (const inner of part.parts) {
    if (begins(inner, element)) return true;
    if (inner.min > 0 && !mayBeEmpty(inner)) return false;
  }
  return false;
}

function mayBeEmpty(part: Part): boolean {
  if (part.min === 0) return true;
  if (part.kind === 'element' || part.kind === 'any') return false;
  return part.kind === 'choice' ? part.parts.some(mayBeEmpty) : part.parts.every(mayBeEmpty);
}

function matchMany(part: Part, parent: Element, from: number): number {
  let at = from;
  let count = 0;
  while (count < part.max && begins(part, parent.children[at])) {
    at = matchOnce(part, parent, at);
    count++;
  }
  if (count >= part.min || mayBeEmpty(part)) return at;
  const next = parent.children[at];
  if (next !== undefined) throw new Found(next, unexpected(next));
  throw new Found(
    parent,
    `The element '${parent.name}' in namespace '${parent.ns}' has incomplete content. List of possible elements expected: '${names(part)}'.`,
  );
}

function names(part: Part): string {
  if (part.kind === 'element') return part.name;
  if (part.kind === 'any') return 'any element';
  return part.parts.map(names).join(', ');
}

function matchOnce(part: Part, parent: Element, from: number): number {
  const here = parent.children[from]!;
  if (part.kind === 'any') return from + 1;
  if (part.kind === 'element') {
    checkElement(here, part.shape);
    return from + 1;
  }
  if (part.kind === 'choice') {
    const chosen = part.parts.find((inner) => begins(inner, here))!;
    return matchMany(chosen, parent, from);
  }
  if (part.kind === 'sequence') return part.parts.reduce((at, inner) => matchMany(inner, parent, at), from);
  let at = from;
  const left = [...part.parts];
  for (;;) {
    const found = left.findIndex((inner) => begins(inner, parent.children[at]));
    if (found < 0) break;
    at = matchMany(left.splice(found, 1)[0]!, parent, at);
  }
  for (const inner of left) matchMany(inner, parent, at);
  return at;
}

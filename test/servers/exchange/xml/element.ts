// An XML element as the stand-in holds it: requests are read into it, properties are kept in it, answers are made of it.

export interface Element {
  name: string;
  /** Namespace URI; only set on what was read. */
  ns?: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
  line?: number;
  column?: number;
}

type Content = string | number | boolean | readonly (Element | undefined)[] | undefined;

/** Makes an element: text, or children of which absent ones are left out. */
export function el(name: string, content?: Content, attributes: Record<string, string | undefined> = {}): Element {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) kept[key] = value;
  if (content === undefined) return { name, attributes: kept, children: [], text: '' };
  if (typeof content !== 'object') return { name, attributes: kept, children: [], text: String(content) };
  return { name, attributes: kept, children: content.filter((child) => child !== undefined), text: '' };
}

export function child(parent: Element | undefined, ...path: string[]): Element | undefined {
  let at = parent;
  for (const name of path) at = at?.children.find((candidate) => candidate.name === name);
  return at;
}

export function childText(parent: Element | undefined, ...path: string[]): string | undefined {
  return child(parent, ...path)?.text;
}

export function childrenOf(parent: Element | undefined, name: string): Element[] {
  return parent?.children.filter((candidate) => candidate.name === name) ?? [];
}

/** A copy that carries no positions and no namespaces: what was read becomes something to keep. */
export function plain(source: Element): Element {
  return {
    name: source.name,
    attributes: { ...source.attributes },
    children: source.children.map(plain),
    text: source.text,
  };
}

export function sameElement(left: Element | undefined, right: Element | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  if (left.name !== right.name || left.text !== right.text || left.children.length !== right.children.length) return false;
  const keys = Object.keys(left.attributes);
  if (keys.length !== Object.keys(right.attributes).length) return false;
  if (!keys.every((key) => left.attributes[key] === right.attributes[key])) return false;
  return left.children.every((one, index) => sameElement(one, right.children[index]));
}

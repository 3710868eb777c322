// A mutation switches one behaviour of the stand-in off by changing its source, so that the test that names the statement can be
// seen to fail. Applied in memory only, one at a time (mutation-main.ts); a piece of source that is not there is an error, so that
// the table cannot rot.

export interface Edit {
  /** Path below the stand-in's folder. */
  file: string;
  find: string;
  replace: string;
}

export interface Mutation {
  /** The test file that has to fail. */
  test: string;
  /** Statements that are switched off: `MS-OXWSCONT R25 R27`. */
  proves: string;
  edits: readonly Edit[];
}

export function statementsOf({ proves }: Mutation): { protocol: string; number: string }[] {
  let protocol = '';
  return proves.split(/\s+/).flatMap((word) => {
    if (word.startsWith('MS-')) {
      protocol = word;
      return [];
    }
    return [{ protocol, number: word }];
  });
}

/** The source with the edits of a mutation; every piece must be there exactly once. */
export function mutate(source: string, edits: readonly Edit[]): string {
  let text = source;
  for (const { file, find, replace } of edits) {
    const parts = text.split(find);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`);
    text = parts.join(replace);
  }
  return text;
}

export const edit = (file: string, find: string, replace: string): Edit => ({ file, find, replace });

const WRITE = '  const property = plain(given);\n';
const READ = '  const place = placesOf(SHAPE_OF_KIND[item.kind]).get(element);\n';
const inWrite = (code: string) => edit('property/write.ts', WRITE, `${WRITE}  ${code}\n`);

/** What a client writes of this property is forgotten. */
export const lost = (name: string): Edit => inWrite(`if (property.name === '${name}') return;`);

/** The property never comes back. */
export const unread = (name: string): Edit =>
  edit('property/read-field.ts', READ, `  if (element === '${name}') return undefined;\n${READ}`);

/** One value is taken for another. */
export const taken = (name: string, value: string, other: string): Edit =>
  inWrite(`if (property.name === '${name}' && property.text === '${value}') property.text = '${other}';`);

/** One entry of a dictionary is forgotten. */
export const entryLost = (list: string, key: string): Edit =>
  inWrite(
    `if (property.name === '${list}') property.children = property.children.filter((one) => one.attributes.Key !== '${key}');`,
  );

/** All entries of a dictionary are kept under one key. */
export const oneKey = (list: string, key: string): Edit =>
  inWrite(`if (property.name === '${list}') for (const one of property.children) one.attributes.Key = '${key}';`);

/** The entries of a dictionary come back empty. */
export const emptyEntries = (list: string): Edit =>
  inWrite(
    `if (property.name === '${list}') for (const one of property.children) Object.assign(one, { text: '', children: [] });`,
  );

/** One part of an entry, or of a list's members, is forgotten. */
export const partLost = (list: string, part: string): Edit =>
  inWrite(
    `if (property.name === '${list}') for (const one of property.children) one.children = one.children.filter(({ name }) => name !== '${part}');`,
  );

/** A property whose value holds this child is forgotten. */
export const lostWith = (name: string, inside: string): Edit =>
  inWrite(`if (property.name === '${name}' && property.children.some((one) => one.name === '${inside}')) return;`);

/** One mutation per statement, all of one protocol and one test: `{ R25: edit, … }`. */
export function each(test: string, protocol: string, edits: Readonly<Record<string, Edit | readonly Edit[]>>): Mutation[] {
  return Object.entries(edits).map(([numbers, made]) => ({
    test: `${test}.test.ts`,
    proves: `${protocol} ${numbers}`,
    edits: Array.isArray(made) ? (made as readonly Edit[]) : [made as Edit],
  }));
}

/** One mutation per line of `R25 DisplayName`. */
export function eachLine(test: string, protocol: string, lines: string, make: (name: string) => Edit): Mutation[] {
  const pairs = lines.trim().split(/\s*\n\s*|\s*,\s*/);
  return pairs.flatMap((pair) => {
    const [number = '', name = ''] = pair.split(' ');
    return each(test, protocol, { [number]: make(name) });
  });
}

// iCalendar as text: lines, folding, properties with parameters (RFC 5545).

export interface Property {
  name: string;
  parameters: Record<string, string>;
  value: string;
}

export interface Component {
  name: string;
  properties: Property[];
  components: Component[];
}

export function parseCalendar(text: string): Component {
  const root: Component = { name: '', properties: [], components: [] };
  const open = [root];
  for (const line of text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
    const property = parseLine(line);
    if (property === undefined) continue;
    if (property.name === 'BEGIN') {
      const component: Component = { name: property.value.toUpperCase(), properties: [], components: [] };
      open.at(-1)!.components.push(component);
      open.push(component);
    } else if (property.name === 'END') {
      if (open.length > 1) open.pop();
    } else open.at(-1)!.properties.push(property);
  }
  return root.components[0] ?? root;
}

function parseLine(line: string): Property | undefined {
  const match = /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^;:"]*)(?:,(?:"[^"]*"|[^;:",]*))*)*):([\s\S]*)$/.exec(line);
  if (match === null) return undefined;
  const parameters: Record<string, string> = {};
  for (const one of match[2]!.match(/;[^=;]+=(?:"[^"]*"|[^;"])*/g) ?? []) {
    const at = one.indexOf('=');
    parameters[one.slice(1, at).toUpperCase()] = one.slice(at + 1).replace(/^"|"$/g, '');
  }
  return { name: match[1]!.toUpperCase(), parameters, value: match[3]! };
}

export function propertyOf(component: Component, name: string): Property | undefined {
  return component.properties.find((one) => one.name === name);
}

export function propertiesOf(component: Component, name: string): Property[] {
  return component.properties.filter((one) => one.name === name);
}

export function unescapeText(value: string): string {
  return value.replace(/\\([nN,;\\])/g, (_, character: string) => (character.toLowerCase() === 'n' ? '\n' : character));
}

export function escapeText(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/;/g, '\\;').replace(/,/g, '\\,').replace(/\r?\n/g, '\\n');
}

/** Folds at 75 octets without cutting a character. */
export function fold(line: string): string {
  const lines: string[] = [];
  let current = '';
  let size = 0;
  for (const character of line) {
    const length = Buffer.byteLength(character);
    if (size + length > 74) {
      lines.push(current);
      current = ' ';
      size = 1;
    }
    current += character;
    size += length;
  }
  lines.push(current);
  return lines.join('\r\n');
}

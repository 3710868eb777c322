// Reads a request. Text between elements is dropped where an element has children, as no EWS element is mixed.
import { SaxesParser } from 'saxes';
import type { Element } from './element.ts';

export class NotXml extends Error {}

export function readXml(source: string): Element {
  if (/<!DOCTYPE/i.test(source)) throw new NotXml('For security reasons DTD is prohibited in this XML document.');
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: Element[] = [];
  let root: Element | undefined;
  parser.on('error', (error) => {
    throw new NotXml(error.message);
  });
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {};
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.prefix !== 'xmlns' && attribute.name !== 'xmlns') attributes[attribute.local] = attribute.value;
    }
    const element: Element = {
      name: tag.local,
      ns: tag.uri,
      attributes,
      children: [],
      text: '',
      line: parser.line,
      column: parser.column,
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (text: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element !== undefined && element.children.length > 0) element.text = '';
  });
  parser.write(source).close();
  if (root === undefined) throw new NotXml('Root element is missing.');
  return root;
}

/**
 * What an item is regarding, in a named property beside our key: a JSON text `{"type": "opportunity", "id": "4711", "name": "Ten
 * pallets"}`, which an add-in of Outlook may read and write. What is none is as if it were not there.
 */
import type { Json } from '../../../model/item.ts';
import { textAt } from '../../../model/json.ts';
import type { Mapping } from '../field.ts';
import { OWN_SET } from '../item-key.ts';
import { type Path, type Setting, valueAt } from '../property.ts';
import type { Element } from '../read-answer.ts';

const PATH: Path = { extended: { type: 'String', set: OWN_SET, name: 'MailroomRegarding' } };

export const regarding = {
  paths: [PATH],
  read: (item: Element) => recordIn(valueAt(item, PATH)),
  write(value: Json): Setting[] {
    const record = recordOf(value);
    return [{ path: PATH, value: record === null ? null : JSON.stringify(record) }];
  },
} satisfies Mapping;

function recordIn(text: string | undefined): Json {
  try {
    return recordOf(JSON.parse(text ?? 'null'));
  } catch {
    return null; // somebody else's writing
  }
}

function recordOf(value: Json): Json {
  const [type, id, name] = [textAt(value, 'type'), textAt(value, 'id'), textAt(value, 'name')];
  if (type === null || id === null) return null;
  return { type, id, ...(name === null ? {} : { name }) };
}

/** What an activity is about: a record of the application, by its type, its id there, and its name for people. */
import { valueField } from './field.ts';
import { VENDOR } from './item.ts';
import { at, put, textAt } from './json.ts';

export const REGARDING = `${VENDOR}regarding`;

/** It stands on each copy, so that a guest's may have it too. A record that is renamed is still the same one. */
export const regarding = valueField({
  name: 'regarding',
  scope: 'copy',
  directions: ['both'],
  get: (content) => {
    const [type, id] = [textAt(content, REGARDING, 'type'), textAt(content, REGARDING, 'id')];
    return type === null || id === null ? null : at(content, REGARDING);
  },
  set: (content, value) => put(content, [REGARDING], value),
  canonical: (value) => (value === null ? null : { type: textAt(value, 'type'), id: textAt(value, 'id') }),
});

/**
 * The name of a contact: its parts, the full name (DisplayName, and the Subject that goes with it) and what it is filed under.
 *
 * FileAs follows the name by FileAsMapping, unless a user typed one of his own: then the mapping is None, and only then it is
 * a value. The mapping that a user chose stays: it is read along and written again with each change of the name.
 */
import { nameField } from '../../../model/contact-name.ts';
import { type ItemContent, VENDOR } from '../../../model/item.ts';
import { textAt } from '../../../model/json.ts';
import { asText, type Mapping, type Sides, textIn } from '../field.ts';
import { field, type Path, type Setting } from '../property.ts';
import type { Element } from '../read-answer.ts';

/** PidTagDisplayNamePrefix: the title has no element that can be written (MS-OXPROPS 2.671). */
const TITLE: Path = { extended: { type: 'String', tag: 0x3a45 } };
const PARTS = [
  ['title', TITLE],
  ['given', field('contacts:GivenName')],
  ['given2', field('contacts:MiddleName')],
  ['surname', field('contacts:Surname')],
  ['generation', field('contacts:Generation')],
] as const;
const DISPLAY = field('contacts:DisplayName');
const FILE_AS = field('contacts:FileAs');
const MAPPING = field('contacts:FileAsMapping');
const COMPANY = field('contacts:CompanyName');

/** Outlook's own default. */
const USUAL_MAPPING = 'LastCommaFirst';
export const FILE_AS_MAPPING = `${VENDOR}fileAsMapping`;

export const mappingOf = (item: Element): string | null => {
  const mapping = textIn(item, MAPPING);
  return mapping === null || mapping === 'None' ? null : mapping;
};

export const contactName: Mapping = {
  paths: [...PARTS.map(([, path]) => path), DISPLAY, FILE_AS, MAPPING, COMPANY],
  read(item) {
    const parts = Object.fromEntries(PARTS.map(([name, path]) => [name, textIn(item, path)]));
    const spoken = PARTS.flatMap(([name]) => parts[name] ?? []).join(' ');
    const display = textIn(item, DISPLAY);
    const fileAs = mappingOf(item) === null ? textIn(item, FILE_AS) : null;
    // What is only made from the rest follows it; said as a value it would stay behind when that changes.
    const made = [spoken, ...(spoken === '' ? [textIn(item, COMPANY), fileAs] : [])];
    const value = { ...parts, full: made.includes(display) ? null : display, fileAs };
    return Object.values(value).some((part) => part !== null) ? value : null;
  },
  write(value, sides) {
    const parts = PARTS.map(([name, path]): Setting => ({ path, value: textAt(value, name) }));
    return [...parts, ...shownSettings(sides)];
  },
};

/** With the company it stands for the name of who has none. */
export const contactCompany: Mapping = {
  paths: [COMPANY],
  read: (item) => textIn(item, COMPANY),
  write: (value, sides) => [
    { path: COMPANY, value: asText(value) },
    ...(nameField.get(sides.ours) === null ? shownSettings(sides) : []),
  ],
};

/** What lists show: the full name, and what the contact is filed under. */
function shownSettings({ ours, theirs }: Sides): readonly Setting[] {
  const name = nameField.get(ours);
  const company = textAt(ours, 'organizations', 'company', 'name');
  const full = textAt(name, 'full') ?? company;
  const shown = [setting(DISPLAY, full), setting(field('item:Subject'), full)];
  const fileAs = textAt(name, 'fileAs');
  if (fileAs !== null) return [...shown, setting(MAPPING, 'None'), setting(FILE_AS, fileAs)];
  if (name !== null) return [...shown, setting(MAPPING, mappingFor(theirs))];
  return [...shown, setting(MAPPING, company === null ? USUAL_MAPPING : 'Company'), setting(FILE_AS, company)];
}

/** The one that the user chose; without a name there was no choice. */
function mappingFor(theirs: ItemContent | null): string {
  if (theirs === null || nameField.get(theirs) === null) return USUAL_MAPPING;
  return textAt(theirs, FILE_AS_MAPPING) ?? USUAL_MAPPING;
}

const setting = (path: Path, value: string | null): Setting => ({ path, value });

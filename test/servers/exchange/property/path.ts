// Property paths of requests: FieldURI, IndexedFieldURI and ExtendedFieldURI.
import { refuse } from '../errors.ts';
import type { Element } from '../xml/element.ts';

export type Path =
  | { kind: 'field'; group: string; element: string; uri: string }
  | { kind: 'indexed'; uri: string; index: string; list: string; part: string | undefined }
  | { kind: 'extended'; key: string; type: string; source: Element };

const LISTS: Readonly<Record<string, string>> = {
  'contacts:EmailAddress': 'EmailAddresses',
  'contacts:PhoneNumber': 'PhoneNumbers',
  'contacts:ImAddress': 'ImAddresses',
  'contacts:PhysicalAddress': 'PhysicalAddresses',
  'item:InternetMessageHeader': 'InternetMessageHeaders',
  'distributionlist:Members': 'Members',
};

export const PROPERTY_SETS: Readonly<Record<string, string>> = {
  Meeting: '6ed8da90-450b-101b-98da-00aa003f1305',
  Appointment: '00062002-0000-0000-c000-000000000046',
  Common: '00062008-0000-0000-c000-000000000046',
  PublicStrings: '00020329-0000-0000-c000-000000000046',
  Address: '00062004-0000-0000-c000-000000000046',
  InternetHeaders: '00020386-0000-0000-c000-000000000046',
  CalendarAssistant: '11000e07-b51b-40d6-af21-caa85edab1d0',
  UnifiedMessaging: '4442858e-a9e3-4e80-b900-317a210cc15b',
  Task: '00062003-0000-0000-c000-000000000046',
  Sharing: '00062040-0000-0000-c000-000000000046',
};

export function readPath(element: Element): Path {
  if (element.name === 'ExtendedFieldURI') return readExtended(element);
  const uri = element.attributes.FieldURI ?? '';
  if (element.name === 'FieldURI') {
    const at = uri.indexOf(':');
    return { kind: 'field', group: uri.slice(0, at), element: uri.slice(at + 1), uri };
  }
  const base = uri.split(':').slice(0, 2).join(':');
  const part = uri.split(':')[2];
  return { kind: 'indexed', uri, index: element.attributes.FieldIndex ?? '', list: LISTS[base] ?? '', part };
}

/**
 * A named property is a set (by GUID or by name) with a name or a number; a tag stands alone; the two never mix
 * (MS-OXWSXPROP R43-R55, R138-R140).
 */
function readExtended(element: Element): Path {
  const { PropertyTag, PropertySetId, DistinguishedPropertySetId, PropertyName, PropertyId, PropertyType } = element.attributes;
  const type = PropertyType ?? 'String';
  const set = PropertySetId ?? DistinguishedPropertySetId;
  if (PropertyTag !== undefined) {
    if (set !== undefined || PropertyName !== undefined || PropertyId !== undefined) refuse('ErrorInvalidExtendedProperty');
    return { kind: 'extended', key: tagKey(Number(PropertyTag)), type, source: element };
  }
  if (set === undefined || (PropertySetId !== undefined && DistinguishedPropertySetId !== undefined))
    refuse('ErrorInvalidExtendedProperty');
  if ((PropertyName === undefined) === (PropertyId === undefined)) refuse('ErrorInvalidExtendedProperty');
  const guid = (PropertySetId ?? PROPERTY_SETS[set] ?? set).toLowerCase();
  const name = PropertyName === undefined ? `#${Number(PropertyId)}` : PropertyName;
  return { kind: 'extended', key: `${guid}/${name}`, type, source: element };
}

/** Tags come as `0xe07`, `0x0E07` or `3591` (reference 24 [run]). */
export const tagKey = (tag: number) => `tag/${tag.toString(16)}`;

export const namedKey = (set: string, id: number | string) => `${PROPERTY_SETS[set]}/${typeof id === 'number' ? `#${id}` : id}`;

export function samePath(left: Path, right: Path): boolean {
  if (left.kind === 'extended') return right.kind === 'extended' && left.key === right.key;
  if (left.kind === 'indexed') return right.kind === 'indexed' && left.uri === right.uri && left.index === right.index;
  return right.kind === 'field' && left.uri === right.uri;
}

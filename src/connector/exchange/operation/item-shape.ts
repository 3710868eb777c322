import { type Path, pathXml } from '../property.ts';

export interface ShapeOptions {
  /** Left out it is `Best`, which some servers think hard about when they are told so. */
  readonly bodyType?: 'Text' | undefined;
}

/** ItemShape (MS-OXWSCDATA 2.2.4.43): the id, and just what is named. */
export function itemShape(properties: readonly Path[], { bodyType }: ShapeOptions = {}): string {
  const body = bodyType === undefined ? '' : `<t:BodyType>${bodyType}</t:BodyType>`;
  const named = properties.map(pathXml).join('');
  const more = named === '' ? '' : `<t:AdditionalProperties>${named}</t:AdditionalProperties>`;
  return `<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${body}${more}</m:ItemShape>`;
}

/** Restriction (MS-OXWSSRCH 2.2.4.11): by what FindItem chooses. */
import { type Path, pathXml } from '../property.ts';
import { escapeXml } from '../soap.ts';

const constant = (value: string) => `<t:Constant Value="${escapeXml(value)}"/>`;

export function beginsWith(property: Path, prefix: string): string {
  return `<m:Restriction><t:Contains ContainmentMode="Prefixed" ContainmentComparison="Exact">${pathXml(property)}${constant(prefix)}</t:Contains></m:Restriction>`;
}

export function isEqualTo(property: Path, value: string): string {
  const other = `<t:FieldURIOrConstant>${constant(value)}</t:FieldURIOrConstant>`;
  return `<m:Restriction><t:IsEqualTo>${pathXml(property)}${other}</t:IsEqualTo></m:Restriction>`;
}

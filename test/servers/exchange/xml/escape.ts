/** Characters that XML 1.0 cannot carry at all (reference: XML 1.0, 2.2 Char). */
const ILLEGAL =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text or attribute value as it stands on the wire. `keepIllegal` writes illegal characters as character references, as real
 * servers were seen to do (`&#x1A;`, `&#x0;` [wire]); such an answer is not XML 1.0.
 */
export function escapeXml(text: string, keepIllegal = false): string {
  return text
    .replace(ILLEGAL, (found) => (keepIllegal ? `\u{10fffd}${found.charCodeAt(0).toString(16).toUpperCase()};` : ''))
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\r/g, '&#xD;')
    .replace(/\u{10fffd}/gu, '&#x');
}

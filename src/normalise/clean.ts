/**
 * Nothing leaves this room with characters that a database refuses or a header writer would take for a line end:
 * NUL and controls are dropped, lone surrogates become U+FFFD.
 */
const HEADER_CONTROLS = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]+/g;
const HEADER_BREAKS = /[ \t\n\u000b\f\r\u2028\u2029]+/g;
const TEXT_CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]+/g;
const PLAIN = /^[ -~]*$/;

/** One line: CR, LF and tabs become a blank, so that no value can start a header of its own. */
export function cleanLine(value: string): string {
  if (PLAIN.test(value)) return value.includes('  ') ? value.replace(/ {2,}/g, ' ').trim() : value.trim();
  return value.replace(HEADER_BREAKS, ' ').replace(HEADER_CONTROLS, '').trim().toWellFormed();
}

/** Text of several lines: line ends become LF. */
export function cleanText(value: string): string {
  const lines = value.includes('\r') ? value.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : value;
  return lines.replace(TEXT_CONTROLS, '').toWellFormed();
}

/** Cuts without leaving half of a surrogate pair. */
export function cut(value: string, length: number): string {
  if (value.length <= length) return value;
  const last = value.charCodeAt(length - 1);
  return value.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

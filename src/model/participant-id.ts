/**
 * The name under which somebody stands in the map of participants: an Id of RFC 8984 1.4.1 may hold letters, digits, `-` and `_` alone,
 * so all else of the address is written as the hexadecimal of its bytes. `anna@example.com` is `anna_40example_2ecom`.
 */
const LONGEST = 255;

export function participantId(address: string): string {
  const bytes = [...new TextEncoder().encode(address.toLowerCase())];
  const id = bytes.map((byte) => {
    const character = String.fromCharCode(byte);
    return /[a-z0-9-]/.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
  });
  return id.join('').slice(0, LONGEST);
}

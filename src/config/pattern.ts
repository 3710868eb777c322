/** Address patterns of sources: * for any text, ? for one sign; upper and lower case are alike. */
export function matchesPattern(value: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  // Repeated stars would make the expression quadratic and mean the same.
  const expression = escaped.replaceAll(/\*+/g, '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 'is').test(value);
}

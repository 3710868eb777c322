/** Only so many at a time, one portion after the other. */
export async function inPortions<One, Got>(
  all: readonly One[],
  size: number,
  ask: (some: readonly One[]) => Promise<readonly Got[]>,
): Promise<Got[]> {
  const got: Got[] = [];
  for (let at = 0; at < all.length; at += size) got.push(...(await ask(all.slice(at, at + size))));
  return got;
}

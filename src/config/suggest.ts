/** The candidate a person most likely meant, or null when none is near enough to be worth saying. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = simplify(word);
  let best: { name: string; distance: number } | null = null;
  for (const name of candidates) {
    const distance = editDistance(wanted, simplify(name));
    if (best === null || distance < best.distance) best = { name, distance };
  }
  const tolerance = Math.max(1, Math.floor(wanted.length / 3));
  return best !== null && best.distance <= tolerance ? best.name : null;
}

/** "did you mean "x"?", else what there is to choose from. */
export function didYouMean(word: string, candidates: readonly string[], kind: string): string {
  const near = nearest(word, candidates);
  if (near !== null) return `did you mean "${near}"?`;
  if (candidates.length === 0) return `there is no ${kind} yet`;
  const shown = candidates.slice(0, 12).join(', ');
  return `${kind}: ${shown}${candidates.length > 12 ? ` and ${candidates.length - 12} more` : ''}`;
}

// after_receive, after-receive and AfterReceive are all meant as afterReceive.
function simplify(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '').slice(0, 64);
}

/** Optimal string alignment: swapped neighbours count once, as fingers do it. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, before[column - 2]! + 1);
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}

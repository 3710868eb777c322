/** A failing history without what it does not need to fail: actions left out one by one, then what makes those that stay complicated. */
import type { Action, History } from './action.ts';

type Fails = (history: History) => Promise<boolean>;

export async function shorten(history: History, fails: Fails): Promise<History> {
  let shortest = history;
  for (let before: History | null = null; before !== shortest; ) {
    before = shortest;
    shortest = await simplified(await without(shortest, fails), fails);
  }
  return shortest;
}

async function without(history: History, fails: Fails): Promise<History> {
  let held = history;
  for (let at = held.actions.length - 1; at >= 0; at -= 1) {
    const fewer = { ...held, actions: held.actions.toSpliced(at, 1) };
    if (await fails(fewer)) held = fewer;
  }
  return held;
}

async function simplified(history: History, fails: Fails): Promise<History> {
  let held = history;
  for (const [at, action] of history.actions.entries()) {
    for (const plain of plainer(action)) {
      const simpler = { ...held, actions: held.actions.with(at, plain) };
      if (await fails(simpler)) held = simpler;
    }
  }
  return held;
}

function plainer(action: Action): readonly Action[] {
  if (action.do !== 'pass') return [];
  const names = (['kill', 'between', 'lost'] as const).filter((name) => action[name] !== null);
  return names.map((name) => ({ ...action, [name]: null }));
}

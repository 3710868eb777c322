import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OUTBOX_STATES, RECIPIENT_STATES } from '../model/outbox.ts';
import { OUTBOX_EVENTS, tally, transition } from './state.ts';

const state = fc.constantFrom(...OUTBOX_STATES);
const events = fc.array(fc.constantFrom(...OUTBOX_EVENTS), { maxLength: 30 });

test('sending begins only with the claim of something pending', () => {
  for (const from of OUTBOX_STATES)
    for (const event of OUTBOX_EVENTS)
      if (transition(from, event) === 'sending') expect([from, event]).toEqual(['pending', 'claim']);
});

test('doubt begins only while sending, and ends only by evidence', () => {
  for (const from of OUTBOX_STATES)
    for (const event of OUTBOX_EVENTS) {
      const to = transition(from, event);
      if (to === 'in-doubt')
        expect([
          ['sending', 'lose'],
          ['in-doubt', 'lose'],
        ]).toContainEqual([from, event]);
      if (from === 'in-doubt' && to !== null) expect(event).toMatch(/^(settle-|wait|lose)/);
    }
});

test('whatever happens: what is cancelled stays so, and between two sends in doubt somebody has said that it did not go', () => {
  fc.assert(
    fc.property(state, events, (start, history) => {
      let present = start;
      let doubted = start === 'in-doubt';
      for (const event of history) {
        const next = transition(present, event);
        if (next === null) continue;
        if (next === 'in-doubt') doubted = true;
        else if (present === 'in-doubt') doubted = false;
        expect(next === 'sending' && doubted).toBe(false);
        present = next;
      }
    }),
  );
  for (const event of OUTBOX_EVENTS) expect(transition('cancelled', event)).toBeNull();
});

test('the tally of recipients: doubt before waiting, waiting before an end, and the end counts who has it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...RECIPIENT_STATES), { minLength: 1, maxLength: 8 }), (states) => {
      const event = tally(states.map((one) => ({ state: one })));
      const has = (one: (typeof RECIPIENT_STATES)[number]) => states.includes(one);
      if (has('in-doubt')) expect(event).toBe('lose');
      else if (has('waiting')) expect(event).toBe('wait');
      else if (!has('accepted')) expect(event).toBe('settle-none');
      else expect(event).toBe(states.every((one) => one === 'accepted') ? 'settle-all' : 'settle-some');
    }),
  );
});

/** How often the bad moments really came. */
export interface Coverage {
  histories: number;
  passes: number;
  failedPasses: number;
  kills: number;
  killsAfterWrite: number;
  lateWrites: number;
  lostStates: number;
  lostAnswers: number;
  conflicts: number;
  edits: number;
  seriesEdits: number;
  /** Mails to guests that the gateway sent. */
  invitations: number;
  cancellations: number;
  answers: number;
  inDoubt: number;
}

export const noCoverage = (): Coverage => ({
  ...{ histories: 0, passes: 0, failedPasses: 0, kills: 0, killsAfterWrite: 0 },
  ...{ lateWrites: 0, lostStates: 0, lostAnswers: 0, conflicts: 0, edits: 0 },
  ...{ seriesEdits: 0, invitations: 0, cancellations: 0, answers: 0, inDoubt: 0 },
});

export function add(coverage: Coverage, more: Coverage): void {
  for (const name of Object.keys(coverage) as (keyof Coverage)[]) coverage[name] += more[name];
}

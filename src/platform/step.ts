/**
 * Numbered step points between durable actions. In production they do nothing. A test names the step at which this very
 * process shall die by SIGKILL, as isync's own test does, and then compares the resumed run with an uninterrupted one.
 */
export interface StepPoints {
  reach(name: string): void;
}

export const noSteps: StepPoints = { reach() {} };

export interface CrashPlan {
  /** Die at the n-th step point that is reached (from 1). */
  readonly at: number | null;
  /** Called with each step's number and name, for a test that counts them. */
  readonly tell: ((number: number, name: string) => void) | null;
}

export function crashingSteps(plan: CrashPlan): StepPoints {
  let reached = 0;
  return {
    reach(name) {
      reached += 1;
      plan.tell?.(reached, name);
      if (reached === plan.at) process.kill(process.pid, 'SIGKILL');
    },
  };
}

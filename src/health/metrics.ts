/** Prometheus metrics; labels are failure codes and workloads, never addresses. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  passDone(result: {
    readonly failureCode: string | null;
    readonly durationMs: number;
    readonly stored: number;
    readonly excluded: number;
    readonly quarantined: number;
  }): void;
  mailSent(state: string): void;
  setMailboxes(byState: Readonly<Record<string, number>>): void;
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const passes = new Counter({
    name: 'mailroom_passes_total',
    help: 'Passes over mailboxes by outcome (done or a failure code).',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'mailroom_pass_seconds',
    help: 'Duration of passes.',
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
    registers,
  });
  const messages = new Counter({
    name: 'mailroom_messages_total',
    help: 'Messages by what became of them.',
    labelNames: ['result'],
    registers,
  });
  const sends = new Counter({
    name: 'mailroom_sends_total',
    help: 'Outgoing messages by the state they reached.',
    labelNames: ['state'],
    registers,
  });
  const mailboxes = new Gauge({ name: 'mailroom_mailboxes', help: 'Mailboxes by state.', labelNames: ['state'], registers });
  return {
    passDone(result) {
      passes.inc({ outcome: result.failureCode ?? 'done' });
      seconds.observe(result.durationMs / 1000);
      messages.inc({ result: 'stored' }, result.stored);
      messages.inc({ result: 'excluded' }, result.excluded);
      messages.inc({ result: 'quarantined' }, result.quarantined);
    },
    mailSent: (state) => sends.inc({ state }),
    setMailboxes(byState) {
      mailboxes.reset();
      for (const [state, count] of Object.entries(byState)) mailboxes.set({ state }, count);
    },
    text: () => registry.metrics(),
  };
}

/** Tests how a mailbox is reached, part by part and step by step; changes nothing. */
import type { MailboxConfig } from '../config/config.ts';
import { asFailure } from '../model/failure.ts';
import { type Access, connectorOf, contextOf, settingsOf } from './session.ts';
import type { SyncContext } from './sync-mailbox.ts';

export interface CheckedStep {
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly code: string | null;
  readonly remedy: string | null;
}

export interface Check {
  readonly part: 'receive' | 'send';
  readonly server: string;
  readonly type: string;
  readonly steps: readonly CheckedStep[];
}

export async function* checkMailbox(
  context: SyncContext,
  mailbox: MailboxConfig,
  onlyServer: string | null,
): AsyncGenerator<Check> {
  const parts = { receive: mailbox.receive, send: mailbox.send };
  for (const [part, access] of Object.entries(parts)) {
    if (!access || (onlyServer !== null && access.server.name !== onlyServer)) continue;
    const steps = await Array.fromAsync(stepsOf(context, mailbox, access));
    if (steps.every(({ ok }) => ok)) context.circuits.accepted(access.server, access.auth);
    yield { part: part as Check['part'], server: access.server.name, type: access.server.type, steps };
  }
}

async function* stepsOf(context: SyncContext, mailbox: MailboxConfig, access: Access): AsyncGenerator<CheckedStep> {
  try {
    const connector = connectorOf(context, access.server);
    const settings = connector.parseSettings(settingsOf(access.server));
    for await (const step of connector.diagnose(settings, contextOf(context, mailbox, access, context.signal))) {
      yield {
        step: step.step,
        ok: step.ok,
        detail: step.detail,
        code: step.failure?.code ?? null,
        remedy: step.failure?.remedy ?? null,
      };
    }
  } catch (error) {
    const failure = asFailure(error);
    if (!failure) throw error;
    yield { step: 'settings', ok: false, detail: failure.message, code: failure.code, remedy: failure.remedy ?? null };
  }
}

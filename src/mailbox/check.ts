/** Tests how a mailbox is reached, part by part and step by step; changes nothing. */
import type { MailboxConfig } from '../config/config.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { CheckedStep } from './checked-step.ts';
import { type Access, connectorOf, contextOf, settingsOf } from './session.ts';
import type { SyncContext } from './sync-context.ts';
import { sendTestMail } from './test-mail.ts';

export interface Check {
  readonly part: 'receive' | 'send' | 'items';
  readonly server: string;
  readonly type: string;
  readonly steps: readonly CheckedStep[];
}

export interface CheckOptions {
  /** Only the parts that use this server. */
  readonly only: string | null;
  /** Send a mail to itself too, when the way there is good. */
  readonly send: boolean;
}

export async function* checkMailbox(context: SyncContext, mailbox: MailboxConfig, options: CheckOptions): AsyncGenerator<Check> {
  for (const [part, access] of partsOf(mailbox)) {
    if (options.only !== null && access.server.name !== options.only) continue;
    const steps = await Array.fromAsync(stepsOf(context, mailbox, access));
    const good = steps.every(({ ok }) => ok);
    if (good) context.circuits.accepted(access.server, access.auth);
    else context.circuits.failed(access.server, access.auth, refusalIn(steps));
    if (options.send && part === 'send' && good && mailbox.send) steps.push(await sendTestMail(context, mailbox, mailbox.send));
    yield { part, server: access.server.name, type: access.server.type, steps };
  }
}

/** Items that are reached as the mail is are not asked for twice. */
function partsOf({ receive, send, items }: MailboxConfig): readonly (readonly [Check['part'], Access])[] {
  const again = items?.server.name === receive?.server.name && items?.auth.username === receive?.auth.username;
  const parts = [['receive', receive] as const, ['send', send] as const, ['items', again ? null : items] as const];
  return parts.flatMap(([part, access]) => (access ? [[part, access] as const] : []));
}

/** What of the steps concerns all who share the credential. */
function refusalIn(steps: readonly CheckedStep[]): Failure | null {
  const refused = steps.find(({ code }) => code === 'auth-rejected');
  return refused === undefined ? null : new Failure('auth-rejected', refused.detail);
}

async function* stepsOf(context: SyncContext, mailbox: MailboxConfig, access: Access): AsyncGenerator<CheckedStep> {
  try {
    await context.circuits.enter(access.server, access.auth);
    const connector = connectorOf(context, access.server);
    const settings = connector.parseSettings(settingsOf(access.server, mailbox.address));
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
    const step = failure.code === 'throttled' ? 'login' : 'settings';
    yield { step, ok: false, detail: failure.message, code: failure.code, remedy: failure.remedy ?? null };
  }
}

/**
 * SMTP submission (RFC 6409) and relay: one capability, `sender`.
 *
 * - TLS from the first byte, or STARTTLS required; clear text only when the settings say so out loud. A stripped STARTTLS ends
 *   the attempt before any credential.
 * - The bytes go out as composed; the final dot waits for `beforeDot` (sender.ts says what the answer then means).
 * - Every result is per recipient; whatever else goes wrong is a Failure with a remedy (failures.ts).
 */
import type { Connector, Session, SessionContext } from '../connector.ts';
import { diagnose } from './diagnose.ts';
import { logIn, placeOf, reachServer } from './reach.ts';
import { createSender } from './sender.ts';
import { parseSettings, type SmtpSettings } from './settings.ts';

export const smtpConnector: Connector<SmtpSettings> = {
  kind: 'smtp',
  offers: ['sender'],
  parseSettings,
  open: openSession,
  diagnose,
};

async function openSession(settings: SmtpSettings, context: SessionContext): Promise<Session> {
  if (settings.tls === 'none') context.log.warn('sending without encryption', { server: placeOf(settings) });
  const { wire } = await logIn(await reachServer(settings, context), settings, context);
  return {
    sender: createSender({ wire, settings, clock: context.clock, signal: context.signal }),
    [Symbol.asyncDispose]: () => wire.quit(),
  };
}

/** Bounce notifications as JSON (Amazon SES by SNS mail): the text is data, alone or wrapped once as "Message". */
import type { Bounce, BounceRecipient } from '../../model/email.ts';
import { readMessageId } from '../message-id.ts';
import { conclude } from './recipient.ts';

const MAX_BYTES = 1024 * 1024;

type Json = Record<string, unknown>;

function objectIn(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The footer that SNS puts behind the data is cut at the last brace. */
function parsed(source: string): Json | null {
  const start = source.indexOf('{');
  const end = source.lastIndexOf('}');
  if (start < 0 || end < start || source.slice(0, start).trim() !== '') return null;
  try {
    return objectIn(JSON.parse(source.slice(start, end + 1).replace(/\r?\n/g, ' ')));
  } catch {
    return null;
  }
}

function recipientOf(raw: unknown, permanent: boolean): BounceRecipient {
  const each = objectIn(raw) ?? {};
  const diagnostic = text(each.diagnosticCode)?.replace(/^[a-z0-9-]+;\s*/i, '') ?? null;
  const status = /^[245]\.\d+\.\d+$/.exec(text(each.status) ?? '')?.[0] ?? null;
  const read = conclude({
    recipient: text(each.emailAddress),
    originalRecipient: null,
    action: text(each.action) === 'delayed' ? 'delayed' : 'failed',
    status,
    diagnostic,
    context: '',
  });
  return read.permanent === null ? { ...read, permanent } : read;
}

export function readNotification(body: string): Bounce | null {
  if (!body.trimStart().startsWith('{') || !body.includes('notificationType') || body.length > MAX_BYTES) return null;
  const outer = parsed(body);
  const inner = outer === null || text(outer.Message) === null ? outer : parsed(text(outer.Message) ?? '');
  const bounce = objectIn(inner?.bounce);
  if (inner?.notificationType !== 'Bounce' || bounce === null || !Array.isArray(bounce.bouncedRecipients)) return null;
  const permanent = bounce.bounceType === 'Permanent';
  return {
    source: 'report',
    recipients: bounce.bouncedRecipients.slice(0, 1000).map((each) => recipientOf(each, permanent)),
    originalMessageId: readMessageId(text(objectIn(objectIn(inner.mail)?.commonHeaders)?.messageId)),
    originalEnvelopeId: null,
  };
}

import type { Context } from '../property/context.ts';

export function randomMessageId(context: Context): string {
  const host = context.mailbox.address.split('@')[1] ?? 'localhost';
  return `<${context.exchange.draw('message-id').toString('hex').slice(0, 32)}@${host}>`;
}

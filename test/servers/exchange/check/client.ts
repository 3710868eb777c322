// A client for the stand-in's own tests: writes requests by hand, so that a misunderstanding of the connector is not shared.
import { afterAll, expect } from 'vitest';
import type { AuthOptions } from '../auth/authenticate.ts';
import { StillClock } from '../clock.ts';
import { Exchange, type ExchangeOptions } from '../exchange.ts';
import { type RunningServer, type ServerOptions, serve } from '../server.ts';
import { child, childrenOf, type Element } from '../xml/element.ts';
import { readXml } from '../xml/read.ts';
import { AnswerLog } from './validate.ts';

export const START = '2026-11-02T08:00:00Z';

export interface Reply {
  status: number;
  text: string;
  envelope: Element;
  /** The operation's answer, or the fault. */
  body: Element;
}

export interface CallOptions {
  user?: string;
  password?: string;
  version?: string | null;
  zone?: string;
  impersonate?: string;
  headers?: Record<string, string>;
}

export interface StandIn {
  exchange: Exchange;
  clock: StillClock;
  server: RunningServer;
  call(body: string, options?: CallOptions): Promise<Reply>;
}

export interface StandInOptions extends ExchangeOptions {
  auth?: AuthOptions;
  server?: Partial<ServerOptions>;
}

/** Starts a stand-in for a test file; its answers are validated when the file is done. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const clock = new StillClock(START);
  const exchange = new Exchange({ seed: 1, clock, ...options });
  exchange.addMailbox('alice@example.com', 'alicepw');
  exchange.addMailbox('bob@example.com', 'bobpw');
  exchange.addMailbox('carol@example.com', 'carolpw');
  exchange.addMailbox('svc@example.com', 'svcpw', { mayImpersonate: true });
  const log = new AnswerLog(process.env.MAILROOM_EXCHANGE_ANSWERS);
  const server = await serve(exchange, {
    auth: options.auth ?? { schemes: ['basic'] },
    ...options.server,
    onAnswer: (text, operation) => {
      // Illegal characters make answers that no schema can pass.
      if (!exchange.switches.illegalCharacters) log.take(text, operation);
    },
  });
  afterAll(async () => {
    await server.close();
    const verdict = log.validate();
    log.dispose();
    expect(verdict.invalid).toEqual([]);
  });
  return { exchange, clock, server, call: (body, how) => send(server.url, body, how) };
}

const HEAD = `xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"`;

export function soap(body: string, options: CallOptions = {}): string {
  const version = options.version === null ? '' : `<t:RequestServerVersion Version="${options.version ?? 'Exchange2013_SP1'}"/>`;
  const zone =
    options.zone === undefined ? '' : `<t:TimeZoneContext><t:TimeZoneDefinition Id="${options.zone}"/></t:TimeZoneContext>`;
  const acting =
    options.impersonate === undefined
      ? ''
      : `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${options.impersonate}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`;
  return `<s:Envelope ${HEAD}><s:Header>${version}${acting}${zone}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

export async function send(url: string, body: string, options: CallOptions = {}): Promise<Reply> {
  const user = options.user ?? 'alice@example.com';
  const password = options.password ?? `${user.split('@')[0]}pw`;
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'Content-Type': 'text/xml; charset=utf-8',
      Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
      ...options.headers,
    },
    body: /^<(\?xml|\w+:Envelope)/.test(body) ? body : soap(body, options),
  });
  const text = await response.text();
  const isXml = response.headers.get('content-type')?.startsWith('text/xml') ?? false;
  const envelope = isXml && text.endsWith('Envelope>') ? readXml(text) : { name: '', attributes: {}, children: [], text: '' };
  return { status: response.status, text, envelope, body: child(envelope, 'Body')?.children[0] ?? envelope };
}

/** The response messages of an answer. */
export function messagesOf(reply: Reply): Element[] {
  return child(reply.body, 'ResponseMessages')?.children ?? [];
}

export function codesOf(reply: Reply): string[] {
  const fault = child(reply.body, 'detail', 'ResponseCode');
  return fault !== undefined ? [fault.text] : messagesOf(reply).map((one) => child(one, 'ResponseCode')?.text ?? '');
}

/** The items of all response messages, in order. */
export function itemsOf(reply: Reply): Element[] {
  return messagesOf(reply).flatMap((one) => child(one, 'Items')?.children ?? child(one, 'RootFolder', 'Items')?.children ?? []);
}

export function idOf(item: Element | undefined): { id: string; key: string } {
  const id = child(item, 'ItemId') ?? child(item, 'FolderId');
  return { id: id?.attributes.Id ?? '', key: id?.attributes.ChangeKey ?? '' };
}

export function textAt(element: Element | undefined, ...path: string[]): string | undefined {
  return child(element, ...path)?.text;
}

export const all = childrenOf;

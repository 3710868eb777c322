// From the bytes of a request to the text of an answer.
import { type Call, emptyContent } from '../call.ts';
import { EwsError, EwsFault } from '../errors.ts';
import type { Account, Exchange } from '../exchange.ts';
import type { FaultRule } from '../faults.ts';
import { OPERATIONS } from '../operation/operations.ts';
import { NAMESPACES } from '../schema/grammar.ts';
import { child, type Element, el } from '../xml/element.ts';
import { bodyOf, envelope, faultEnvelope } from './envelope.ts';
import { actingMailbox } from './impersonate.ts';
import { readRequest } from './request.ts';

export interface Answer {
  status: number;
  text: string;
  operation: string;
}

/** What the transport learns before the operation runs, so that it can misbehave or stream. */
export interface Prepared {
  operation: Element;
  call: Call;
}

export function prepare(
  exchange: Exchange,
  account: Account,
  source: string,
  headers: Call['headers'],
  backEnd: number,
): Prepared {
  const request = readRequest(source);
  const mailbox = actingMailbox(exchange, account, request.impersonation);
  return {
    operation: request.operation,
    call: { exchange, account, mailbox, version: request.version, zone: request.zone, headers, backEnd },
  };
}

export async function perform(prepared: Prepared, rule: FaultRule | undefined): Promise<Answer> {
  const { operation, call } = prepared;
  const name = operation.name;
  if (rule?.fault === 'slow-work') await new Promise((resolve) => setTimeout(resolve, 20));
  if (rule?.fault === 'server-busy') {
    const { exchange, mailbox } = call;
    throw busy(exchange.faults.backOff(mailbox.address, exchange.clock.now(), rule.backOffMilliseconds));
  }
  if (rule?.fault === 'fault-code')
    throw new EwsFault(rule.code ?? 'ErrorInternalServerError', `${rule.code ?? 'ErrorInternalServerError'}.`);
  const run = OPERATIONS[name];
  if (run === undefined || operation.ns !== NAMESPACES.m)
    throw new EwsFault('ErrorInvalidRequest', `The operation ${name} is not served here.`);
  const answer =
    rule?.fault === 'item-error' || rule?.fault === 'item-busy'
      ? broken(operation, rule)
      : await runOperation(run, operation, call);
  return {
    status: 200,
    operation: name,
    text: envelope(call.exchange.version, bodyOf(answer, call.exchange.switches.illegalCharacters)),
  };
}

async function runOperation(run: (typeof OPERATIONS)[string], operation: Element, call: Call): Promise<Element> {
  try {
    return await run(operation, call);
  } catch (error) {
    // An error outside of any item concerns the request.
    if (error instanceof EwsError) throw new EwsFault(error.code, error.message);
    throw error;
  }
}

export function busy(milliseconds: number): EwsFault {
  const text = 'The server cannot service this request right now. Try again later.';
  return new EwsFault('ErrorServerBusy', text, [['BackOffMilliseconds', String(milliseconds)]]);
}

/** Every response message is the same error (reference 10c). */
function broken(operation: Element, rule: FaultRule): Element {
  const code = rule.fault === 'item-busy' ? 'ErrorServerBusy' : (rule.code ?? 'ErrorInternalServerError');
  const lists = ['ItemIds', 'FolderIds', 'Items', 'ItemChanges', 'Folders', 'ParentFolderIds', 'AttachmentIds', 'Attachments'];
  const count = lists.map((name) => child(operation, name)?.children.length).find((length) => length !== undefined) ?? 1;
  const message = () =>
    el(
      `${operation.name}ResponseMessage`,
      [el('MessageText', `${code}.`), el('ResponseCode', code), el('DescriptiveLinkKey', 0), ...requiredContent(operation.name)],
      {
        ResponseClass: 'Error',
      },
    );
  return el(`${operation.name}Response`, [el('ResponseMessages', Array.from({ length: count }, message))]);
}

function requiredContent(name: string): Element[] {
  if (name === 'GetAttachment' || name === 'CreateAttachment') return [el('Attachments')];
  if (name === 'GetServerTimeZones') return [el('TimeZoneDefinitions')];
  const empty = emptyContent(`${name}ResponseMessage`);
  return empty === undefined ? [] : [el(empty)];
}

export function faultAnswer(error: unknown, operation: string): Answer {
  if (error instanceof EwsFault) return { status: 500, text: faultEnvelope(error), operation };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`mailroom-exchange: ${operation}: ${text}\n`);
  return {
    status: 500,
    text: faultEnvelope(new EwsFault('ErrorInternalServerError', 'An internal server error occurred. The operation failed.')),
    operation,
  };
}

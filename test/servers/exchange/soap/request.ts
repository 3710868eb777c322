// Reads an envelope: header blocks, the operation's element, and what is wrong with them before anything is done.
import { findZone, type Zone } from '../calendar/zone.ts';
import { EwsFault } from '../errors.ts';
import { checkRequest } from '../schema/check.ts';
import { child, childText, type Element } from '../xml/element.ts';
import { NotXml, readXml } from '../xml/read.ts';
import { SOAP } from './envelope.ts';

export interface Request {
  operation: Element;
  version: string | undefined;
  zone: Zone | undefined;
  impersonation: Element | undefined;
}

export function readRequest(source: string): Request {
  const root = parse(source);
  const header = child(root, 'Header');
  const body = child(root, 'Body');
  const operation = body?.children[0];
  if (root.name !== 'Envelope' || root.ns !== SOAP || operation === undefined) {
    throw new EwsFault('ErrorInvalidRequest', 'The request is invalid.');
  }
  const version = readVersion(header);
  for (const block of header?.children ?? []) refuseViolation(block);
  refuseViolation(operation);
  return { operation, version, zone: readZone(header), impersonation: child(header, 'ExchangeImpersonation') };
}

function parse(source: string): Element {
  try {
    return readXml(source);
  } catch (error) {
    if (!(error instanceof NotXml)) throw error;
    throw new EwsFault('ErrorInvalidRequest', `The request is not well-formed XML: ${error.message}`);
  }
}

function refuseViolation(element: Element) {
  const violation = checkRequest(element);
  if (violation === undefined) return;
  const { line, column, message } = violation;
  throw new EwsFault('ErrorSchemaValidation', `The request failed schema validation: ${message}`, [], { line, column });
}

/** A version that the schema does not list is an invalid request, not a schema violation (reference 6 [wire: Exchange 2019]). */
function readVersion(header: Element | undefined): string | undefined {
  const block = child(header, 'RequestServerVersion');
  if (block === undefined) return undefined;
  if (checkRequest(block) !== undefined) throw new EwsFault('ErrorInvalidRequest', 'The request is invalid.');
  return block.attributes.Version;
}

function readZone(header: Element | undefined): Zone | undefined {
  const definition = child(header, 'TimeZoneContext', 'TimeZoneDefinition');
  const id = definition?.attributes.Id ?? childText(definition, 'Id');
  if (id === undefined) return undefined;
  const zone = findZone(id);
  if (zone === undefined) throw new EwsFault('ErrorTimeZone', `The time zone '${id}' is unknown.`);
  return zone;
}

// The SOAP frame (reference 4-7): SOAP 1.1, ServerVersionInfo on answers, none on faults.
import type { EwsFault } from '../errors.ts';
import type { ServerVersion } from '../exchange.ts';
import { NAMESPACES, rootShape } from '../schema/grammar.ts';
import type { Element } from '../xml/element.ts';
import { escapeXml } from '../xml/escape.ts';
import { writeXml } from '../xml/write.ts';

export const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const ERRORS = 'http://schemas.microsoft.com/exchange/services/2006/errors';
const DECLARED = ` xmlns:m="${NAMESPACES.m}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:t="${NAMESPACES.t}"`;

export function bodyOf(answer: Element, keepIllegal: boolean): string {
  const shape = rootShape(answer.name);
  if (shape === undefined) throw new Error(`no shape for ${answer.name}`);
  return writeXml(answer, shape, 'm', { keepIllegal, declarations: DECLARED });
}

export function versionHeader({ major, minor, build, revision, schema }: ServerVersion): string {
  return `<h:ServerVersionInfo MajorVersion="${major}" MinorVersion="${minor}" MajorBuildNumber="${build}" MinorBuildNumber="${revision}" Version="${schema}" xmlns:h="${NAMESPACES.t}" xmlns="${NAMESPACES.t}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>`;
}

export function envelope(version: ServerVersion, body: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${SOAP}"><s:Header>${versionHeader(version)}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

/** A fault as real servers send it: code in the fault's namespace, details in those of errors and types [wire]. */
export function faultEnvelope(fault: EwsFault): string {
  const line = fault.violation === undefined ? '' : violationDetail(fault);
  const values = fault.values.map(([name, value]) => `<t:Value Name="${name}">${escapeXml(value)}</t:Value>`).join('');
  const xml = values === '' ? line : `<t:MessageXml xmlns:t="${NAMESPACES.t}">${values}</t:MessageXml>`;
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${SOAP}"><s:Body><s:Fault><faultcode xmlns:a="${NAMESPACES.t}">a:${fault.code}</faultcode><faultstring xml:lang="en-US">${escapeXml(fault.message)}</faultstring><detail><e:ResponseCode xmlns:e="${ERRORS}">${fault.code}</e:ResponseCode><e:Message xmlns:e="${ERRORS}">${escapeXml(fault.message)}</e:Message>${xml}</detail></s:Fault></s:Body></s:Envelope>`;
}

function violationDetail(fault: EwsFault): string {
  const { line, column } = fault.violation!;
  return `<t:MessageXml xmlns:t="${NAMESPACES.t}"><t:LineNumber>${line}</t:LineNumber><t:LinePosition>${column}</t:LinePosition><t:Violation>${escapeXml(fault.message)}</t:Violation></t:MessageXml>`;
}

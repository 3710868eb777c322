// GET /EWS/Services.wsdl, messages.xsd and types.xsd (reference 1): Microsoft's own where they lie beside the project, else a
// description of ours that names every operation served, and leaves what is in the messages open.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { referenceFolder } from './check/reference.ts';
import { OPERATIONS } from './operation/operations.ts';
import { NAMESPACES } from './schema/grammar.ts';
import { ROOT_ELEMENTS } from './schema/root-elements.ts';

const FILES = ['Services.wsdl', 'messages.xsd', 'types.xsd'];
const XSD = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"';
const STREAMING = 'GetStreamingEvents';

/** The document at a path in lower case, undefined for any other path. */
export function documentAt(path: string, url: string): string | undefined {
  const name = FILES.find((one) => path === `/ews/${one.toLowerCase()}`);
  if (name === undefined) return undefined;
  const folder = referenceFolder();
  const theirs = folder === undefined ? undefined : join(folder, 'schema-se', name);
  if (theirs !== undefined && existsSync(theirs)) return readFileSync(theirs, 'utf8');
  return name === 'Services.wsdl' ? wsdl(url) : name === 'messages.xsd' ? messagesSchema() : typesSchema();
}

function wsdl(url: string): string {
  const operations = [...Object.keys(OPERATIONS), STREAMING].map((name) => ({
    name: name.replace(/Request$/, ''),
    element: name,
  }));
  const parts = operations.flatMap(({ name, element }) => [
    `<wsdl:message name="${name}SoapIn"><wsdl:part name="request" element="tns:${element}"/></wsdl:message>`,
    `<wsdl:message name="${name}SoapOut"><wsdl:part name="${name}Result" element="tns:${name}Response"/></wsdl:message>`,
  ]);
  const port = operations.map(
    ({ name }) =>
      `<wsdl:operation name="${name}"><wsdl:input message="tns:${name}SoapIn"/><wsdl:output message="tns:${name}SoapOut"/></wsdl:operation>`,
  );
  const binding = operations.map(
    ({ name }) =>
      `<wsdl:operation name="${name}"><soap:operation soapAction="${NAMESPACES.m}/${name}"/><wsdl:input><soap:body use="literal" parts="request"/></wsdl:input><wsdl:output><soap:body use="literal" parts="${name}Result"/></wsdl:output></wsdl:operation>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" ${XSD} xmlns:tns="${NAMESPACES.m}" targetNamespace="${NAMESPACES.m}">
<wsdl:types><xs:schema><xs:import namespace="${NAMESPACES.m}" schemaLocation="messages.xsd"/></xs:schema></wsdl:types>
${parts.join('\n')}
<wsdl:portType name="ExchangeServicePortType">${port.join('\n')}</wsdl:portType>
<wsdl:binding name="ExchangeServiceBinding" type="tns:ExchangeServicePortType"><soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>${binding.join('\n')}</wsdl:binding>
<wsdl:service name="ExchangeServices"><wsdl:port name="ExchangeServicePort" binding="tns:ExchangeServiceBinding"><soap:address location="${url}"/></wsdl:port></wsdl:service>
</wsdl:definitions>
`;
}

const schemaOf = (namespace: string, elements: readonly string[]) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<xs:schema ${XSD} targetNamespace="${namespace}" elementFormDefault="qualified">\n${elements
    .map((name) => `<xs:element name="${name}"/>`)
    .join('\n')}\n</xs:schema>\n`;
const roots = () =>
  ROOT_ELEMENTS.trim()
    .split('\n')
    .map((line) => line.split('=')[0]!);

function messagesSchema(): string {
  const named = roots().filter((name) => !name.startsWith('t:'));
  return schemaOf(NAMESPACES.m, [...new Set([...named, STREAMING, `${STREAMING}Response`])]);
}

function typesSchema(): string {
  const named = roots().filter((name) => name.startsWith('t:'));
  return schemaOf(
    NAMESPACES.t,
    named.map((name) => name.slice(2)),
  );
}

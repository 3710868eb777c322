import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { asFailure, Failure } from '../../model/failure.ts';
import type { DiagnosticStep, SessionContext } from '../connector.ts';
import { asMishap, isCertificateProblem } from './failures.ts';
import { connectServer, findServer, greetServer, logIn, placeOf, secureSocket } from './reach.ts';
import type { SmtpSettings } from './settings.ts';
import type { Wire } from './wire.ts';

/** The steps of `open`, each told as it ends: name, connect, tls, certificate, capabilities, login. */
export async function* diagnose(settings: SmtpSettings, context: SessionContext): AsyncIterable<DiagnosticStep> {
  const told: DiagnosticStep[] = [];
  const tell = (step: string, detail: string): DiagnosticStep => {
    told.push({ step, ok: true, detail });
    return told.at(-1)!;
  };
  const open = { socket: null as Socket | null, wire: null as Wire | null };
  try {
    const addresses = await findServer(settings);
    yield tell('name', `${settings.host} is ${addresses.join(', ')}`);
    open.socket = await connectServer(addresses, settings, context);
    yield tell('connect', `${open.socket.remoteAddress} answers on port ${settings.port}`);
    if (settings.tls === 'implicit') {
      open.socket = await secureSocket(open.socket, settings, context);
      yield* tellTls(open.socket, tell);
    }
    open.wire = await greetServer(open.socket, settings, context);
    if (settings.tls === 'starttls') yield* tellTls(open.wire.socket, tell);
    if (settings.tls === 'none') yield tell('tls', 'none: everything, the password too, goes in clear text');
    yield tell('capabilities', capabilitiesOf(open.wire));
    const { wire, mechanism } = await logIn(open.wire, settings, context);
    open.wire = wire;
    yield tell('login', mechanism === null ? 'none asked for' : `accepted (${mechanism})`);
  } catch (error) {
    yield failedStep(error, told, settings);
  } finally {
    if (open.wire) await open.wire.quit();
    else open.socket?.destroy();
  }
}

type Tell = (step: string, detail: string) => DiagnosticStep;

function* tellTls(socket: Socket, tell: Tell): Iterable<DiagnosticStep> {
  if (!(socket instanceof TLSSocket)) return;
  yield tell('tls', `${socket.getProtocol() ?? 'TLS'}, ${socket.getCipher().name}`);
  const { subject, issuer, valid_to: validTo } = socket.getPeerCertificate();
  yield tell('certificate', `${nameOf(subject)}, issued by ${nameOf(issuer)}, valid until ${validTo}`);
}

const nameOf = (holder: { readonly CN?: string | string[]; readonly O?: string | string[] } | undefined): string =>
  String(holder?.CN ?? holder?.O ?? 'unnamed');

function capabilitiesOf({ offers }: Wire): string {
  const size = offers.maxBytes === null ? 'no size limit told' : `messages up to ${offers.maxBytes} bytes`;
  return `${offers.lines.length === 0 ? 'HELO only' : offers.lines.join(', ')}; ${size}`;
}

/** The step that comes after those that went well; a bad certificate shows while TLS starts, so the table has to tell. */
function failedStep(error: unknown, told: readonly DiagnosticStep[], settings: SmtpSettings): DiagnosticStep {
  const failure =
    asFailure(error) ?? new Failure('garbled', `cannot test ${placeOf(settings)}: ${String(error)}`, { cause: error });
  const order = ['name', 'connect', 'tls', 'capabilities', 'login'];
  const next = order.find((step) => !told.some((done) => done.step === step)) ?? 'login';
  const mishap = asMishap(failure.cause);
  const step = next === 'tls' && isCertificateProblem(mishap) ? 'certificate' : next;
  const beforeTls = step === 'tls' && settings.tls !== 'implicit' && mishap.system === 'EPROTOCOL';
  return { step: beforeTls ? 'connect' : step, ok: false, detail: failure.message, failure };
}

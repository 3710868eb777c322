/** Which SASL mechanism, and the login itself. The password goes only to a server that offers a way to take it. */
import type XOAuth2 from 'nodemailer/lib/xoauth2';
import { Failure } from '../../model/failure.ts';
import type { Credential } from '../connector.ts';
import { asMishap, toFailure } from './failures.ts';
import type { SmtpSettings } from './settings.ts';
import type { Offers, Wire } from './wire.ts';

type Login = Exclude<Credential, { method: 'none' }>;

/** Throws Failure('auth-rejected') when the server says no to this credential. */
export async function login(wire: Wire, settings: SmtpSettings, credential: Login): Promise<string> {
  const mechanism = settings.mechanism ?? chooseMechanism(wire.offers, settings, credential);
  const pass = credential.method === 'oauth2' ? credential.accessToken : credential.password;
  try {
    // Without `oauth2` nodemailer would take XOAUTH2 for a wish and give the token to PLAIN or LOGIN as a password.
    const oauth2 = {} as XOAuth2;
    await wire.login({
      method: mechanism,
      user: credential.username,
      pass,
      ...(credential.method === 'oauth2' ? { oauth2 } : {}),
    });
    return mechanism;
  } catch (error) {
    throw toFailure(`log in to ${settings.host}:${settings.port} as ${credential.username}`, asMishap(error), error);
  }
}

function chooseMechanism(offers: Offers, settings: SmtpSettings, credential: Login): string {
  const wanted = preferences(settings, credential);
  const found = wanted.find((mechanism) => offers.mechanisms.includes(mechanism));
  if (found !== undefined) return found;
  const where = `${settings.host}:${settings.port}`;
  if (offers.mechanisms.length === 0)
    throw new Failure('refused', `cannot log in to ${where}: it offers no login there`, {
      remedy: 'Use the submission port (465 or 587) with TLS, or auth: { method: none } if this server wants no login.',
    });
  throw new Failure('refused', `cannot log in to ${where}: it offers only ${offers.mechanisms.join(', ')}`, {
    remedy: `Use an auth method that fits; ${credential.method} would need one of ${wanted.join(', ')}.`,
  });
}

function preferences(settings: SmtpSettings, credential: Login): readonly string[] {
  if (credential.method === 'oauth2') return ['OAUTHBEARER', 'XOAUTH2'];
  // Without TLS a challenge at least keeps the password itself off the wire.
  return settings.tls === 'none' ? ['CRAM-MD5', 'PLAIN', 'LOGIN'] : ['PLAIN', 'LOGIN', 'CRAM-MD5'];
}

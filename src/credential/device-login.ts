/** Device code (RFC 8628): a person enters a short code on any device with a browser. For servers without one. */
import { z } from 'zod';
import { asFailure, Failure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';
import { type OAuthClient, type OAuthRefusal, oneLine, type TokenAnswer, type TokenEndpoint, whereOf } from './token-endpoint.ts';

export interface DevicePrompt {
  readonly userCode: string;
  readonly url: string;
  /** With the code already in it, where the provider gives one. */
  readonly completeUrl: string | null;
  readonly expiresAt: Date;
}

export interface DeviceLogin {
  readonly endpoint: TokenEndpoint;
  readonly clock: Clock;
  readonly client: OAuthClient;
  readonly signal?: AbortSignal;
  tell(prompt: DevicePrompt): void;
}

const webAddress = z.url({ protocol: /^https?$/ });
const deviceAnswer = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1).transform(oneLine),
  // Google writes verification_url.
  verification_uri: webAddress.optional(),
  verification_url: webAddress.optional(),
  verification_uri_complete: webAddress.nullish().catch(null),
  expires_in: z.coerce.number().positive(),
  interval: z.coerce.number().positive().nullish().catch(null),
});
type DeviceAnswer = z.output<typeof deviceAnswer>;

const DEFAULT_INTERVAL_S = 5; // RFC 8628 3.2
const LONGEST_INTERVAL_S = 60;
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code';

export async function loginByDevice(login: DeviceLogin): Promise<TokenAnswer> {
  const device = await askForCode(login);
  const expiresAt = new Date(login.clock.now().getTime() + device.expires_in * 1000);
  const url = device.verification_uri ?? device.verification_url ?? '';
  login.tell({ userCode: device.user_code, url, completeUrl: device.verification_uri_complete ?? null, expiresAt });
  return poll(login, device);
}

async function askForCode({ endpoint, client, signal }: DeviceLogin): Promise<DeviceAnswer> {
  const { provider } = client;
  if (provider.deviceUrl === null) {
    throw new Failure('refused', `${provider.name} has no device sign-in for mail`, { remedy: 'sign in with --browser' });
  }
  const answer = await endpoint.post(client, provider.deviceUrl, { scope: provider.scopes.join(' ') }, signal);
  if (!answer.ok) throw declined(client, answer.refusal);
  const { data } = deviceAnswer.safeParse(answer.value);
  if (data === undefined || (data.verification_uri ?? data.verification_url) === undefined) {
    throw new Failure('garbled', `${whereOf(provider)} answered without a usable device code`);
  }
  return data;
}

async function poll(login: DeviceLogin, device: DeviceAnswer): Promise<TokenAnswer> {
  const { endpoint, clock, client, signal } = login;
  const until = clock.monotonicMs() + device.expires_in * 1000;
  let intervalS = device.interval ?? DEFAULT_INTERVAL_S;
  while (clock.monotonicMs() < until) {
    await clock.sleep(Math.min(intervalS, LONGEST_INTERVAL_S) * 1000, signal);
    try {
      const answer = await endpoint.token(client, { grant_type: GRANT_TYPE, device_code: device.device_code }, signal);
      if (answer.ok) return answer.value;
      intervalS = nextInterval(answer.refusal, intervalS, client);
    } catch (error) {
      // RFC 8628 3.5: ask less often when the provider cannot be reached, but do not give up before the code does.
      if (!['unreachable', 'throttled'].includes(asFailure(error)?.code ?? '')) throw error;
      intervalS = Math.max(intervalS * 2, (asFailure(error)?.retryAfterMs ?? 0) / 1000);
    }
  }
  throw expired();
}

function nextInterval(refusal: OAuthRefusal, intervalS: number, client: OAuthClient): number {
  switch (refusal.error) {
    case 'authorization_pending':
      return intervalS;
    case 'slow_down':
      return intervalS + 5; // RFC 8628 3.5: for this and all following requests
    case 'expired_token':
      throw expired();
    default:
      throw declined(client, refusal);
  }
}

function expired(): Failure {
  return new Failure('refused', 'the code expired before anybody signed in', { remedy: 'run the command again' });
}

/** Whatever ended a sign-in, by either flow. */
export function declined({ provider }: OAuthClient, refusal: Pick<OAuthRefusal, 'error' | 'words'>): Failure {
  const message =
    refusal.error === 'access_denied'
      ? `the sign-in was declined at ${provider.name}: ${refusal.words}`
      : `${whereOf(provider)} refused the sign-in: ${refusal.words}`;
  const remedy =
    refusal.error === 'access_denied'
      ? 'sign in again and consent, or ask the administrator of that organisation to consent for it'
      : `check clientId, clientSecret, redirectUri and scopes under oauth.${provider.name} (docs/oauth2.md)`;
  return new Failure('refused', message, { remedy });
}

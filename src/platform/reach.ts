/** The first steps towards any server, each told with its outcome: is there such a host, does something answer at the port. */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';

export interface Place {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

export interface Step<F extends Error> {
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly failure?: F;
}

/** What an error is in the words of the connector; `attempt` says what was tried. */
export type ToFailure<F extends Error> = (error: unknown, attempt: string) => F;

/** The work as a step; what it throws is its failure. */
export async function step<F extends Error>(
  name: string,
  toFailure: ToFailure<F>,
  work: () => Promise<string>,
): Promise<Step<F>> {
  try {
    return { step: name, ok: true, detail: await work() };
  } catch (error) {
    const failure = toFailure(error, name);
    return { step: name, ok: false, detail: failure.message, failure };
  }
}

/** `name` and `connect`; returns whether somebody answers. */
export async function* reach<F extends Error>(place: Place, toFailure: ToFailure<F>): AsyncGenerator<Step<F>, boolean> {
  const { host, port } = place;
  const name = await step(
    'name',
    (error) => toFailure(error, `looking up ${host}`),
    () => describeHost(host),
  );
  yield name;
  if (!name.ok) return false;
  const answered = await step(
    'connect',
    (error) => toFailure(error, `connecting to ${host}:${port}`),
    () => knock(place),
  );
  yield answered;
  return answered.ok;
}

async function describeHost(host: string): Promise<string> {
  const addresses = await lookup(host, { all: true });
  return `${host} is ${addresses.map(({ address }) => address).join(', ')}`;
}

function knock({ host, port, timeoutMs }: Place): Promise<string> {
  const started = performance.now();
  return new Promise((done, reject) => {
    const socket = connect({ host, port });
    const fail = (error: unknown) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeoutMs, () => fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.destroy();
      done(`${host}:${port} answers after ${Math.round(performance.now() - started)} ms`);
    });
  });
}

/**
 * Several commands under way at a time (RFC 2449 6.6): one round trip for many, as many as `commands` and stated `bytes` allow.
 * With `commands: 1` each waits for the one before.
 *
 * What has come in and has not been taken yet counts against the connection (`hold`), so a slow reader slows the server down.
 * A reader that breaks off leaves the replies still to come to be read and dropped, and the connection in step.
 */
import type { Body } from './body.ts';
import type { Connection } from './connection.ts';
import type { Reply } from './reply-reader.ts';

export interface Request<Tag> {
  readonly tag: Tag;
  readonly line: string;
  readonly body: Body | null;
  /** How long the answer will be, as far as known. */
  readonly bytes: number;
}

export interface Answer<Tag> extends Request<Tag> {
  readonly reply: Reply;
}

export interface WindowLimits {
  readonly commands: number;
  readonly bytes: number;
}

interface Sent<Tag> {
  readonly request: Request<Tag>;
  readonly answer: Promise<Reply>;
  held: number;
}

export async function* inWindow<Tag>(
  connection: Connection,
  requests: Iterable<Request<Tag>>,
  limits: WindowLimits,
): AsyncGenerator<Answer<Tag>> {
  const source = requests[Symbol.iterator]();
  const sent: Sent<Tag>[] = [];
  let bytes = 0;
  let next = source.next();
  const hasRoom = () => sent.length === 0 || (sent.length < limits.commands && bytes + (next.value?.bytes ?? 0) <= limits.bytes);
  const fill = () => {
    for (; !next.done && hasRoom(); next = source.next()) {
      bytes += next.value.bytes;
      sent.push(send(connection, next.value));
    }
  };
  try {
    for (fill(); sent.length > 0; fill()) {
      const { request, answer } = sent[0]!;
      const reply = await answer;
      drop(connection, sent.shift()!);
      bytes -= request.bytes;
      yield { ...request, reply };
    }
  } finally {
    for (const one of sent) drop(connection, one);
  }
}

function send<Tag>(connection: Connection, request: Request<Tag>): Sent<Tag> {
  const answer = connection.command(request.line, request.body);
  const sent: Sent<Tag> = { request, answer, held: 0 };
  const arrived = () => {
    if (sent.held < 0 || request.body === null) return;
    sent.held = request.body.kept;
    connection.hold(sent.held);
  };
  answer.then(arrived, () => {}); // a failure is told to whoever waits for this answer; nobody may
  return sent;
}

function drop<Tag>(connection: Connection, sent: Sent<Tag>): void {
  const { held } = sent;
  sent.held = -1;
  if (held > 0) connection.release(held);
}

/** Postfix asks here what to answer to a recipient and to the final dot (its SMTPD_POLICY_README). */
import { createServer, type Socket } from 'node:net';
import { listen, portOf } from './ports.ts';
import { type Answers, firstAnswer } from './submission.ts';

export interface Policy {
  readonly port: number;
  stop(): Promise<void>;
}

type Question = Readonly<Record<string, string>>;

export async function startPolicy(answers: Answers): Promise<Policy> {
  const sockets = new Set<Socket>();
  const decide = decider(answers);
  const server = createServer((socket) => {
    sockets.add(socket);
    let held = '';
    socket.on('error', () => {}); // Postfix was killed
    socket.on('data', (chunk) => {
      const questions = (held + chunk.toString('utf8')).split('\n\n');
      held = questions.pop() ?? '';
      for (const question of questions) socket.write(`action=${decide(read(question))}\n\n`);
    });
  });
  await listen(server);
  return {
    port: portOf(server),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** After the dot Postfix names no recipients when there are several, so those of each transaction are kept. */
function decider(answers: Answers): (question: Question) => string {
  const recipients = new Map<string, { address: string }[]>();
  return ({ protocol_state: state, recipient = '', instance = '' }) => {
    if (state === 'RCPT') {
      const reply = answers.ask(recipient, 'rcpt');
      if (reply === null) recipients.set(instance, [...(recipients.get(instance) ?? []), { address: recipient }]);
      return reply ?? 'DUNNO';
    }
    const known = recipients.get(instance) ?? [];
    recipients.delete(instance);
    return firstAnswer(answers, known, 'data') ?? 'DUNNO';
  };
}

function read(question: string): Question {
  return Object.fromEntries(question.split('\n').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]));
}

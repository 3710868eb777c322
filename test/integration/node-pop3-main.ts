/**
 * One run of node-pop3 in a process of its own: it may die or never answer. Prints what it got as one line of JSON, and at its
 * natural end (nothing left to wait for, the connection closed) whether the call was ever answered.
 */
import Pop3Command from 'node-pop3';

const [, , port, scenario] = process.argv;
const pop = new Pop3Command({ host: '127.0.0.1', port: Number(port), user: 'anna', password: 'secret' });
const calls: Record<string, () => Promise<unknown>> = {
  one: () => pop.RETR(1),
  pair: () => pop.NOOP().then(() => Promise.all([pop.RETR(1), pop.RETR(2)])),
  wait: () => pop.NOOP().then(() => new Promise((resolve) => pop.once('never', resolve))),
};
let answered = false;
process.on('exit', () => console.log(JSON.stringify({ answered })));
try {
  const result = await Promise.race([calls[scenario!]!(), new Promise(() => {})]);
  answered = true;
  console.log(JSON.stringify({ result }));
} catch (error) {
  answered = true;
  console.log(JSON.stringify({ error: String(error) }));
}
await pop.QUIT().catch(() => {});

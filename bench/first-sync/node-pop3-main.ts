/**
 * Every message by RETR, one after another, kept nowhere.
 *
 *   node-pop3-main.ts <port> <user>
 */
import Pop3Command from 'node-pop3';

const [port, user] = process.argv.slice(2);
const pop = new Pop3Command({ host: '127.0.0.1', port: Number(port), user: user!, password: 'secret' });
const list = await pop.UIDL();
let count = 0;
for (const [number] of list) {
  await pop.RETR(Number(number));
  count += 1;
}
await pop.QUIT();
console.log(JSON.stringify({ count }));

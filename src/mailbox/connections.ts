/** Connection limits per server and per account; who finds none free waits in line. */
export interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAccount: number;
}

export interface Connections {
  /** Runs the work with one connection counted for the server and the account. */
  use<T>(server: string, account: string, limits: ConnectionLimits, work: () => Promise<T>): Promise<T>;
  /** A connection that stays open (push): only while at most half of the server's are taken, and never the account's last one. */
  tryHold(server: string, account: string, limits: ConnectionLimits): (() => void) | null;
}

export function createConnections(): Connections {
  const taken = new Map<string, number>();
  const waiting: (() => void)[] = [];
  const count = (key: string) => taken.get(key) ?? 0;
  const keys = (server: string, account: string) => [`server ${server}`, `account ${server} ${account}`] as const;
  const add = (server: string, account: string, step: 1 | -1) => {
    for (const key of keys(server, account)) {
      const next = count(key) + step;
      if (next === 0) taken.delete(key);
      else taken.set(key, next);
    }
  };
  const release = (server: string, account: string) => {
    add(server, account, -1);
    for (const wake of waiting.splice(0)) wake();
  };
  const fits = (server: string, account: string, limits: ConnectionLimits) => {
    const [all, own] = keys(server, account);
    return count(all) < limits.connections && count(own) < limits.connectionsPerAccount;
  };
  return {
    async use(server, account, limits, work) {
      while (!fits(server, account, limits)) await new Promise<void>((wake) => waiting.push(wake));
      add(server, account, 1);
      try {
        return await work();
      } finally {
        release(server, account);
      }
    },
    tryHold(server, account, limits) {
      const [all, own] = keys(server, account);
      if (count(all) >= limits.connections / 2 || count(own) + 1 >= limits.connectionsPerAccount) return null;
      add(server, account, 1);
      return () => release(server, account);
    },
  };
}

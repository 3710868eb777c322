/** What the steps of resolving hand each other. */
import type { AuthConfig, MessageLimits, OAuthProvider } from './config.ts';
import type { Named } from './gather.ts';
import type { MapNode, Path } from './node.ts';
import type { Findings } from './problem.ts';
import type { ResolvedServer } from './resolve-server.ts';
import type { WrittenMailbox } from './schema-mailbox.ts';

export interface House {
  /** Null: it is written, and wrong. */
  readonly servers: ReadonlyMap<string, ResolvedServer | null>;
  readonly groups: ReadonlyMap<string, Named>;
  readonly defaults: Layer | null;
  /** Message limits for all mailboxes, as a layer. */
  readonly limits: Layer | null;
  readonly providers: ReadonlyMap<string, OAuthProvider>;
  readonly brokenProviders: ReadonlySet<string>;
  readonly findings: Findings;
  readonly now: Date;
}

export interface Layer {
  readonly node: MapNode;
  readonly path: Path;
}

export type Section = 'receive' | 'send' | 'items';

/** What the resolving of a section needs to know and to tell. */
export interface SectionContext {
  readonly house: House;
  readonly section: Section;
  readonly address: string;
  readonly node: MapNode;
  readonly ownAuth: boolean;
  readonly droppedServer: string | null;
  readonly written: WrittenMailbox;
  readonly limits: MessageLimits;
  readonly receiving: AuthConfig | null | undefined;
  readonly receiveType: string | null;
  problem(path: Path, message: string, suggestion: string | null): void;
  warning(path: Path, message: string, suggestion: string | null): void;
}

export interface CheckedStep {
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly code: string | null;
  readonly remedy: string | null;
}

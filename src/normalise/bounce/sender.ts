/** Who writes bounces: whether a message comes from a mail system and speaks of mail that was not delivered. */
import type { EmailAddress } from '../../model/email.ts';

const SYSTEM_LOCAL =
  /^(?:mailer[-_.]?daemon.*|mail[-_.]?daemon|mdaemon|post[-_.]?master.*|mail[-_.]?(?:delivery|admin|system|adm).*|(?:double-)?bounces?|nondelivery|undeliverable|smtp|mta|mailsystem|mail\.delivery\.system|microsoftexchange[0-9a-f]+|internet|daemon|delivery[-_.]?(?:failure|status|notification).*|autosystem)$/i;
const SYSTEM_NAME =
  /mail(?:er)?[-_ ]?(?:delivery|daemon)|delivery (?:sub)?system|postmaster|system administrator|mail (?:system|administrator|gateway)|e-?mail system|mailer daemon|microsoft outlook|internet mail/i;
const NO_REPLY = /^(?:do[-_.]?not[-_.]?reply|no[-_.]?reply)/i;

const SUBJECT =
  /undeliver|delayed mail|still being retried|undelivered|(?:mail|message|e-?mail|delivery)[ a-z]{0,30}(?:fail|not delivered|problem|error|delay|returned|rejected|status|notif|warning|bounced)|fail(?:ure|ed)?[ a-z]{0,20}(?:notice|notification|delivery|to deliver|mail)|return(?:ed|ing) (?:mail|message|to sender)|could ?n[o']t (?:be )?(?:deliver|send|sent)|not (?:be )?delivered|non[- ]?deliver|bounce|error sending|unzustellbar|nicht zugestellt|zustell|no se (?:ha )?(?:puede|pudo) entregar|non remis|non recapitat|niet bezorgd|не доставлено|недоставлен|メールエラー|配信|送信できません|送達|無法|未送达|退信/i;

const FAILURE =
  /(?:could|can|was|were|has|have|did|will)(?: ?not|n't) (?:be |been |reach |get )?(?:delivered|sent|reached|delivery|deliver|processed|accepted|some or all)|unable to (?:deliver|send)|(?:delivery|deliver)[ a-z]{0,60}(?:fail|error|problem|delayed|impossible|abort|suspended)|fail(?:ed|ure)[ a-z]{0,40}(?:deliver|permanently|recipient|address)|undeliverable|undelivered|following (?:address|recipient|addresses|recipients)|permanent(?:ly)? (?:fatal )?(?:error|fail)|wasn't able to deliver|not able to deliver|transcript of (?:the )?session|user unknown|unknown user|no such user|mailbox (?:is )?full|over quota|rejected by|was not delivered|returned to (?:the )?sender|trouble delivering|error (?:delivering|message below)|error (?:has )?occurred while|attempting to deliver|still being retried|did not reach|delivery errors|recipient.{0,20}rejected|failure reasons?|could not be found|konnte nicht|nicht zugestellt|no ha podido|n'a pas pu|не может быть доставлено|配信できません|送信できません/i;
const SMTP_ERROR = /(?:^|[\s:<>("'])(?:[45]\d\d[ -]+(?:[45]\.\d{1,3}\.\d{1,3}|[A-Z<"'])|[45]\.\d{1,3}\.\d{1,3}[ :])/m;

export interface HeaderSigns {
  readonly from: readonly EmailAddress[];
  readonly rawFrom: string;
  readonly returnPath: string | null;
  readonly failedRecipients: boolean;
  readonly automatic: boolean;
  readonly returnsMessage: boolean;
  readonly subject: string;
}

export interface SenderSigns extends HeaderSigns {
  /** What the message says before it gives the returned mail back. */
  readonly said: string;
}

function fromSystem({ from, rawFrom }: HeaderSigns): boolean {
  const author = from[0];
  const local = author?.email.split('@')[0] ?? '';
  return SYSTEM_LOCAL.test(local) || SYSTEM_NAME.test(author?.name ?? '') || /mailer-daemon|postmaster/i.test(rawFrom);
}

/** Null and the daemon's own address: RFC 5321 4.5.5 wants bounces to have no sender. */
function isNullSender(returnPath: string | null): boolean {
  return returnPath !== null && /^\s*<?\s*(?:mailer-daemon[^>]*|postmaster[^>]*)?\s*>?\s*$/i.test(returnPath);
}

/** Most mail leaves here, before its text is looked at. */
export function mightSpeakOfFailure(signs: HeaderSigns): boolean {
  return signs.failedRecipients || fromSystem(signs) || isNullSender(signs.returnPath) || SUBJECT.test(signs.subject);
}

/** How such messages begin, whoever they come from. */
const STATEMENT =
  /(?:message|e-?mail)\b[^.]{0,120}(?:could|can) ?not be (?:delivered|sent) (?:to|because)|could not deliver (?:the |your )?(?:message|e?-?mail) to|not yet been delivered to|wasn't able to deliver|undeliverable to|deliver(?:y|ing) (?:of e?-?mail )?to[^.]{0,100}(?:failed|postponed|delayed)|(?:failed|rejected) recipients?|was not delivered to|did not reach the following/i;
/** A person who passes a bounce on, or asks about one. */
const ANSWERED = /^\s*(?:re|aw|fwd?|wg|tr|rv|sv|vs|antw)\s*:/i;

function headerWeight(signs: HeaderSigns): number {
  const weights: readonly (readonly [boolean, number])[] = [
    [fromSystem(signs), 3],
    [isNullSender(signs.returnPath), 2],
    [signs.failedRecipients, 4],
    [SUBJECT.test(signs.subject) && !ANSWERED.test(signs.subject), 2],
    [signs.returnsMessage, 1],
    [signs.automatic, 1],
    [NO_REPLY.test(signs.from[0]?.email ?? ''), 1],
  ];
  return weights.reduce((sum, [is, weight]) => sum + (is ? weight : 0), 0);
}

function textWeight(said: string): number {
  if (/^[ \t]*final-recipient[ \t]*:/im.test(said) || STATEMENT.test(said.slice(0, 600))) return 4;
  return FAILURE.test(said) ? 2 : SMTP_ERROR.test(said) ? 1 : 0;
}

/** Signs are weighed because each of them alone occurs in ordinary mail, too. A language that nobody foresaw needs all of the header's. */
export function speaksOfFailure(signs: SenderSigns): boolean {
  const header = headerWeight(signs);
  const text = textWeight(signs.said);
  return text === 0 && !signs.failedRecipients ? header >= 7 : header + text >= 6;
}

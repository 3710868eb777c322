/**
 * The wording of mail systems for why they refuse, the more telling first. Written from what the systems say in their documentation
 * and bounces, not from single samples: a phrase stands here when it names the reason. `refused` only says that
 * something was refused.
 */
type Rule = readonly [reason: string, wording: RegExp];

const RULES: readonly Rule[] = [
  ['mailer-error', /(^procmail|\bprocmail:|^maildrop|\bmaildrop:)/],
  [
    'virus-detected',
    /\b(infected|virus(es)? (was |were )?(found|detected)|has a virus|contain(s|ing|ed)? (a )?(virus|malware)|malware|worm detected|potentially executable)/,
  ],
  [
    'failed-starttls',
    /(starttls is required|must issue a starttls|tls (is )?(required|not supported|negotiation failed)|does not support tls|failed starttls|cannot start tls|starttls (failed|not offered|required)|tls handshake|encryption (is )?(needed|required))/,
  ],
  [
    'rate-limited',
    /(too many (simultaneous |concurrent )?(connections?|sessions)|connection (rate|limit)|(daily|hourly|sending|relay|send|outbound)[a-z -]{0,20} (quota|rate|limit)|too many recipients|frequency limit|message rate|rate[- ]?limit|reached your daily|sending rate|throttl|too (many|much) (messages|mail|recipients|emails)[a-z ]{0,25}(from|received|this hour|sent|per)|please try again slower|slow down|receiving mail at a rate|mail rate|exceeded (the )?(maximum )?(number|rate) of)/,
  ],
  [
    'mailbox-full',
    /(full mailbox|mail ?box space not enough|mailbox (is |was |size )?(full|limit|exceed|over)|mail ?box .{0,80}\b(is|are|was) (full|over)|mailbox (has )?exceeded|(over|exceed(s|ed|ing)?|exceeds) (the |its |their |his |allowed |maximum |storage |disk |mailbox |allocated |size )*(disk )?(quota|storage|capacity)|quota (is |has been |was )?(exceed|full|violation|overdraft)|disk quota|over ?quota|out of (storage|space|disk)|not enough (storage|space|disk)|insufficient (disk |mailbox )?(space|storage|quota)|(inbox|mail ?folder|maildir|account|disk|storage|mail ?drop|user'?s? (mail)?box) (is |are |was )?full|mailbox full|full mailbox|delivery failed: over quota|has too many messages on the server|no space left in mailbox|storage (limit|space)|mailbox would exceed|too much mail data|reached (its|the|their) (maximum )?(storage|quota|limit of messages)|has exhausted allowed storage|message would exceed|se ha excedido|boite pleine|quota d[eé]pass)/,
  ],
  [
    'mesg-too-big',
    /(message (is |was |size )?(too (big|large|long)|(size )?exceeds|length exceeds)|(size|length) (of (this|the|your) message )?(exceed|limit|too)|exceed(s|ed)? (the |maximum |fixed |allowed |system |a )*(message |mail |email |file |total )?(size|length)|too large (a )?(message|mail|email)|larger than (the )?(current |maximum |allowed )*(system )?(size|limit)|maximum (message |allowed |incoming message )?size|max message size|message header size|line limit exceeded|mail size exceeds)/,
  ],
  [
    'auth-failure',
    /(\bdmarc\b|sender is unauthenticated|\bspf\b|\bdkim\b|sender ?id|domainkeys|unauthenticated e?-?mail|not pass authentication|fails? authentication|authentication (information|checks?|results?)|sender policy framework|is not (allowed|authorized|permitted) to send (mail |email )?(from|for)|openspf|not a designated)/,
  ],
  [
    'require-ptr',
    /(reverse[ -]?dns|\brdns\b|\bptr\b|no reverse|ip (address )?(name )?lookup failed|reverse lookup|cannot (find|resolve) your (host ?name|address|reverse)|client host rejected: cannot find|ip (address )?(does not|doesn't|without) .{0,20}(resolve|host ?name)|fix reverse|unresolvable relay host|does(n't| not) have (a )?(valid )?(hostname|fqdn)|generic (rdns|hostname)|valid r-?dns)/,
  ],
  [
    'not-compliant-rfc',
    /(rfc ?-?\d{4}\b|messages with multiple|not (rfc )?compliant|non-?compliant|duplicate headers?|missing (message-id|from|date|headers?)|multiple (from|'from'|addresses in 'from')|bare (lf|newline|cr)|header (is )?(missing|duplicated))/,
  ],
  ['bad-reputation', /(reputation|poor senderbase|sender score|too many unwanted messages)/],
  [
    'spam-detected',
    /(\bspam\b(?!haus|cop|ming list|trap|host)|spammy|\buce\b|\bube\b|unsolicited|bulk e?-?mail|junk ?mail|considered (as )?spam|looks like spam|content (was |is )?(rejected|detected).{0,20}spam|high spam|blacklisted url|spam-like|message (was |is )?(classified|identified|detected) as)/,
  ],
  [
    'suppressed',
    /(suppress(ed|ion) (list|address)|on (the|our|your|my) suppression|previously (bounced|undeliverable)|history of (hard )?bounc|unsubscribed address|recipient(s)? (was |were )?suppressed|bounced address)/,
  ],
  [
    'suspend',
    /((account|mailbox|user|recipient|box|address|e-?mail account|compte)\b.{0,40}\b(is |are |has been |have been |was |temporarily |currently |been )*(disabled|suspended|inactive|deactivated|discontinued|locked|blocked|bloque|terminated|closed|expired|frozen|not active|deleted)|(disabled|suspended|inactive|deactivated|closed|locked) (e-?mail )?(account|mailbox|user|recipient|address)|user suspended|sorry your message to .{1,80} cannot be delivered|boite du destinataire (archivee|desactivee|bloquee)|has been (disabled|suspended|discontinued|deactivated)|not (currently )?active|is inactive|account is disabled|vdelivermail: account is locked)/,
  ],
  [
    'blocked',
    /(\bblocked\b|\bblock ?list|black ?list|\brbls?\b|\bdnsbl|\bdnswl|spamhaus|spamcop|barracudacentral|sorbs\b|\bcbl\b|(?<!not )listed (at|in|on|by)|access denied.{0,40}(\bip\b|\[?\d+\.\d+\.\d+)|banned|bad (host|sender|helo)|client host rejected|\bip (address )?.{0,60}(not allowed|refused|rejected|denied|forbidden)|connections? (will not be|not|from [^ ]+ (is |was )?(not )?)(accepted|refused|rejected)|connection (dropped|denied|not allowed) by|service refused|messages from \[?[\d.]+\]? weren't sent|dynamic|residential ip|open (relay|proxy)|we do not accept mail from|mail from .{0,60} (is )?(refused|rejected)|not accept(ing)? (mail|messages|e-?mail|connections?) from|temporarily deferred due to|abus(e|ive)|server access .{0,60} forbidden|invalid helo|helo .{0,40}(rejected|invalid|denied)|ehlo .{0,40}(rejected|invalid))/,
  ],
  [
    'has-moved',
    /(has (been )?(moved|replaced|changed|left)|no longer (here|valid|in use|at this|working|employed|with|available|used)|moved to|new address|new e-?mail address|mailbox has moved|user (has )?moved|address (has )?changed|not local; (please )?try)/,
  ],
  [
    'no-relaying',
    /(relay(ing)? (is )?(access )?(denied|not (allowed|permitted)|prohibited|rejected|forbidden|failed|mail)|(unable|not allowed|cannot|not permitted|refused|refuse|refusing|will not|do(es)? not|no|insecure mail|unauthorized) (to )?(mail )?relay|that domain isn't in my list of allowed|not local host|we don't handle mail for|mail server requires authentication when attempting to send to a non-local|not a gateway|send to a non-local|gateway does not accept|not (an )?open relay|domain isn't (allowed|in)|relaying (denied|mail)|is not (my|our) (domain|customer)|mail to .{0,60} not handled here)/,
  ],
  [
    'content-error',
    /(header error|improper use of 8-?bit|message (filtered|rejected) (due|because|by content)|content (error|rejected|filter|blocked|not (allowed|accepted))|mail data refused|message content|message refused|attachment|banned (file|content|name)|unacceptable (content|mail)|too many (mime|received)|malformed (header|mime)|invalid (message|mail) content|8bit.{0,20}(not|unsupported)|conversion (is )?required|bad (header|mime)|blank line|message contains|your message (has been|was) (denied|rejected due))/,
  ],
  [
    'not-accept',
    /(no smtp service|not accepting connections|does(n't| not) accept (any )?(mail|smtp|e-?mail|message)|not accepting (network )?(messages|mail)|host does not receive|indicated no smtp|system not accepting|no mail service|domain .{0,40}not accept|nullmx|smtp service (is )?(not available|unavailable)|does not receive mail)/,
  ],
  [
    'host-unknown',
    /(host (name )?(unknown|not found)|unknown host|no such (host|domain)(?! here)|domain (name )?(does(n't| not) exist|not found|is not|must (exist|resolve)|unknown|invalid)|unroutable|unrouteable|name or service not known|couldn'?t find (any host|a mail exchanger|a gateway)|mail domain mentioned in email address is unknown|no mx (records?|hosts?|found)|could not (find|resolve|look ?up) (a |the )?(host|domain|mx|gateway|server)|cannot (find|resolve) (the )?(host|domain|mx|server)|all (relevant mx records|host address lookups)|nullmx|null mx|nonexistent domain|nxdomain|illegal host\/domain|bad destination (host|system)|domain .{1,80} (does(n't| not) exist|couldn't be found|not found)|unknown domain|no matches to nameserver|dns (error|lookup|query|record)|domain is not reachable|host or domain name not found|domain of .{0,40}does not exist|server for domain)/,
  ],
  [
    'user-unknown',
    /((no such|unknown|non-?existent|invalid|illegal|bad|undefined|unrecognized|unregistered|nonexisting)( local)? (user|recipients?|mail ?box|account|address|alias|local[ -]part|person|virtual user|destination mailbox|mail address|e-?mail|addressee|name|id)|(user|recipients?|mail ?box|account|address(ee)?|alias|local[ -]part|e-?mail address|mail ?drop|addressee|person|customer)( name)? .{0,120}\b(unknown|not (be )?(found|known|exist|listed|recognized|recognised|registered|valid|a valid)|does(n't| not) exist|do(n't| not) exist|doesn't have|invalid|undefined|unavailable here|isn't in|not in|not present|not here|nonexist|not located|not our customer|wasn't found|couldn't be found|not unique|is incorrect|possibly incorrect)|user( name)? (unknown|not known|is unavailable)|recipient unknown|address unknown|unknown or illegal|(no|isn't a|not a) (known |valid |local )?(mailbox|user|account|recipient|person)\b|no (mailbox|user|account|such person|one) (here|by that name|with that)|not listed in (domino|the)|does(n't| not) have (a|an) .{1,60} account|who\?|unknown to me|name is not recognized|is not recognized|not (a )?known (at|to|user)|(mail|delivery) .{0,40}to this (user|address) (is )?(impossible|not)|cannot find (this|the) (user|recipient)|that tried to reach does not exist|account that you tried to reach does not exist|destination (addresses|address|server) (were )?unknown|not known at this site|not a registered|mailbox (is )?(unavailable|not available)|見つかりません|存在しません|no existe|n'existe pas|existiert nicht|inexist|utilisateur inconnu|unbekannt|desconocid|sconosciut|adresse d au moins un destinataire invalide|recipient(s)? (are |is )?not (valid|exist)|bad address|invalid address|undeliverable address|unable to validate recipient|could not verify|requested action not taken: no such|recipient .{0,60} rejected by .{0,40}(ldap|validation)|unknown\b.{0,15}\buser|has no (mailbox|account)|not find (the |a )?(user|recipient|mailbox|address)|no es(ta|tá)|recipnotfound|resolver\.adr\.(recip|exrecip)?notfound)/,
  ],
  [
    'filtered',
    /((because|due to) .{0,60}(user|recipient|domain)'?s? (filter|preferences|policy|settings|restriction)|user reject(s|ed)|recipient (has )?reject(s|ed)|refus(es|ed|ing) (by recipient|your|mail from you)|rejected (by|due to) (the )?(recipient|user)|not (allowed|permitted|authorized) to (send|receive|post)|rejected-by-the-domain-filter|recipient (is )?refus|has (restricted|blocked) (you|your)|only accepts? (mail|messages)|moderat|sender .{0,60}(not allowed|not authorized) .{0,30}(recipient|list|group)|may not have (permission|been authorized)|recipnotauthorized|resolver\.rst|not (a )?member|subscribers? only)/,
  ],
  [
    'rejected',
    /(sender (address |email |domain )?(rejected|denied|refused|not|is not|invalid|verify|verification|unknown|blocked|does|has)|(invalid|unknown|bad|unacceptable|unresolvable) sender|sender .{0,60}(rejected|denied|not (allowed|accepted|found|exist|permitted)|invalid)|(rejected|refused) (the |your )?sender|return path|mail from .{0,30}(reject|denied|invalid)|from address|your (email )?address .{0,40}(reject|refus|denied)|sender was rejected|no third-?party|we don't accept (mail|e-?mail) from|<>|null sender|empty envelope sender|from a user|5\.1\.[78]\b)/,
  ],
  [
    'system-full',
    /(no space left|insufficient system (storage|resources)|disk full|file system (is )?full|mail system full|system storage|requested mail action (not taken|aborted): exceeded storage)/,
  ],
  [
    'mailer-error',
    /(procmail|maildrop|command (failed|died|line usage)|pipe to \||\/(bin|usr|sbin|local)\/|local delivery (failed|agent)|lmtp error|delivery agent|mailer (error|returned)|exit (code|status)|x-unix|unknown mailer error|can't open mailbox|command output|returned error|generated by|error writing message)/,
  ],
  [
    'syntax-error',
    /(syntax error|bad sequence|command (not|un)(recogni[sz]ed| implemented)?|not implemented|unrecognized command|parameters? (in |for )?.{0,20}(not recognized|unknown|invalid)|invalid (command|parameter|domain literal)|nested (mail|too deep)|malformed address|out of sequence|503 )/,
  ],
  [
    'policy-violation',
    /(polic(y|ies)|blocked because (it|its content) (presents|contains) a|not allowed (by|due)|security (reasons|polic)|prohibit|forbidden|you are not allowed|protocol violation|closed for security|administrative(ly)? (prohibit|reject|denied)|denied by administrator|unauthori[sz]ed|address rejected by)/,
  ],
  [
    'expired',
    /(retry time(out)? (exceeded|not reached)|(delivery|message|mail|queue)( time)? (has )?(expired|timed out|timeout)|in the queue too long|(could|can|was|has) not (be |been )?(sent|delivered|reached|collected) (for|within|in|after) |could not deliver for the last|(failing|fail(ed)?|tried) for (a long time|too long)|have been failing|unable to deliver (message )?(after|in) |expired after|envelope expired|delivery (has been |is )?(temporarily )?(delayed|suspended)|has been delayed|will be retried|delivery failed \d+ attempts|giving up (on|after)|not reachable within|for more than .{1,20}(hours|days|minutes)|was aborted after|connection timed out|timed out|operation timeout|connect(ion)? timeout|no answer from|did not (respond|answer|accept our requests to connect)|conversation .{0,60}timed out|maximum (retries|retry)|too long in queue|delay(ed)? .{0,20}(hours|minutes)|retrying|deliver(y|ed)? attempts? (will|has|have)|gateway for|delivery attempts|socket error)/,
  ],
  [
    'network-error',
    /(mail loop|loop(s|ing)? (back|detected|count|to)?|too many hops|hop count|no route to host|network (is )?unreachable|host (is )?unreachable|name server|host name lookup failure|temporary (lookup|dns|name)|routing|connection (refused|reset|lost|closed|dropped|failed|was)|lost connection|could not connect|unable to connect|connect to |bad connection|dns |try again later.{0,20}(dns|lookup)|remote host closed|network error|unreachable|forwarding loop)/,
  ],
  ['refused', /(reject|refus|denied|not accepted|disallow|not permitted|not allowed)/],
  [
    'system-error',
    /(system (error|failure|config|problem)|internal (server |software |system )?error|server (error|failure|configuration)|configuration (error|problem)|local (error|problem|configuration|policy error)|temporar(y|ily) (failure|error|problem|unavailable|local)|service (is )?(currently |temporarily )?(not available|unavailable)|can't create|cannot create|i\/o error|resources|software error|fatal error|unable to (process|accept)|queue file write error|protocol error|alias(ing)? loop|undeliverable|remote error|timeout)/,
  ],
];

/** Links and the addresses themselves must not decide: "unknown-user@…", "see …/blocked.html". */
function spoken(text: string): string {
  return text
    .slice(0, 4000)
    .toLowerCase()
    .replace(/https?:\/\/([a-z0-9.-]{1,200})[^\s>)"']{0,500}/g, ' $1 ')
    .replace(/(?<=\S\s{1,3})[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}(?= )/g, ' ') // the continued lines of one reply
    .replace(/\brfc\/?822;/g, ' ')
    .replace(/[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,200}/g, ' addr ')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\s+/g, ' ');
}

export function reasonByWording(text: string): string | null {
  const words = spoken(text);
  for (const [reason, wording] of RULES) if (wording.test(words)) return reason;
  return null;
}

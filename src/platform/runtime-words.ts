/** What the runtime adds to the words of an error is advice for who starts Node, and misleads who runs Mailroom. */
export const withoutRuntimeAdvice = (words: string): string =>
  words.replace(/; if the root CA is installed locally, try running Node\.js with --use-system-ca/, '');

import type { ErrorCode, YAMLParseError } from 'yaml';

interface Said {
  readonly message: string;
  readonly suggestion: string;
}

const INDENT: Said = {
  message: 'the indentation does not fit the lines above',
  suggestion: 'indent keys of one level by the same number of spaces',
};
const QUOTES = 'put the value in single quotes';

/** The parser's codes in an operator's words. */
const SAID: Record<ErrorCode, Said> = {
  ALIAS_PROPS: { message: 'a reference (*name) can have neither tag nor anchor', suggestion: QUOTES },
  BAD_ALIAS: { message: 'a value that begins with * or & is a reference, and this one has no proper name', suggestion: QUOTES },
  BAD_COLLECTION_TYPE: { message: 'the tag does not fit the value', suggestion: 'leave the tag (!…) out' },
  BAD_DIRECTIVE: {
    message: 'a line that begins with % is a YAML directive, and this one is unknown',
    suggestion: 'leave the line out',
  },
  BAD_DQ_ESCAPE: {
    message: 'an unknown escape sequence in double quotes',
    suggestion: 'use single quotes, in which a backslash is a backslash',
  },
  BAD_INDENT: INDENT,
  BAD_PROP_ORDER: { message: 'anchor and tag stand in the wrong place', suggestion: 'leave them out' },
  BAD_SCALAR_START: { message: 'a value cannot begin with this character', suggestion: QUOTES },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second "key: value" on one line, or indented under a value',
    suggestion: 'put each key on its own line at the right depth, or a value that contains ": " in quotes',
  },
  BLOCK_IN_FLOW: {
    message: 'an indented block inside { } or [ ]',
    suggestion: 'write it as a flow value, or without the brackets',
  },
  DUPLICATE_KEY: { message: 'this key already stands above at the same level', suggestion: 'keep one of the two' },
  IMPOSSIBLE: { message: 'this cannot be read as YAML', suggestion: 'compare with config/mailroom.example.yaml' },
  KEY_OVER_1024_CHARS: { message: 'a key of more than 1024 characters', suggestion: 'is a quote or a line break missing?' },
  MISSING_CHAR: {
    message: 'something that was opened is not closed',
    suggestion: 'look for a missing quote, bracket, brace or colon',
  },
  MULTILINE_IMPLICIT_KEY: { message: 'a key must stand on one line, with a colon behind it', suggestion: 'is a colon missing?' },
  MULTIPLE_ANCHORS: { message: 'a value can have one anchor only', suggestion: QUOTES },
  MULTIPLE_DOCS: { message: 'a second document begins with ---', suggestion: 'leave the --- out; one file is one document' },
  MULTIPLE_TAGS: { message: 'a value can have one tag only', suggestion: QUOTES },
  NON_STRING_KEY: { message: 'a key must be a plain word', suggestion: 'put it in quotes' },
  RESOURCE_EXHAUSTION: {
    message: 'the file is nested too deeply or refers to itself too often',
    suggestion: 'write it out plainly',
  },
  TAB_AS_INDENT: { message: 'a tab used as indentation', suggestion: 'YAML is indented by spaces; replace the tab' },
  TAG_RESOLVE_FAILED: { message: 'a value that begins with ! is a tag, and this one is unknown', suggestion: QUOTES },
  UNEXPECTED_TOKEN: {
    message: 'something stands here that does not belong here',
    suggestion: 'check indentation, colons and dashes of this line and the one above',
  },
};

export function yamlProblem(error: YAMLParseError): Said {
  if (error.code === 'MISSING_CHAR' && /closing ['"]/.test(error.message)) {
    return { message: 'the closing quote is missing', suggestion: 'close it on the same line' };
  }
  if (error.code === 'BAD_INDENT' && /must be sufficiently indented and end with/.test(error.message)) {
    return { message: 'a bracket or brace is not closed', suggestion: 'close it with ] or }' };
  }
  return SAID[error.code] ?? SAID.IMPOSSIBLE;
}

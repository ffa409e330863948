/**
 * Secrets that scanners of source code leave alone, because there they are mostly noise, but that logs and manifests are
 * full of. `keep` is what stays in front of the mark. Every repetition is bounded or cannot restart inside itself, so that
 * the time grows with the length of the text only.
 */
export const PATTERNS: readonly { readonly rule: string; readonly pattern: RegExp }[] = [
  {
    rule: 'private-key',
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){0,16384}(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  { rule: 'url-credentials', pattern: /(?<keep>\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/:@]{0,256}:[^\s/@]{1,512}(?=@)/gi },
  { rule: 'cookie', pattern: /(?<keep>\b(?:set-)?cookie["']?:(?![ \t]*\[redacted)[ \t]*)[^\r\n]+/gi },
  {
    rule: 'authorization',
    pattern:
      /(?<keep>\bauthorization["']?[ \t]*[:=](?![ \t]*["']?\[redacted)[ \t]*["']?)[^\s"',]+(?:[ \t]+[^\s"',]+)?/gi,
  },
  { rule: 'bearer-token', pattern: /(?<keep>\bbearer[ \t]+)[\w.~+/=-]{16,}/gi },
  { rule: 'json-web-token', pattern: /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*/g },
  { rule: 'aws-access-key-id', pattern: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/g },
  {
    rule: 'assigned-secret',
    pattern:
      /(?<keep>(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?[ \t]*(?:==|[:=](?!=))(?![ \t]*["']?\[(?:redacted|hidden))[ \t]*)(?:"(?:[^"\\\n]|\\.)+"|'[^'\n]+'|[^\s,;&"')}\]]+)/gi,
  },
];

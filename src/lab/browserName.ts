// A browser's name and main version from what it says of itself, for the benchmark's report.

const known: readonly (readonly [name: string, pattern: RegExp])[] = [
  // All but Firefox also call themselves Chrome, Safari or both.
  ['Edge', /\bEdg\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Firefox', /\bFirefox\/(\d+)/],
  ['Chromium', /Chrome\/(\d+)/],
  ['Safari', /\bVersion\/([\d.]+).*\bSafari\//],
];

/** Whatever is not known is given back as it is. */
export function browserName(userAgent: string): string {
  for (const [name, pattern] of known) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return userAgent;
}

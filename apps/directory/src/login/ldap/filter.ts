/** What somebody can be called: letters, digits and what accounts and addresses have besides. No signs that a directory would overlook. */
const NAME = /^[\p{L}\p{N}._@+'/\\ -]{1,128}$/u;

/** The name as it is asked for: one spelling for all that a directory takes for the same; undefined for what is no name. */
export function nameOf(typed: string): string | undefined {
  const name = typed.normalize('NFKC').trim().replace(/ +/g, ' ');
  return NAME.test(name) ? name : undefined;
}

/** The filter with a name in it, escaped (RFC 4515 §3). */
export function filterFor(template: string, name: string): string {
  const escaped = name.replace(
    /[\0()*\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  // Names that the school wrote as octets: ldapts would take each for a character of its own, and find nobody.
  const asText = template.replace(/(?:\\[89a-f][0-9a-f])+/gi, (octets) =>
    Buffer.from(octets.replaceAll('\\', ''), 'hex').toString(),
  );
  return asText.replaceAll('{name}', () => escaped);
}

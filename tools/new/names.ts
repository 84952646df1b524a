import pluralize from 'pluralize';

/** A name as it is written in each place. */
export interface Name {
  /** Paths, files, routes: `late-pass`. */
  kebab: string;
  /** Schemas, tables, columns: `late_pass`. */
  snake: string;
  /** Constants: `latePass`. */
  camel: string;
  /** Classes: `LatePass`. */
  pascal: string;
  /** Prose: `late pass`. */
  words: string;
  /** Prose, at the beginning of a sentence: `Late pass`. */
  sentence: string;
}

const KEBAB = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;
const LONGEST = 32;

/** Throws where the name is not kebab-case. */
export function nameOf(kebab: string): Name {
  if (!KEBAB.test(kebab) || kebab.length > LONGEST) {
    throw new Error(
      `"${kebab}" is no name: write up to ${LONGEST} small letters and digits with dashes, as late-passes`,
    );
  }
  const camel = kebab.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const words = kebab.replaceAll('-', ' ');
  const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
  return { kebab, snake: kebab.replaceAll('-', '_'), camel, pascal: upper(camel), words, sentence: upper(words) };
}

/** Words that go into the sources between quotes, as they are. */
export function assertPlain(words: string): void {
  if (/['"`\\$\n]/.test(words)) throw new Error(`${words}: write it without quotes, backslashes and dollars`);
}

/** Of `hazard` or `hazards`: one of them, and many. Throws where English has one word for both. */
export function singularAndPlural(kebab: string): { one: Name; many: Name } {
  nameOf(kebab);
  const [one, many] = [pluralize.singular(kebab), pluralize.plural(kebab)];
  if (one === many) {
    throw new Error(`One and many ${kebab} have the same name: take a word that can be counted, as ${kebab}-entries`);
  }
  return { one: nameOf(one), many: nameOf(many) };
}

/** What the templates are written about. `rows` comes first: `SampleRow` is the beginning of `SampleRows`. */
const [SERVICE, MANY, ONE] = ['home-service', 'sample-rows', 'sample-row'].map(nameOf) as [Name, Name, Name];
const CHINESE = '样本';

/** A template with the names in it. `zh`: what one is called in Chinese. */
export function fill(template: string, names: { service: Name; many?: Name; one?: Name; zh?: string }): string {
  const { service, many = MANY, one = ONE, zh = CHINESE } = names;
  const article = /^[aeiou]/.test(one.kebab) ? '$1n ' : '$1 ';
  const text = template.replace(/\b([Aa]) (?=sample row)/g, article).replaceAll(CHINESE, zh);
  const pairs = [
    [SERVICE, service],
    [MANY, many],
    [ONE, one],
  ] as const;
  return pairs.reduce(
    (filled, [from, to]) =>
      (Object.keys(from) as (keyof Name)[]).reduce((rest, form) => rest.replaceAll(from[form], to[form]), filled),
    text,
  );
}

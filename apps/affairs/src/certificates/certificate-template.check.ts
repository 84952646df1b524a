import type { Bilingual } from '#contracts';
import { NotTypesettable, Typesetter, TypesettingTooSlow, newCode } from '#documents';
import type { FieldError } from '#problems';
import { manuscriptOf } from './certificate-page.js';
import { type Fact, FACTS, type Facts } from './certificate.facts.js';

interface Template {
  key: string;
  name: Bilingual;
  issuer: Bilingual;
  facts: readonly Fact[];
  optionalFacts: readonly Fact[];
  source: Bilingual;
}

const SAMPLE: Facts = {
  ...(Object.fromEntries(Object.entries(FACTS).map(([key, { zh }]) => [key, zh])) as Facts),
  latinName: 'ZHANG San',
};

/** Keys that stand twice, and sources that cannot be set: with all that a template tells, or with no more than it must. */
export async function templateFindings(templates: readonly Template[], date: string): Promise<FieldError[]> {
  const findings: FieldError[] = [];
  const typesetter = new Typesetter();
  try {
    for (const [i, template] of templates.entries()) {
      const pointer = `#/templates/${i}`;
      if (templates.findIndex(({ key }) => key === template.key) < i)
        findings.push({ pointer: `${pointer}/key`, zh: '代码重复', en: 'is there twice' });
      for (const language of ['zh', 'en'] as const) {
        const wrong = await wrongWith(typesetter, template, language, date);
        if (wrong)
          findings.push({
            pointer: `${pointer}/source/${language}`,
            zh: `无法排版：${wrong}`,
            en: `cannot be set: ${wrong}`,
          });
      }
    }
  } finally {
    await typesetter.onApplicationShutdown();
  }
  return findings;
}

async function wrongWith(
  typesetter: Typesetter,
  { name, issuer, facts, optionalFacts, source }: Template,
  language: 'zh' | 'en',
  date: string,
): Promise<string | undefined> {
  const must: readonly Fact[] = language === 'en' ? [...facts, 'latinName'] : facts;
  for (const told of [must, [...must, ...optionalFacts]]) {
    const printed = {
      ...{ language, title: name[language], issuer: issuer[language], number: '2026-000001', code: newCode() },
      facts: Object.fromEntries(told.map((key) => [key, SAMPLE[key]])),
      ...{ issuedOn: date, expiresOn: date, origin: 'https://example.edu.cn', at: new Date(`${date}T00:00:00Z`) },
    };
    try {
      await typesetter.typeset(manuscriptOf(printed, source));
    } catch (error) {
      if (error instanceof NotTypesettable) return error.errors.join('; ').slice(0, 500);
      if (error instanceof TypesettingTooSlow) return error.message;
      throw error;
    }
  }
  return undefined;
}

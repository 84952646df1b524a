import { HOUSE_ITEMS } from '../../catalogue/items/index.js';
import type { RoundContent } from '../round-content.js';
import comprehensiveEvaluation from './comprehensive-evaluation.json' with { type: 'json' };
import encouragementScholarship from './encouragement-scholarship.json' with { type: 'json' };
import hardshipLevels from './hardship-levels.json' with { type: 'json' };
import majorChange from './major-change.json' with { type: 'json' };

interface Template {
  code: string;
  /** Code of the house's item of the catalogue whose form is asked for. */
  item: string;
  content: Omit<RoundContent, 'form' | 'schoolYear'>;
}

const TEMPLATES = [
  comprehensiveEvaluation,
  encouragementScholarship,
  hardshipLevels,
  majorChange,
] as unknown as readonly Template[];

/** Rounds that a school can begin with: to be drafted as they are, or changed before. Their numbers are a school's to set. */
export function roundTemplates(schoolYear: number): { code: string; item: string; content: RoundContent }[] {
  return TEMPLATES.map(({ code, item, content }) => {
    const { form } = HOUSE_ITEMS.find((one) => one.code === item)!;
    return { code, item, content: { ...content, schoolYear, form: asked(form) } };
  });
}

/** A form without what it would be prefilled with: that is shown beside an entry, from the roster. */
function asked(form: Record<string, unknown>): Record<string, unknown> {
  const properties = form['properties'] as Record<string, { readOnly?: boolean }>;
  return { ...form, properties: Object.fromEntries(Object.entries(properties).filter(([, field]) => !field.readOnly)) };
}

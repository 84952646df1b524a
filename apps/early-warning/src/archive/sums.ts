import type { Bilingual } from '#contracts';
import type { ArchiveAreaDto, TermRefDto, ArchiveTermDto } from './archive.dto.js';

export interface SumRow {
  term: TermRefDto | null;
  area: string;
  entries: number;
  hours: number;
  credits: number;
}

/** Two decimals: sums are made of whole hundredths. */
const plus = (a: number, b: number): number => (Math.round(a * 100) + Math.round(b * 100)) / 100;

/** Sums by area, and by term and area; rows of terms in the order of the terms. Areas that the policy knows no more keep their code as name. */
export function sumsOf(
  rows: readonly SumRow[],
  areas: readonly { code: string; name: Bilingual }[],
): { areas: ArchiveAreaDto[]; terms: ArchiveTermDto[] } {
  const nameOf = new Map(areas.map(({ code, name }) => [code, name]));
  const total = (of: readonly SumRow[]): ArchiveAreaDto[] => {
    const codes = [...new Set([...areas.map(({ code }) => code), ...of.map(({ area }) => area)])];
    return codes.flatMap((area) => {
      const own = of.filter((row) => row.area === area);
      if (own.length === 0 && of !== rows) return [];
      return {
        area,
        name: nameOf.get(area) ?? { zh: area, en: area },
        entries: own.reduce((sum, row) => sum + row.entries, 0),
        hours: own.reduce((sum, row) => plus(sum, row.hours), 0),
        credits: own.reduce((sum, row) => plus(sum, row.credits), 0),
      };
    });
  };
  const terms = new Map<string | null, SumRow[]>();
  for (const row of rows) {
    const key = row.term?.id ?? null;
    terms.set(key, [...(terms.get(key) ?? []), row]);
  }
  return {
    areas: total(rows),
    terms: [...terms.values()].map((of) => ({ term: of[0]!.term, areas: total(of) })),
  };
}

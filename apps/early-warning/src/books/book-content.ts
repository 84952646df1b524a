import type { Kind } from '../archive/archive-entry.entity.js';
import type { ArchivePolicy } from '../archive/archive.policy.js';
import type { Section } from './book.entity.js';

/** An entry of the archive, opened. */
export interface BookEntry {
  kind: Kind;
  area: string;
  track: string | null;
  happenedOn: string;
  title: string;
  level: string | null;
  credits: number | null;
  hours: number | null;
  workId: string;
  /** Name of the term it lies in. */
  term: string | null;
}

/** Whose book it is, as the roster has them; what it does not have is null. */
export interface BookOwner {
  name: string;
  school: string;
  college: string;
  major: string | null;
  class: string | null;
  grade: string | null;
}

const HONOURS: readonly Kind[] = ['honour', 'award', 'star'];
const LEVELS: Readonly<Record<string, string>> = {
  national: '国家级',
  province: '省部级',
  city: '市级',
  school: '校级',
};

/** Two decimals: sums are made of whole hundredths. */
const sum = (numbers: readonly (number | null)[]): number =>
  numbers.reduce<number>((total, one) => total + Math.round((one ?? 0) * 100), 0) / 100;
const dots = (day: string): string => day.replaceAll('-', '.');

/** What stands in a book, as its source takes it; entries in the order of their days. */
export function contentOf(
  owner: BookOwner,
  entries: readonly BookEntry[],
  policy: Pick<ArchivePolicy, 'areas' | 'tracks'>,
  choice: { sections: readonly Section[]; thanks: string | null },
): Record<string, unknown> {
  const known = policy.areas.map(({ code }) => code);
  const codes = [...known, ...new Set(entries.map(({ area }) => area).filter((area) => !known.includes(area)))];
  const shadeOf = (area: string): number => codes.indexOf(area);
  const areasOf = (of: readonly BookEntry[]): { shade: number; name: string; entries: number }[] =>
    codes.map((code, shade) => {
      const own = of.filter(({ area }) => area === code);
      const name = policy.areas.find((area) => area.code === code)?.name.zh ?? code;
      return {
        shade,
        name,
        entries: own.length,
        hours: sum(own.map((one) => one.hours)),
        credits: sum(own.map((one) => one.credits)),
      };
    });
  const years = [...new Set(entries.map(({ happenedOn }) => happenedOn.slice(0, 4)))];
  const noteOf = ({ level, hours, credits }: BookEntry): string | null => {
    const parts = [
      level && (LEVELS[level] ?? level),
      hours ? `${hours} 小时` : null,
      credits ? `${credits} 学分` : null,
    ].filter((one) => one !== null && one !== '');
    return parts.length > 0 ? parts.join(' · ') : null;
  };
  const shown = (entry: BookEntry): object => ({
    ...{ day: dots(entry.happenedOn), title: entry.title, note: noteOf(entry), shade: shadeOf(entry.area) },
  });
  const honours = entries.filter(({ kind }) => HONOURS.includes(kind));
  const terms = new Map<string, BookEntry[]>();
  for (const entry of entries) {
    const name = entry.term ?? `${entry.happenedOn.slice(0, 4)} 年学期之外`;
    terms.set(name, [...(terms.get(name) ?? []), entry]);
  }
  return {
    ...owner,
    sections: choice.sections,
    thanks: choice.thanks,
    count: entries.length,
    from: dots(entries[0]!.happenedOn.slice(0, 7)),
    to: dots(entries.at(-1)!.happenedOn.slice(0, 7)),
    totals: [
      { value: String(entries.length), label: '件经历' },
      { value: String(honours.length), label: '项荣誉' },
      { value: String(sum(entries.filter(({ kind }) => kind !== 'star').map((one) => one.hours))), label: '小时' },
      { value: String(sum(entries.map((one) => one.credits))), label: '第二课堂学分' },
    ],
    areas: areasOf(entries),
    years: years.map((year) => {
      const of = entries.filter(({ happenedOn }) => happenedOn.startsWith(year));
      return { year, entries: of.length, areas: areasOf(of).filter((area) => area.entries > 0) };
    }),
    tracks: policy.tracks.map(({ code, name, goal }) => {
      const works = entries.filter(({ track }) => track === code).map(({ workId }) => workId);
      return { name: name.zh, done: new Set(works).size, goal };
    }),
    honours: honours.map(shown),
    terms: [...terms].map(([name, of]) => ({ name, entries: of.map(shown) })),
  };
}

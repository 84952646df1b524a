import { ArchivePolicy } from '../archive/archive.policy.js';
import { type BookEntry, contentOf } from './book-content.js';

const owner = { name: '王芳', school: '示范大学', college: '计算机学院', major: null, class: null, grade: '2023' };
const entry = (more: Partial<BookEntry>): BookEntry => ({
  ...{ kind: 'participation', area: 'moral', track: null, happenedOn: '2024-03-01', title: '讲座', level: null },
  ...{ credits: 0.1, hours: 0.7, workId: 'a', term: '春季学期' },
  ...more,
});
const made = (entries: BookEntry[]) =>
  contentOf(owner, entries, new ArchivePolicy(), { sections: ['numbers'], thanks: null }) as {
    totals: { value: string }[];
    years: { year: string; entries: number }[];
    terms: { name: string; entries: { note: string | null }[] }[];
    tracks: { name: string; done: number }[];
    areas: { name: string; entries: number }[];
  };

describe('what stands in a book', () => {
  it('adds hundredths up exactly, and hours behind stars no second time', () => {
    const three = [1, 2, 3].map((n) => entry({ workId: `w${n}` }));
    const { totals } = made([...three, entry({ kind: 'star', hours: 100, credits: null })]);
    expect(totals.map(({ value }) => value)).toEqual(['4', '1', '2.1', '0.3']);
  });

  it('counts a work once for its track, and every entry for its year, term and area', () => {
    const entries = [
      entry({ track: 'talks' }),
      entry({ track: 'talks', happenedOn: '2024-11-01', term: null }),
      entry({ track: 'talks', workId: 'b', happenedOn: '2025-01-01', area: 'of-before' }),
    ];
    const { years, terms, tracks, areas } = made(entries);
    expect(tracks.find(({ name }) => name === '百场讲座')).toMatchObject({ done: 2 });
    expect(years.map(({ year, entries: n }) => [year, n])).toEqual([
      ['2024', 2],
      ['2025', 1],
    ]);
    expect(terms.map(({ name, entries: of }) => [name, of.length])).toEqual([
      ['春季学期', 2],
      ['2024 年学期之外', 1],
    ]);
    // An area that the policy knows no more.
    expect(areas.at(-1)).toMatchObject({ name: 'of-before', entries: 1 });
  });
});

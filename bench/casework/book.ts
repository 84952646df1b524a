import { ArchivePolicy } from '../../apps/early-warning/src/archive/archive.policy.js';
import { ALL_SECTIONS } from '../../apps/early-warning/src/books/book.entity.js';
import { type BookEntry, contentOf } from '../../apps/early-warning/src/books/book-content.js';

const KINDS = ['participation', 'honour', 'claim', 'star'] as const;
const POLICY = new ArchivePolicy();
const AREAS = POLICY.areas.map(({ code }) => code);
const TITLES = [
  '社区志愿服务',
  '程序设计竞赛二等奖',
  '新生篮球赛',
  '红色主题教育',
  '宿舍文化节',
  '支教实践',
  '读书分享会',
];

/** What a book shows, as far as all who set one here read it. */
export interface Content {
  name: string;
  school: string;
  college: string;
  major: string;
  class: string;
  grade: string;
  from: string;
  to: string;
  count: number;
  thanks: string;
  totals: { value: string; label: string }[];
  areas: { name: string; entries: number; hours: number; credits: number }[];
  years: { year: string; entries: number }[];
  tracks: { name: string; done: number; goal: number }[];
  honours: Shown[];
  terms: { name: string; entries: Shown[] }[];
}

interface Shown {
  day: string;
  title: string;
  note: string | null;
}

export const ENTRIES = 60;

/** The book of the n-th student: four years with sixty entries. */
export function contentOfStudent(n: number): Content {
  const entries = Array.from({ length: ENTRIES }, (_, i): BookEntry => {
    const month = Math.floor((i * 45) / ENTRIES);
    const [year, of] = [2022 + Math.floor((month + 8) / 12), ((month + 8) % 12) + 1];
    return {
      ...{ kind: KINDS[i % KINDS.length]!, area: AREAS[(i + n) % AREAS.length]! },
      ...{ track: null, happenedOn: `${year}-${String(of).padStart(2, '0')}-${String((i % 28) + 1).padStart(2, '0')}` },
      ...{ title: `${TITLES[(i * 3 + n) % TITLES.length]!}（第 ${i + 1} 次）`, level: i % 5 === 0 ? 'school' : null },
      ...{ credits: i % 3 === 0 ? 0.5 : null, hours: i % 2 === 0 ? 2 : null, workId: String(i) },
      term: `${year}—${year + 1} 学年${of < 8 ? '春' : '秋'}季学期`,
    };
  });
  const owner = {
    ...{ name: `张${String.fromCodePoint(0x4e00 + (n % 3_000))}`, school: '一站大学', college: '计算机学院' },
    ...{ major: '软件工程', class: `软工22${String(n % 30).padStart(2, '0')}`, grade: '2022' },
  };
  const thanks = '四年很长，也很短。\n感谢老师和同学一路相伴，愿我们在各自的路上，仍记得初来时的样子。';
  return contentOf(owner, entries, POLICY, { sections: ALL_SECTIONS, thanks }) as unknown as Content;
}

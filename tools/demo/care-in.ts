import type { Api, Json, Progress } from './api.js';
import type { DemoCampus, DemoStudent } from './campus.js';
import { idOf, type Ids } from './personas.js';

const CASES = '/early-warning/v1/cases';
const REFERRALS = '/early-warning/v1/referrals';

interface Row extends Json {
  id: string;
  version: number;
}
interface Case extends Row {
  proposals: Row[];
  transfer: Row | null;
}

/** Who works on the cases: the counselor of `from`, the officer of the college, another counselor; `student` is `from`, who noticed. */
export interface CarePeople {
  counselor: Api;
  officer: Api;
  student: Api;
  from: DemoStudent;
  otherCounselor: string;
}

/** A case from a referral with its level, team, plan and first talk; one that is being transferred; praise; a referral that waits. */
export async function bringInCare(
  people: CarePeople,
  campus: DemoCampus,
  ids: Ids,
  progress: Progress,
): Promise<string> {
  const { counselor, officer, student, from, otherCounselor } = people;
  const mates = campus.students.filter((one) => one.class.code === from.class.code && one.number !== from.number);
  const [first, second, third] = mates.map(({ number }) => idOf(ids, number)) as [string, string, string];
  const refer = (n: number, studentId: string, kind: string, text: string, urgency = 'soon'): Promise<Row> =>
    student.post<Row>(REFERRALS, { studentId, kind, urgency, text }, { key: `demo-referral-${n}` });
  let steps = 0;
  const act = async (who: Api, of: Case, path: string, body: object = {}): Promise<Case> => {
    progress(++steps, 16, 'steps');
    return who.post<Case>(`${CASES}/${of.id}/${path}`, body, { key: `demo-care-${steps}`, version: of.version });
  };
  const agree = async (of: Case, level: string): Promise<Case> => {
    const proposed = await act(counselor, of, 'proposals', { what: 'level', level, reason: '缺课较多，需持续关注' });
    return act(officer, proposed, `proposals/${proposed.proposals[0]!.id}/confirm`, { answer: '同意' });
  };
  const open = (n: number, body: object): Promise<Case> => counselor.post<Case>(CASES, body, { key: `demo-case-${n}` });

  const noticed = await refer(1, first, 'mood', '最近总是独自一人，晚上睡不着');
  await refer(2, second, 'praise', '主动帮助室友补课', 'none');
  await refer(3, third, 'study', '作业经常跟不上');
  let helped = await open(1, {
    studentId: first,
    kind: 'life',
    summary: '同学反映情绪低落',
    referralIds: [noticed.id],
  });
  helped = await agree(helped, 'serious');
  helped = await act(counselor, helped, 'members', { post: 'class_advisor', lead: true, duties: '牵头学业帮扶' });
  const now = await counselor.get<Case & { goals: string | null }>(`${CASES}/${helped.id}`);
  if (!now.goals) await counselor.put(`${CASES}/${now.id}/plan`, { goals: '期末前补齐两门课程' }, now.version);
  await act(counselor, helped, 'entries', { kind: 'talk', reached: true, text: '谈话一小时，愿意接受帮助' });
  let moved = await open(2, { studentId: second, kind: 'study', summary: '转专业后学业跟不上' });
  moved = await agree(moved, 'watch');
  await act(counselor, moved, 'transfers', { toId: otherCounselor, reason: '学生拟转入另一学院' });
  return '2 care cases, 3 referrals, a transfer';
}

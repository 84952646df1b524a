import { addDays, instantOf } from '#time';
import { type Api, ApiError, type Json, type Progress } from './api.js';
import { type DemoCampus, type DemoStudent, holderOf } from './campus.js';
import type { LeaveRequest } from './generate.js';
import { demoPdf } from './demo-pdf.js';
import { approverName, idOf, type Ids } from './personas.js';

const AT_ONCE = 4;
const STALE = 412;

interface Leave extends Json {
  id: string;
  status: string;
  version: number;
  steps: { decision: string; kind: string; unitKind: string | null }[];
}

/** Hands the leaves of the sixty days in and has each decided by whoever answers for the student. Returns how many. */
export async function bringInLeaves(
  app: Api,
  personas: (name: string) => Api,
  campus: DemoCampus,
  ids: Ids,
  requests: LeaveRequest[],
  progress: Progress,
): Promise<string> {
  const byNumber = new Map(campus.students.map((student) => [student.number, student]));
  const waiting = [...requests];
  let decisions = 0;
  const work = async (): Promise<void> => {
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      const { studentNumber, proof, ...form } = request;
      const key = `demo-${studentNumber}-${form.startsAt}`;
      const attachments = proof ? [await handInProof(app, `${key}-proof`)] : [];
      const body = { ...form, attachments, studentId: idOf(ids, studentNumber) };
      const filed = await app.post<Leave>('/affairs/v1/leaves', body, { key });
      const taken = await decide(app, personas, campus, byNumber.get(studentNumber) as DemoStudent, filed);
      decisions += taken;
      progress(requests.length - waiting.length, requests.length, 'leaves');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return `${requests.length} leaves, ${decisions} decisions`;
}

/** Hands a proof in; returns the id of the file. */
async function handInProof(app: Api, key: string): Promise<string> {
  const path = '/affairs/v1/files?purpose=leave-proof';
  const { id } = await app.handIn<{ id: string }>(path, '证明材料.pdf', demoPdf('Demo: proof of a leave'), key);
  return id;
}

/** Approves step by step. Returns how many decisions that took. */
async function decide(
  app: Api,
  personas: (name: string) => Api,
  campus: DemoCampus,
  student: DemoStudent,
  filed: Leave,
): Promise<number> {
  let leave = filed;
  let decisions = 0;
  while (leave.status === 'submitted') {
    const step = leave.steps.find(({ decision }) => decision === 'pending');
    if (!step) break;
    const approver = personas(approverName(holderOf(campus, step.kind, unitOf(campus, student, step))));
    const path = `/affairs/v1/leaves/${leave.id}`;
    try {
      leave = await approver.post<Leave>(`${path}/approve`, { comment: '同意' }, { version: leave.version });
      decisions++;
    } catch (error) {
      // In a bring-in that was cut short it went on since the answer to the same request was kept.
      if (!(error instanceof ApiError) || error.status !== STALE) throw error;
      leave = await app.get<Leave>(path);
    }
  }
  return decisions;
}

function unitOf(campus: DemoCampus, student: DemoStudent, step: Leave['steps'][number]): string {
  if (step.kind === 'counselor') return student.class.code;
  return step.unitKind === 'school' ? campus.school.code : student.class.college.code;
}

/** The persona student's own leave in twelve days (beyond any holiday), for the tour to approve. */
export async function askForLeave(student: Api, today: string, timeZone: string): Promise<void> {
  const instant = (days: number, time: string): string => instantOf(addDays(today, days), time, timeZone).toISOString();
  await student.post(
    '/affairs/v1/leaves',
    {
      kind: 'personal',
      startsAt: instant(12, '08:00'),
      endsAt: instant(13, '20:00'),
      reason: '回家探望祖父',
      destination: '家中',
    },
    { key: 'demo-own-leave' },
  );
}

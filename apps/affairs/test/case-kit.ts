import { campus, type Client, type TestApp } from '#testing';
import { COLLEGE, content, COUNSELOR, publish, step } from './application-support.js';
import { ok } from './round-kit.js';
import { form } from './support.js';

const { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer, classAdvisorSe2401 } = campus.staff;
const [LEAVES, APPLICATIONS] = ['/affairs/v1/leaves', '/affairs/v1/applications'];

interface CaseTest {
  test: TestApp;
  who: (id: string) => Client;
  /** Two of one class. */
  students: readonly [string, string];
  /** A clerk of the library, and who stands in for them. */
  office: string;
  officeStandIn: string;
}
interface Row {
  id: string;
  version: number;
}
/** Who does what with a case. */
type Move = [by: string, body: object];

const does = (by: string, action: string, more: object = {}): Move => [by, { action, ...more }];
const yes = (by: string): Move => does(by, 'approve');
const back = { target: 'initiator', then: 'back', comment: '请补充' };

/** What is done with a case from its beginning, so that it then waits for others; whoever is added signs nothing of it yet. */
const moves = (student: string, helper: string, added: string): Move[][] => [
  ...[[], [yes(counselorCs)], [yes(counselorFl)], [does(counselorCs, 'return', back)]],
  [does(counselorCs, 'delegate', { to: [helper] })],
  [does(counselorCs, 'transfer', { to: [schoolOfficer] })],
  ...['before', 'after', 'parallel'].map((where) => [does(counselorCs, 'add-signer', { to: [added], where })]),
  [does(schoolOfficer, 'suspend')],
  ...[[does(counselorCs, 'reject', { comment: '不同意' })], [does(student, 'withdraw')]],
  [yes(counselorCs), does(collegeOfficerCs, 'delegate', { to: [counselorFl] })],
];

/** Leaves and applications that wait for different people, signers of theirs away; each with where it is seen. */
export async function fillCases(kit: CaseTest): Promise<{ kind: 'leave' | 'application'; path: string }[]> {
  const { test, who, students, office, officeStandIn } = kit;
  const [student] = students;
  const made = async (by: string, path: string, body: object): Promise<Row> => ok(await who(by).post(path, body), 201);
  const act = async (by: string, path: string, { id, version }: Row, verb: string, body: object = {}): Promise<Row> =>
    ok(await who(by).post(`${path}/${id}/${verb}`, body).set('If-Match', `"${version}"`), 200);
  const run = async (path: string, begun: Row, all: Move[]): Promise<string> => {
    let row = begun;
    for (const [by, body] of all) row = await act(by, path, row, 'actions', body);
    return `${path}/${row.id}`;
  };
  for (const [personId, standInId] of [
    [counselorCs, counselorFl],
    [collegeOfficerCs, schoolOfficer],
    [office, officeStandIn],
  ])
    await made(schoolOfficer, '/affairs/v1/absences', {
      ...{ personId, standInId, startsOn: '2027-03-01', endsOn: '2027-03-02' },
    });
  const seen: { kind: 'leave' | 'application'; path: string }[] = [];
  const [first, second] = [
    moves(students[0], collegeOfficerCs, classAdvisorSe2401),
    moves(students[1], collegeOfficerCs, classAdvisorSe2401),
  ];
  const further = [
    ...[
      [yes(counselorCs), yes(collegeOfficerCs)],
      [yes(counselorCs), yes(schoolOfficer)],
    ],
    [yes(counselorCs), yes(collegeOfficerCs), does(schoolOfficer, 'return', back)],
  ];
  // Every other one here, the others with applications.
  const leaves = [...first.map((all, i) => (i % 4 ? second[i]! : all)).filter((_, i) => i % 2 === 0), ...further];
  for (const [i, all] of leaves.entries()) {
    const leave = await made(students[i % 2]!, LEAVES, await form(test, 9, Math.floor(i / 2) * 20));
    seen.push({ kind: 'leave', path: await run(LEAVES, leave, all) });
  }
  const two = [yes(counselorCs), yes(classAdvisorSe2401)];
  const steps = [
    step('two', COUNSELOR, {
      ...{ mode: 'k-of-n', needed: 2, signers: [COUNSELOR, COLLEGE, { by: 'post', post: 'class_advisor' }] },
    }),
    step('office', { by: 'post', post: 'department_clerk', over: 'named', unit: 'TSG' }),
  ];
  await publish(test, 'signed-by-two', content({ materials: [], severalAtOnce: true, steps }));
  const asked = { item: 'signed-by-two', data: { amount: 500, kind: 'illness' } };
  for (const all of [
    ...moves(student, counselorFl, schoolOfficer).filter((_, i) => i % 2 === 1),
    [does(counselorCs, 'delegate', { to: [counselorFl] })],
    two,
    [...two, yes(office)],
    [...two, does(office, 'return', back)],
  ]) {
    const sent = await act(student, APPLICATIONS, await made(student, APPLICATIONS, asked), 'submit');
    seen.push({ kind: 'application', path: await run(APPLICATIONS, sent, all) });
  }
  const { id } = await made(student, APPLICATIONS, asked);
  return [...seen, { kind: 'application', path: `${APPLICATIONS}/${id}` }];
}

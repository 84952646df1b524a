import type { AppointmentKind, UnitKind } from '#contracts';
import { newId, sql } from '#database';
import { Timers } from '#events';
import { campus, eventually, type TestApp } from '#testing';
import { StudentKeys } from '#vault';
import { type Acting, awaitsMe, type Case, type Command, type Definition, fold, Workflows } from '#workflow';
import { StepDueV1 } from '../../../apps/affairs/src/tasks/step-due.event.js';
import { acting, appWithFlows, AT, flow, opening, step, STUDENT } from './cases-kit.js';

const { counselorCs, collegeOfficerCs, schoolOfficer, psychologist, buildingHead1, partyOrganizerCs } = campus.staff;

describe('cases in tables', () => {
  let test: TestApp;
  let workflows: Workflows;

  beforeAll(async () => {
    test = await appWithFlows();
    const deadlines = {
      timers: test.app.get(Timers),
      key: (caseId: string) => `affairs.flows ${caseId}` as const,
      event: (caseId: string, dueAt: string) => new StepDueV1(caseId, dueAt),
    };
    workflows = new Workflows('flows', 'Asia/Shanghai', { deadlines, keys: test.app.get(StudentKeys) });
  });
  afterAll(() => test.close());

  const begin = (definition: Definition): Promise<Case> =>
    test.database.transaction(null, (tx) => workflows.begin(tx, opening(definition), acting(STUDENT)));
  const act = (id: string, personId: string | undefined, command: Command, more: Partial<Acting> = {}): Promise<Case> =>
    test.database.transaction(null, async (tx) => {
      const [case_] = await workflows.lock(tx, sql`w.id = ${id}`);
      return workflows.act(tx, case_ as Case, command, acting(personId, more));
    });
  const inbox = async (personId: string, at = AT): Promise<string[]> =>
    (
      await test.query<{ id: string }>(
        sql`SELECT DISTINCT w.id FROM flows.workflow_step s JOIN flows.workflow w ON w.id = s.workflow_id
             WHERE ${awaitsMe(workflows, personId, at)}`,
      )
    ).map(({ id }) => id);
  const hold = (personId: string, valid: string | null): Promise<unknown> =>
    test.query(sql`UPDATE staffing.appointment SET valid_to = ${valid} WHERE person_id = ${personId}`);

  it('keeps the history as it was, and folds it to the same case again', async () => {
    const definition = flow(
      step('one'),
      step('two', { signers: [{ by: 'post', post: 'student_affairs_officer', unitKind: 'college' }] }),
    );
    const begun = await begin(definition);
    await act(begun.id, counselorCs, { op: 'approve' }, { comment: '同意' });
    const back = await act(begun.id, collegeOfficerCs, { op: 'return', to: 'one', then: 'back' });
    const [read] = await workflows.read(test.tx, [begun.id]);
    expect(JSON.stringify(read!.instance)).toBe(JSON.stringify(back.instance));
    const rows = await test.query<{ id: string; action: string; from: string | null; to: string; content: never }>(
      sql`SELECT id, action, from_state AS "from", to_state AS "to", content FROM flows.workflow_action WHERE workflow_id = ${begun.id} ORDER BY no`,
    );
    expect(rows.map(({ action, from, to }) => [action, from, to])).toEqual([
      ['submit', null, 'one'],
      ['approve', 'one', 'two'],
      ['return', 'two', 'one'],
    ]);
    // What was said is sealed with the key of the person whom the case is about.
    expect([...read!.comments.values()]).toEqual(['同意']);
    const said = sql`SELECT id, student_id AS student, get_byte(text, 0) AS first FROM flows.workflow_comment`;
    expect(await test.query(said)).toEqual([{ id: rows[1]!.id, student: STUDENT, first: 255 }]);
    const again = fold(
      new Map([[1, definition]]),
      rows.map(({ content }) => content),
    );
    expect(JSON.stringify(again)).toBe(JSON.stringify(back.instance));
  });

  it('stores a definition once, and a changed one under the next version', async () => {
    const first = { ...flow(step('one')), key: 'affairs.versions' };
    const publish = (definition: Definition, fail = false) =>
      test.database.transaction(null, async (tx) => {
        const version = await workflows.publish(tx, definition);
        if (fail) throw new Error('rolled back');
        return version;
      });
    // What was rolled back is not remembered as stored.
    await expect(publish(first, true)).rejects.toThrow('rolled back');
    expect(await publish(first)).toBe(1);
    expect(await publish(structuredClone(first))).toBe(1);
    expect(await publish({ ...first, urgeEveryHours: 12 })).toBe(2);
    expect(await publish(first)).toBe(1);
    const stored = sql`SELECT version FROM flows.workflow_definition WHERE key = ${first.key} ORDER BY version`;
    expect(await test.query(stored)).toEqual([{ version: 1 }, { version: 2 }]);
  });

  it('is decided once when two decide at the same time; the other is told the new state', async () => {
    const both = flow(
      step('one', {
        signers: [
          { by: 'person', personId: counselorCs },
          { by: 'person', personId: collegeOfficerCs },
        ],
      }),
    );
    const { id } = await begin(both);
    // The first holds the row until the second waits for it.
    const race = await test.database.transaction(null, async (tx) => {
      const [case_] = await workflows.lock(tx, sql`w.id = ${id}`);
      const second = act(id, collegeOfficerCs, { op: 'reject' }).catch((error: unknown) => error);
      await eventually(async () => {
        const waiting = await test.query(
          sql`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%flows%' AND datname = current_database()`,
        );
        expect(waiting).toHaveLength(1);
      });
      await workflows.act(tx, case_ as Case, { op: 'approve' }, acting(counselorCs));
      return { second };
    });
    const [after] = await workflows.read(test.tx, [id]);
    expect(after!.instance.status).toBe('approved');
    expect(await race.second).toMatchObject({
      kind: { code: 'workflow/ended', status: 409 },
      details: { errors: [{ code: 'approved' }], headers: { ETag: '"2"' } },
    });
    expect(after!.version).toBe(2);
  });

  it('refuses a version that is no longer the present one', async () => {
    const { id } = await begin(flow(step('one'), step('two')));
    await act(id, counselorCs, { op: 'approve' }, { expected: 1 });
    await expect(act(id, counselorCs, { op: 'approve' }, { expected: 1 })).rejects.toThrow('changed since');
  });

  it('hands over when an office changes hands: at a decision at once, in the inboxes by the schedule', async () => {
    const { id } = await begin(flow(step('one')));
    expect(await inbox(counselorCs)).toContain(id);
    await hold(counselorCs, '2026-01-01');
    try {
      await expect(act(id, counselorCs, { op: 'approve' })).rejects.toMatchObject({
        kind: { code: 'workflow/not-yours' },
      });
      expect(await inbox(counselorCs)).toContain(id);
      const changed = await test.database.transaction(null, (tx) =>
        workflows.refreshAll(tx, AT, { app: 'system:affairs', personId: undefined }),
      );
      expect(changed.map((one) => one.id)).toContain(id);
      expect(await inbox(counselorCs)).not.toContain(id);
      // Nobody holds the post: the stand-in is asked, and the row says so.
      expect(await inbox(schoolOfficer)).toContain(id);
      const [row] = await test.query(
        sql`SELECT stand_in FROM flows.workflow_step WHERE workflow_id = ${id} AND state = 'open'`,
      );
      expect(row).toEqual({ stand_in: true });
      expect((await act(id, schoolOfficer, { op: 'approve' })).instance.status).toBe('approved');
    } finally {
      await hold(counselorCs, null);
    }
  });

  it('shows what waits for an absent person to the stand-in as well, for as long', async () => {
    const { id } = await begin(flow(step('one')));
    await test.query(
      sql`INSERT INTO flows.workflow_absence VALUES (${newId()}, ${counselorCs}, ${STUDENT}, '2026-03-01', '2026-03-08')`,
    );
    expect(await inbox(STUDENT)).not.toContain(id);
    await test.query(sql`UPDATE flows.workflow_absence SET stand_in_id = ${psychologist}`);
    expect(await inbox(psychologist)).toContain(id);
    expect(await inbox(counselorCs)).toContain(id);
    expect(await inbox(psychologist, new Date('2026-03-08T12:00:00Z'))).not.toContain(id);
    const done = await act(id, psychologist, { op: 'approve' });
    expect(done.instance.passed[0]!.seats[0]!.signers[0]).toMatchObject({ by: psychologist, insteadOf: counselorCs });
  });

  it('does what an overdue step says, and not before', async () => {
    const chief = { by: 'post' as const, post: 'student_affairs_officer' as const, unitKind: 'college' as const };
    const { id } = await begin(flow(step('one', { deadline: { workingDays: 1, then: 'escalate', to: chief } })));
    const [row] = await test.query<{ due: Date }>(sql`SELECT due_at AS due FROM flows.workflow WHERE id = ${id}`);
    expect(row!.due.toISOString()).toBe('2026-03-03T16:00:00.000Z');
    const timer = (): Promise<{ due: Date }[]> =>
      test.query(sql`SELECT due_at AS due FROM events.timer WHERE key = ${`affairs.flows ${id}`}`);
    expect(await timer()).toEqual([row]);
    const expire = (dueAt: Date): Promise<Case | undefined> =>
      test.database.transaction(null, async (tx) => {
        const [case_] = await workflows.lock(tx, sql`w.id = ${id}`);
        return workflows.expire(tx, case_!, dueAt.toISOString(), { app: 'system:affairs', personId: undefined }, AT);
      });
    expect(await expire(new Date(row!.due.getTime() - 1))).toBeUndefined();
    expect(await inbox(collegeOfficerCs)).not.toContain(id);
    expect((await expire(row!.due))?.id).toBe(id);
    expect(await inbox(collegeOfficerCs)).toContain(id);
    expect(await inbox(counselorCs)).toContain(id);
    expect(await expire(row!.due)).toBeUndefined();
    expect(await timer()).toEqual([]);
    expect((await act(id, collegeOfficerCs, { op: 'approve' })).instance.status).toBe('approved');
  });

  it('asks holders of posts over a unit or a place, and over those above it', async () => {
    const rule = (post: AppointmentKind, unitKind?: UnitKind) => ({
      ...{ by: 'post' as const, post, over: 'unit' as const, ...(unitKind && { unitKind }) },
    });
    const definition = flow(
      step('head', { signers: [rule('building_head', 'building')] }),
      step('college', { signers: [rule('student_affairs_officer', 'college')] }),
      step('school', { signers: [rule('student_affairs_officer', 'school')] }),
    );
    const about = (unitId: string): Promise<Case> =>
      test.database.transaction(null, (tx) =>
        workflows.begin(
          tx,
          {
            ...{ definition: { ...definition, standIn: { by: 'person', personId: psychologist } } },
            ...{ subjectId: newId(), unitId, facts: { grade: 2 }, initiators: [STUDENT], ownMatterOf: [] },
          },
          acting(STUDENT),
        ),
      );
    const signers = ({ instance }: Case): string[] =>
      instance.visit!.seats.flatMap((seat) => seat.signers[0]!.candidates);
    // A room: the head of its building; no college lies above it.
    const room = await about(campus.rooms.b1r101);
    expect(signers(room)).toEqual([buildingHead1]);
    expect(await inbox(buildingHead1)).toContain(room.id);
    expect(signers(await act(room.id, buildingHead1, { op: 'approve' }))).toEqual([psychologist]);
    // A building without a head; a class: its college, and the school above that.
    expect(signers(await about(campus.places.building2))).toEqual([psychologist]);
    const ofClass = await about(campus.classes.se2401);
    expect(signers(await act(ofClass.id, psychologist, { op: 'approve' }))).toEqual([collegeOfficerCs]);
    expect(signers(await act(ofClass.id, collegeOfficerCs, { op: 'approve' }))).toEqual([schoolOfficer]);
    // A post over the student of a case is none over its unit.
    expect(await inbox(counselorCs)).not.toContain(ofClass.id);
  });

  it('keeps apart who holds a post over the person and over the place', async () => {
    const head = { by: 'post' as const, post: 'building_head' as const };
    const definition = flow(step('home', { signers: [head] }), step('place', { signers: [{ ...head, over: 'unit' }] }));
    const begun = await test.database.transaction(null, (tx) =>
      workflows.begin(
        tx,
        {
          ...{ definition, subjectId: newId(), personId: STUDENT, unitId: campus.places.building2, facts: {} },
          ...{ initiators: [STUDENT], ownMatterOf: [STUDENT] },
        },
        acting(STUDENT),
      ),
    );
    const signers = ({ instance }: Case): string[] => instance.visit!.seats[0]!.signers[0]!.candidates;
    expect(signers(begun)).toEqual([buildingHead1]);
    // Nobody is the head of the other building: the stand-in.
    expect(signers(await act(begun.id, buildingHead1, { op: 'approve' }))).toEqual([schoolOfficer]);
  });

  it('hands a case of a place over when its office changes hands', async () => {
    const definition = flow(
      step('head', { signers: [{ by: 'post', post: 'building_head', unitKind: 'building', over: 'unit' }] }),
    );
    const { id } = await test.database.transaction(null, (tx) =>
      workflows.begin(
        tx,
        {
          ...{
            definition,
            subjectId: newId(),
            unitId: campus.rooms.b1r102,
            facts: {},
            initiators: [],
            ownMatterOf: [],
          },
        },
        acting(undefined),
      ),
    );
    const find = (): Promise<Case[]> =>
      test.database.transaction(null, (tx) =>
        workflows.refreshAll(tx, AT, { app: 'system:affairs', personId: undefined }),
      );
    expect((await find()).map((one) => one.id)).not.toContain(id);
    await test.query(sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
      VALUES (${newId()}, ${partyOrganizerCs}, 'building_head', ${campus.places.building1}, '2026-01-01')`);
    await hold(buildingHead1, '2026-01-01');
    try {
      expect((await find()).map((one) => one.id)).toContain(id);
      expect([await inbox(buildingHead1), await inbox(partyOrganizerCs)].map((ids) => ids.includes(id))).toEqual([
        false,
        true,
      ]);
    } finally {
      await hold(buildingHead1, null);
      await test.query(
        sql`DELETE FROM staffing.appointment WHERE person_id = ${partyOrganizerCs} AND kind = 'building_head'`,
      );
    }
  });

  it('takes nobody who is unknown or has left', async () => {
    const { id } = await begin(flow(step('one')));
    await expect(act(id, counselorCs, { op: 'transfer', to: newId() })).rejects.toMatchObject({
      kind: { code: 'workflow/person-unknown' },
    });
  });

  it('lists a case in the inboxes of exactly those whom availableActions lets act, along any order of operations', async () => {
    const people = [
      counselorCs,
      collegeOfficerCs,
      schoolOfficer,
      psychologist,
      buildingHead1,
      partyOrganizerCs,
      STUDENT,
    ];
    await test.query(sql`DELETE FROM flows.workflow_absence`);
    await test.query(
      sql`INSERT INTO flows.workflow_absence VALUES (${newId()}, ${collegeOfficerCs}, ${buildingHead1}, '2026-03-01', '2026-03-08'),
                                                    (${newId()}, ${counselorCs}, ${schoolOfficer}, '2026-03-01', '2026-03-08')`,
    );
    const modes = ['serial', 'countersign', 'any', 'k-of-n'] as const;
    const named = [counselorCs, collegeOfficerCs, psychologist].map((personId) => ({
      by: 'person' as const,
      personId,
    }));
    let seed = 1;
    const next = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
    for (let run = 0; run < 24; run++) {
      const steps = modes
        .slice(0, 2)
        .map((_, i) => step(`s${i}`, { mode: modes[next(4)]!, needed: 2, signers: named }));
      let case_ = await begin(flow(...steps));
      for (let n = 0; n < 8; n++) {
        const offers = await Promise.all(
          people.map(async (person) => ({
            person,
            available: await workflows.available(test.tx, case_, acting(person)),
          })),
        );
        const able = offers
          .filter(({ available }) =>
            available.some(({ op, allowed }) => allowed && ['approve', 'answer', 'resubmit'].includes(op)),
          )
          .map(({ person }) => person);
        const listed: string[] = [];
        for (const person of people) if ((await inbox(person)).includes(case_.id)) listed.push(person);
        expect(listed).toEqual(able);
        const all = offers.flatMap(({ person, available }) =>
          available.flatMap((one): [string, Command][] => {
            if (!one.allowed) return [];
            const to = people[next(people.length)]!;
            switch (one.op) {
              case 'approve':
              case 'reject':
              case 'answer':
              case 'take-back':
                return [[person, { op: one.op }]];
              case 'delegate':
              case 'transfer':
                return [[person, { op: one.op, to }]];
              case 'add-signer':
                return [[person, { op: one.op, to, where: one.choices.where![next(2)]! }]];
              case 'remove-signer':
                return [[person, { op: one.op, signer: one.choices.signers![0]! }]];
              case 'return':
                return [[person, { op: one.op, to: one.choices.targets![0]!, then: next(2) ? 'on' : 'back' }]];
              case 'resubmit':
                return [
                  [
                    person,
                    {
                      op: one.op,
                      definitionVersion: case_.instance.definitionVersion,
                      facts: { days: 3 },
                      chosen: {},
                      changed: [],
                    },
                  ],
                ];
              default:
                return [];
            }
          }),
        );
        if (all.length === 0) break;
        const [person, command] = all[next(all.length)]!;
        case_ = await act(case_.id, person, command).catch((error: { kind?: { status: number } }) => {
          // A person who signs in the step already, or whose own matter it is.
          if (error.kind?.status !== 422) throw error;
          return case_;
        });
      }
    }
  });
});

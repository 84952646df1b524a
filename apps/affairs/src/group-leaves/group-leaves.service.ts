import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { type Actor, audit } from '#auth';
import { GroupLeaveAskedV1, GroupLeaveDecidedV1 } from '#contracts';
import { Database, insert, query, queryOne, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { Files, filesOf } from '#files';
import { anyOf, list, type Page, PersonRefDto } from '#http';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { peopleByIds, personRef } from '#roster';
import { addDays, CampusClock } from '#time';
import { offered, RefusalDto } from '#workflow';
import { assess } from '../leave/leave.checks.js';
import { Leave } from '../leave/leave.entity.js';
import { LeavePolicy } from '../leave/leave.policy.js';
import { LeaveNotPossible } from '../leave/leave.problems.js';
import { LeaveCases } from '../leave/leave-cases.service.js';
import {
  GROUP_ACTIONS,
  type GroupAction,
  type GroupAsker,
  GroupLeave,
  type GroupRequest,
} from './group-leave.entity.js';
import { groupProofsOf } from './group-leave.files.js';
import {
  type EndGroupLeaveDto,
  GroupLeaveDetailDto,
  GroupLeaveDto,
  type GroupLeavesQuery,
  GroupMemberDto,
  type GroupRow,
  SubmitGroupLeaveDto,
} from './group-leaves.dto.js';
import {
  decidersOf,
  groupVisible,
  lockGroup,
  MEMBER_PROBLEMS,
  mayList,
  memberVisible,
  problemFor,
} from './group-leaves.queries.js';

const ACTIONS = Object.keys(GROUP_ACTIONS) as GroupAction[];
const NOBODY_DECIDES = {
  ...{ pointer: '#/studentIds', zh: '没有可审批整个名单的人员', en: 'nobody is appointed to decide on the whole list' },
};
/** No holiday is as long: leaves further away are never in a row. */
const NEAR_DAYS = 62;
const COLUMNS = sql`g.id, g.kind, g.status, g.starts_at AS "startsAt", g.ends_at AS "endsAt", g.reason, g.destination, g.organiser, g.days,
  g.policy_version AS "policyVersion", g.decided_by AS "decidedBy", g.decided_at AS "decidedAt", g.comment, g.version,
  (SELECT count(*)::int FROM affairs.group_leave_member m WHERE m.group_id = g.id AND m.state = 'listed') AS listed`;

/**
 * Leave for many students by one request and one decision. What comes of it are leaves like any other: each student may take theirs back
 * before it begins, and the night check, attendance and leaves next to it count it as ever.
 */
@Injectable()
export class GroupLeaves {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly cases: LeaveCases,
    private readonly files: Files,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: GroupLeavesQuery): Promise<Page<GroupLeaveDto>> {
    const { status, mine, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: sql`affairs.group_leave g`,
        where: [
          groupVisible(actor, this.clock.today()),
          anyOf(sql`g.status`, status),
          mine ? sql`g.organiser = ${actor.personId ?? actor.app}` : undefined,
          updatedSince && sql`g.updated_at >= ${updatedSince}`,
        ],
        sorts: { startsAt: sql`g.starts_at`, updatedAt: sql`g.updated_at` },
        defaultSort: '-startsAt',
        id: sql`g.id`,
        to: (row: GroupRow) => GroupLeaveDto.from(new GroupLeaveDto(), row),
      }),
    );
  }

  get(actor: Actor, id: string): Promise<GroupLeaveDetailDto> {
    return this.database.read((tx) => this.detail(tx, actor, id));
  }

  /**
   * Asks for it. A student who cannot be on leave with the group is told in their row; the others are asked for. Throws LeaveNotPossible
   * with what speaks against the whole, or where nobody is left.
   */
  submit(actor: Actor, body: SubmitGroupLeaveDto): Promise<GroupLeaveDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const request = SubmitGroupLeaveDto.toRequest(body);
      const policy = await this.policies.at(tx, LeavePolicy, this.clock.today());
      const { attachments } = body;
      const ask = { ...request, studentId: null, urgent: false, attachments };
      const whole = await assess(tx, policy, ask, this.clock.now(), this.clock.timeZone);
      const blockers = whole.findings.filter(({ severity }) => severity === 'blocker');
      if (blockers.length > 0)
        throw new LeaveNotPossible({ errors: blockers.map(({ severity: _, ...error }) => error) });
      const { studentIds } = body;
      const problems = await this.problemsOf(tx, actor, request, studentIds);
      const listed = studentIds.filter((one) => !problems.has(one));
      if (listed.length === 0) throw await this.nobodyLeft(tx, actor, problems, studentIds);
      const group = await insert(tx, GroupLeave.submit(request, actor.personId ?? actor.app, whole.days, policy));
      await query(
        tx,
        sql`INSERT INTO affairs.group_leave_member (group_id, student_id, state, problem)
            SELECT ${group.id}, r.id, CASE WHEN r.problem IS NULL THEN 'listed' ELSE 'refused' END, r.problem
              FROM unnest(${studentIds}::uuid[], ${studentIds.map((one) => problems.get(one) ?? null)}::text[]) AS r(id, problem)`,
      );
      if ((await this.deciders(tx, group.id)).length === 0) throw new LeaveNotPossible({ errors: [NOBODY_DECIDES] });
      if (attachments.length > 0) await this.attachTo(tx, actor, group, attachments);
      await this.events.publish(tx, new GroupLeaveAskedV1({ groupId: group.id, studentIds: listed }), group);
      await this.note(tx, actor, group, 'submit');
      return this.detail(tx, actor, group.id);
    });
  }

  /** Each student of the list is on leave from now on; for whom that is not possible any more, is told in their row. */
  approve(actor: Actor, id: string, expected: number): Promise<GroupLeaveDetailDto> {
    return this.act(actor, id, expected, 'approve', async (tx, group) => {
      const listed = await this.listed(tx, id);
      // In one order: two groups with the same students wait for each other.
      await query(
        tx,
        sql`SELECT pg_advisory_xact_lock(hashtextextended('affairs.leave ' || s, 0)) FROM unnest(${listed}::text[]) s`,
      );
      const problems = await this.problemsOf(tx, undefined, group, listed);
      await this.refuse(tx, id, problems);
      group.decide('approved', actor.personId!, null, this.clock.now());
      const { kind, startsAt, endsAt, reason, destination } = group;
      const leaves = listed
        .filter((one) => !problems.has(one))
        .map((studentId) => {
          const request = { kind, startsAt, endsAt, reason, destination, contact: null, urgent: false };
          const by = { personId: isUuid(group.organiser) ? group.organiser : undefined, app: actor.app };
          return Object.assign(Leave.submit(studentId, request, false, by), { groupId: id });
        });
      await this.cases.grantAll(tx, actor, leaves);
    });
  }

  reject(actor: Actor, id: string, expected: number, comment: string): Promise<GroupLeaveDetailDto> {
    return this.act(actor, id, expected, 'reject', (_, group) =>
      group.decide('rejected', actor.personId!, comment, this.clock.now()),
    );
  }

  attach(actor: Actor, id: string, expected: number, files: readonly string[]): Promise<GroupLeaveDetailDto> {
    return this.act(actor, id, expected, 'attach', (tx, group) => this.attachTo(tx, actor, group, files));
  }

  /** Takes the request back, or once it is approved all its leaves, before they begin. */
  cancel(actor: Actor, id: string, expected: number): Promise<GroupLeaveDetailDto> {
    return this.act(actor, id, expected, 'cancel', async (tx, group) => {
      await this.cases.cancelAll(tx, actor, await this.leavesOf(tx, id));
      group.cancel();
      if (group.status === 'withdrawn') await this.files.free(tx, groupProofsOf(group));
    });
  }

  /** Everybody is back: leaves that are not closed end then. */
  end(actor: Actor, id: string, expected: number, { returnedAt }: EndGroupLeaveDto): Promise<GroupLeaveDetailDto> {
    return this.act(actor, id, expected, 'end', async (tx, group) => {
      const now = this.clock.now();
      const at = returnedAt === undefined ? now : new Date(returnedAt);
      if (at > now || at < group.startsAt)
        throw new Invalid({
          errors: [{ pointer: '#/returnedAt', zh: '须在开始之后、现在之前', en: 'must lie between the start and now' }],
        });
      await this.cases.closeAll(tx, actor, await this.leavesOf(tx, id), at);
      group.status = 'ended';
    });
  }

  /** A student goes no further with the group, before it begins. */
  leave(actor: Actor, id: string, expected: number): Promise<GroupLeaveDetailDto> {
    return this.act(actor, id, expected, 'leave', async (tx) => {
      await query(
        tx,
        sql`UPDATE affairs.group_leave_member SET state = 'left' WHERE group_id = ${id} AND student_id = ${actor.personId}`,
      );
      await this.cases.cancelAll(tx, actor, await this.leavesOf(tx, id, actor.personId));
    });
  }

  private act(
    actor: Actor,
    id: string,
    expected: number,
    action: GroupAction,
    fn: (tx: Tx, group: GroupLeave) => void | Promise<void>,
  ): Promise<GroupLeaveDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const group = await lockGroup(tx, groupVisible(actor, this.clock.today()), id, expected);
      const { by } = await this.asker(tx, actor, group);
      const refused = group.refusal(action, by, this.clock.now());
      if (refused) throw refused;
      await fn(tx, group);
      await update(tx, group);
      if (action !== 'leave' && action !== 'attach')
        await this.events.publish(tx, new GroupLeaveDecidedV1({ groupId: id, outcome: group.status }), group);
      await this.note(tx, actor, group, action);
      return this.detail(tx, actor, id);
    });
  }

  /** Codes of why students cannot be on leave with the group, by student. `actor`: who lists them; left out once they are listed. */
  private async problemsOf(
    tx: Tx,
    actor: Actor | undefined,
    group: Pick<GroupRequest, 'kind' | 'startsAt' | 'endsAt'>,
    studentIds: readonly string[],
  ): Promise<Map<string, string>> {
    const { kind, startsAt, endsAt } = group;
    const today = this.clock.today();
    const known = actor ? mayList(actor, sql`p.id`, today) : sql`TRUE`;
    const near = [
      this.clock.instantOf(addDays(this.clock.dateOf(startsAt), -NEAR_DAYS), '00:00'),
      this.clock.instantOf(addDays(this.clock.dateOf(endsAt), NEAR_DAYS), '24:00'),
    ];
    const rows = await query<{ id: string; known: boolean; overlap: boolean; near: boolean }>(
      tx,
      sql`SELECT s.id, coalesce(p.active AND ${known}, false) AS known, coalesce(l.overlap, false) AS overlap, l.overlap IS NOT NULL AS near
            FROM unnest(${studentIds}::uuid[]) s(id) LEFT JOIN directory.published_student_v1 p ON p.id = s.id
            LEFT JOIN LATERAL (
              SELECT bool_or(l.starts_at < ${endsAt} AND l.ends_at > ${startsAt}) AS overlap FROM affairs.leave l
               WHERE l.student_id = s.id AND l.status IN ('submitted','returned','approved','closed') AND l.starts_at < l.ends_at
                 AND l.starts_at < ${near[1]} AND l.ends_at > ${near[0]}) l ON TRUE`,
    );
    const policy = await this.policies.at(tx, LeavePolicy, today);
    const problems = new Map<string, string>();
    for (const row of rows) {
      if (!row.known) problems.set(row.id, 'not-found');
      else if (row.overlap) problems.set(row.id, 'overlap');
      else if (row.near && policy.value.countAdjacentLeaves) {
        // Few have a leave so near: for them alone it is worked out what the two come to.
        const ask = { studentId: row.id, kind, startsAt, endsAt, urgent: false, attachments: [] };
        const { findings } = await assess(tx, policy, ask, this.clock.now(), this.clock.timeZone);
        if (findings.some(({ code }) => code === 'too-long')) problems.set(row.id, 'too-long');
      }
    }
    return problems;
  }

  private async nobodyLeft(
    tx: Tx,
    actor: Actor,
    problems: ReadonlyMap<string, string>,
    studentIds: readonly string[],
  ): Promise<Error> {
    const why = studentIds.map((one) => problems.get(one));
    const rows = await query<{ problem: string }>(
      tx,
      sql`SELECT ${problemFor(actor, sql`r.id`, sql`r.problem`, this.clock.today())} AS problem
            FROM unnest(${studentIds}::uuid[], ${why}::text[]) WITH ORDINALITY AS r(id, problem, n) ORDER BY r.n LIMIT 100`,
    );
    return new LeaveNotPossible({
      errors: rows.map(({ problem }, i) => ({ pointer: `#/studentIds/${i}`, ...MEMBER_PROBLEMS[problem]! })),
    });
  }

  /** Proofs are kept as long after its end as those of a leave. */
  private async attachTo(tx: Tx, actor: Actor, group: GroupLeave, ids: readonly string[]): Promise<void> {
    const { keepProofsDays } = (await this.policies.at(tx, LeavePolicy, this.clock.today())).value;
    const keepUntil = this.clock.instantOf(addDays(this.clock.dateOf(group.endsAt), keepProofsDays), '24:00');
    await this.files.attach(tx, actor, ids, groupProofsOf(group), { keepUntil, pointer: '#/attachments' });
  }

  private async refuse(tx: Tx, id: string, problems: ReadonlyMap<string, string>): Promise<void> {
    if (problems.size === 0) return;
    await query(
      tx,
      sql`UPDATE affairs.group_leave_member m SET state = 'refused', problem = r.problem
            FROM unnest(${[...problems.keys()]}::uuid[], ${[...problems.values()]}::text[]) AS r(id, problem)
           WHERE m.group_id = ${id} AND m.student_id = r.id`,
    );
  }

  private async listed(tx: Tx, id: string): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      sql`SELECT student_id AS id FROM affairs.group_leave_member WHERE group_id = ${id} AND state = 'listed' ORDER BY student_id`,
    );
    return rows.map((row) => row.id);
  }

  /** The leaves of a group that count and are not closed, locked; of one student where one is named. */
  private async leavesOf(tx: Tx, id: string, studentId?: string): Promise<Leave[]> {
    const rows = await query<{ id: string }>(
      tx,
      sql`SELECT id FROM affairs.leave WHERE group_id = ${id} AND status = 'approved' AND ${studentId ? sql`student_id = ${studentId}` : sql`TRUE`}
           ORDER BY id FOR UPDATE`,
    );
    return rows.length === 0 ? [] : tx.findBy(Leave, { id: In(rows.map((row) => row.id)) });
  }

  private async deciders(tx: Tx, id: string): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      sql`SELECT d.id FROM affairs.group_leave g CROSS JOIN LATERAL (${decidersOf(this.clock.today())}) d WHERE g.id = ${id}`,
    );
    return rows.map((row) => row.id);
  }

  private async asker(tx: Tx, actor: Actor, group: GroupLeave): Promise<{ by: GroupAsker; deciders: string[] }> {
    const listed = await this.listed(tx, group.id);
    const deciders = await this.deciders(tx, group.id);
    const me = actor.personId;
    const by = {
      organises: group.organiser === (me ?? actor.app),
      decides: me !== undefined && actor.can('affairs:leave:decide') && deciders.includes(me),
      listed: me !== undefined && listed.includes(me),
    };
    return { by, deciders };
  }

  private async detail(tx: Tx, actor: Actor, id: string): Promise<GroupLeaveDetailDto> {
    const today = this.clock.today();
    const row = await queryOne<GroupRow>(
      tx,
      sql`SELECT ${COLUMNS} FROM affairs.group_leave g WHERE g.id = ${id} AND ${groupVisible(actor, today)}`,
    );
    if (!row) throw new NotFound({ what: 'group-leave' });
    const group = await tx.findOneByOrFail(GroupLeave, { id });
    const { by, deciders } = await this.asker(tx, actor, group);
    const seen = by.organises ? sql`TRUE` : memberVisible(actor, today);
    const members = await query<Omit<GroupMemberDto, 'problem'> & { problem: string | null }>(
      tx,
      sql`SELECT m.student_id AS "studentId", CASE WHEN m.problem IS DISTINCT FROM 'not-found' THEN ${personRef(sql`m.student_id`)} END AS student,
                 m.state, ${problemFor(actor, sql`m.student_id`, sql`m.problem`, today)} AS problem, l.id AS "leaveId", l.status AS "leaveStatus"
            FROM affairs.group_leave_member m LEFT JOIN affairs.leave l ON l.group_id = m.group_id AND l.student_id = m.student_id
           WHERE m.group_id = ${id} AND ${seen} ORDER BY m.student_id`,
    );
    const now = this.clock.now();
    return Object.assign(GroupLeaveDto.from(new GroupLeaveDetailDto(), row), {
      deciders: (await peopleByIds(tx, deciders)).map((person) => PersonRefDto.from(person)),
      members: members.map(({ problem, ...rest }) =>
        Object.assign(new GroupMemberDto(), {
          ...rest,
          problem: problem && Object.assign(new RefusalDto(), { code: problem, ...MEMBER_PROBLEMS[problem] }),
        }),
      ),
      attachments: await filesOf(tx, groupProofsOf(group)),
      actions: ACTIONS.map((action) => offered(action, group.refusal(action, by, now))),
    });
  }

  private async note(tx: Tx, actor: Actor, { id }: GroupLeave, action: string): Promise<void> {
    await audit(tx, actor, { action: `affairs.group-leave.${action}`, subject: { kind: 'group-leave', id } });
  }
}

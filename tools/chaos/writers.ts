import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PERMISSIONS } from '#contracts';
import { addDays, dateOf, instantOf } from '#time';
import { campus } from '../../apps/directory/src/seed.js';
import type { Found, Kind, Write } from './check.js';
import { type House, STUDENTS, studentId, studentNumber } from './house.js';
import type { Random } from '../demo/random.js';

const ZONE = 'Asia/Shanghai';
const PASSES = 10;
/** A client waits so long for an answer, and so long before it asks again. */
const ANSWER_MS = 15_000;
const AGAIN_MS = 200;

/** What a write of each kind leaves behind, the services after the first by events alone. */
export const KINDS: Record<string, Kind> = {
  leave: { places: ['affairs: leaves'], rows: 1 },
  approval: {
    places: ['events: leave-approved', 'safety: excused absences', 'early-warning: leave masks'],
    rows: 1,
  },
  passes: {
    places: ['safety: passes', 'events: passes-recorded', 'early-warning: observations'],
    rows: PASSES,
  },
};

const AT: Record<string, string> = {
  // Known by the millisecond in which it begins: its texts are sealed.
  'affairs: leaves': `SELECT (extract(epoch FROM starts_at) * 1000)::bigint::text AS key, count(*)::int AS n FROM affairs.leave
     WHERE starts_at = ANY(SELECT to_timestamp(k::numeric / 1000) FROM unnest($1::text[]) AS k) GROUP BY 1`,
  'events: leave-approved': `SELECT aggregate_id::text AS key, count(*)::int AS n FROM events.event
     WHERE name = 'affairs.leave-approved.v1' AND aggregate_id::text = ANY($1) GROUP BY 1`,
  'safety: excused absences': `SELECT source_id::text AS key, count(*)::int AS n FROM safety.excused_absence
     WHERE source_id::text = ANY($1) AND NOT cancelled GROUP BY 1`,
  'early-warning: leave masks': `SELECT leave_id::text AS key, count(*)::int AS n FROM early_warning.leave_mask
     WHERE leave_id::text = ANY($1) GROUP BY 1`,
  'safety: passes': `SELECT split_part(record_id, '#', 1) AS key, count(*)::int AS n FROM safety.pass
     WHERE split_part(record_id, '#', 1) = ANY($1) GROUP BY 1`,
  'events: passes-recorded': `SELECT split_part(p.record_id, '#', 1) AS key, count(*)::int AS n
      FROM events.event e CROSS JOIN jsonb_array_elements(e.payload -> 'passes') AS told JOIN safety.pass p ON p.id = (told ->> 'passId')::uuid
     WHERE e.name = 'safety.passes-recorded.v1' AND split_part(p.record_id, '#', 1) = ANY($1) GROUP BY 1`,
  'early-warning: observations': `SELECT split_part(p.record_id, '#', 1) AS key, count(*)::int AS n
      FROM safety.pass p JOIN early_warning.keyed_observation o ON o.key = p.id::text
      JOIN early_warning.metric m ON m.number = o.metric AND m.code = 'gate_passes'
     WHERE split_part(p.record_id, '#', 1) = ANY($1) AND o.value IS NOT NULL GROUP BY 1`,
};

/** Looks up what the writes of a history left behind. */
export async function lookUp(house: House, history: readonly Write[]): Promise<Found> {
  const found = new Map<string, Map<string, number>>();
  for (const [kind, { places }] of Object.entries(KINDS)) {
    const keys = history.filter((write) => write.kind === kind).map(({ key }) => key);
    for (const place of places) {
      const rows = await house.query<{ key: string; n: number }>(AT[place] as string, [keys]);
      found.set(place, new Map(rows.map(({ key, n }) => [key, n])));
    }
  }
  return found;
}

interface Reply {
  status: number;
  body: Record<string, unknown>;
}

/** Clients that write, and ask again with the same Idempotency-Key until they know. Writes are counted from `begin()` on. */
export class Writers {
  history: Write[] = [];
  /** Answers 503 or 429, other answers from 500 on, and requests that got none. */
  unavailable = 0;
  failed = 0;
  broken = 0;
  /** Milliseconds of the slowest answer 503. */
  slowest = 0;
  /** What was refused, and how. */
  readonly refusals = new Set<string>();
  private going = false;
  private giveUpAt = Infinity;
  private clients: Promise<void>[] = [];
  private student = 0;
  private leaves = 0;
  private tokens = { app: '', counselor: '' };
  private readonly night = addDays(dateOf(new Date(), ZONE), -2);

  constructor(
    private readonly house: House,
    private readonly random: Random,
  ) {}

  async begin(clients: number): Promise<void> {
    const { issuer } = this.house;
    const scope = Object.keys(PERMISSIONS).join(' ');
    this.tokens = { app: await issuer.token(scope), counselor: await issuer.token(scope, campus.staff.counselorCs) };
    this.history = [];
    this.refusals.clear();
    this.unavailable = this.failed = this.broken = this.slowest = 0;
    this.going = true;
    this.giveUpAt = Infinity;
    this.clients = Array.from({ length: clients }, async (_, i) => {
      while (this.going) {
        await (i % 2 ? this.leave(scope) : this.passes());
        await pause(20 + this.random.int(0, 59));
      }
    });
  }

  /** No new writes; those under way have so long to come to an end. */
  async finish(ms: number): Promise<void> {
    this.going = false;
    this.giveUpAt = Date.now() + ms;
    await Promise.all(this.clients);
  }

  private async leave(scope: string): Promise<void> {
    const student = (this.student = (this.student % STUDENTS) + 1);
    const token = await this.house.issuer.token(scope, studentId(student));
    const startsAt = instantOf(this.night, '17:00', ZONE).getTime() + this.leaves++;
    const key = String(startsAt);
    const form = {
      kind: 'personal',
      urgent: true,
      startsAt: new Date(startsAt).toISOString(),
      endsAt: instantOf(addDays(this.night, 1), '22:00', ZONE).toISOString(),
      reason: '回家办事',
      destination: '宝鸡市',
    };
    const leave = await this.write('leave', key, '/affairs/v1/leaves', token, form, {});
    if (!leave) return;
    const { id, version } = leave.body as { id: string; version: number };
    await this.write(
      'approval',
      id,
      `/affairs/v1/leaves/${id}/approve`,
      this.tokens.counselor,
      {},
      {
        'if-match': `"${version}"`,
      },
    );
  }

  private async passes(): Promise<void> {
    const key = randomUUID();
    const records = Array.from({ length: PASSES }, (_, i) => {
      const at = new Date(instantOf(this.night, '09:00', ZONE).getTime() + this.random.int(0, 25_199) * 1_000);
      return {
        deviceCode: 'GATE-B1',
        recordId: `${key}#${i}`,
        studentNumber: studentNumber(this.random.int(1, STUDENTS)),
        direction: i % 2 ? 'in' : 'out',
        at: at.toISOString(),
      };
    });
    await this.write('passes', key, '/safety/v1/passes/batches', this.tokens.app, { passes: records }, {});
  }

  /** The answer of an acknowledged write. */
  private async write(
    kind: string,
    key: string,
    path: string,
    token: string,
    body: object,
    headers: Record<string, string>,
  ): Promise<Reply | undefined> {
    const write: Write = { kind, key, outcome: 'unknown' };
    this.history.push(write);
    const idempotencyKey = randomUUID();
    for (let tries = this.random.int(0, 1); ; tries++) {
      const { port } = this.house.apps[tries % this.house.apps.length]!;
      const reply = await this.send(
        `http://127.0.0.1:${port}${path}`,
        {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
          ...headers,
        },
        body,
      );
      if (reply && reply.status < 300) {
        write.outcome = 'acknowledged';
        return reply;
      }
      // Asking again helps against these, and against the first try that is still under way.
      const passing =
        !reply || reply.status >= 500 || reply.status === 429 || reply.body['code'] === 'http/idempotency-in-progress';
      if (!passing) {
        write.outcome = 'refused';
        this.refusals.add(`${kind}: ${reply.status} ${String(reply.body['code'])}`);
        return undefined;
      }
      if (Date.now() > this.giveUpAt) return undefined;
      await pause(AGAIN_MS);
    }
  }

  private async send(url: string, headers: Record<string, string>, body: object): Promise<Reply | undefined> {
    const asked = Date.now();
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const reply = { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
      if (reply.status === 503 || reply.status === 429) {
        this.unavailable++;
        this.slowest = Math.max(this.slowest, Date.now() - asked);
      } else if (reply.status >= 500) this.failed++;
      return reply;
    } catch {
      this.broken++;
      return undefined;
    }
  }
}

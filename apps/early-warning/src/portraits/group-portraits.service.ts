import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, sql, type Sql, StaleVersionError, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { unitInScope, unitsAbove } from '#roster';
import { CampusClock } from '#time';
import { type GroupFigures, published } from '../disclosure/egress.js';
import {
  GroupPortraitDto,
  type GroupPortraitsQuery,
  PortraitSnapshotDto,
  type PortraitSnapshotsQuery,
} from './group-portraits.dto.js';
import { PortraitSnapshot } from './portrait.entity.js';

const READ: Permission = 'early-warning:group-portrait:read';

/** What was published about groups; it is read, and never worked out for whoever asks. */
@Injectable()
export class GroupPortraits {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: GroupPortraitsQuery): Promise<Page<GroupPortraitDto>> {
    const { weekFrom, weekTo, tree, unitKind, unitId, metric, domain } = request;
    return this.database.read(async (tx) => {
      const page = await list<GroupPortraitDto, GroupPortraitDto, 'week'>(tx, request, {
        select: sql`c.id, s.week::text AS week, c.tree, json_build_object('id', u.id, 'kind', u.kind, 'code', u.code, 'name', u.name) AS unit,
          m.code AS metric, json_build_object('zh', m.zh, 'en', m.en) AS "metricName", m.domain, m.unit AS "metricUnit",
          c.mean IS NULL AS withheld, c.students, c.mean, c.low_quartile AS "lowQuartile", c.median, c.high_quartile AS "highQuartile"`,
        from: sql`early_warning.portrait_cell c JOIN early_warning.portrait_snapshot s ON s.id = c.snapshot_id
          JOIN directory.published_unit_v1 u ON u.id = c.unit_id JOIN early_warning.metric m ON m.number = c.metric`,
        where: [
          sql`s.withdrawn_at IS NULL`,
          sql`m.sensitivity < 4`,
          readable(actor),
          weekFrom && sql`s.week >= ${weekFrom}`,
          weekTo && sql`s.week <= ${weekTo}`,
          anyOf(sql`c.tree`, tree),
          anyOf(sql`u.kind`, unitKind),
          anyOf(sql`c.unit_id`, unitId, 'uuid'),
          anyOf(sql`m.code`, metric),
          anyOf(sql`m.domain`, domain),
        ],
        sorts: { week: sql`s.week` },
        defaultSort: '-week',
        id: sql`c.id`,
        to: (row) => Object.assign(new GroupPortraitDto(), row),
      });
      return published(page, page.data.map(figures));
    });
  }

  snapshots(request: PortraitSnapshotsQuery): Promise<Page<PortraitSnapshotDto>> {
    return list(this.database.connection, request, {
      select: sql`s.id, s.week::text AS week, s.policy_version AS "policyVersion", s.least, s.published_at AS "publishedAt",
        s.withdrawn_at AS "withdrawnAt", s.withdrawn_for AS "withdrawnFor", s.version`,
      from: sql`early_warning.portrait_snapshot s`,
      where: [],
      sorts: { week: sql`s.week` },
      defaultSort: '-week',
      id: sql`s.id`,
      to: (row: PortraitSnapshot) => PortraitSnapshotDto.from(row),
    });
  }

  /** Throws PortraitWithdrawn (409). The week is not published again. */
  withdraw(actor: Actor, id: string, expected: number, reason: string): Promise<PortraitSnapshotDto> {
    return this.database.transaction(actor, async (tx) => {
      const snapshot = await this.find(tx, id);
      if (snapshot.version !== expected) throw new StaleVersionError();
      snapshot.withdraw(actor.personId, reason, this.clock.now());
      await update(tx, snapshot, expected);
      await audit(tx, actor, { action: 'early-warning.portrait.withdraw', subject: { kind: 'portrait-snapshot', id } });
      return PortraitSnapshotDto.from(snapshot);
    });
  }

  private async find(tx: Tx, id: string): Promise<PortraitSnapshot> {
    const snapshot = await tx.findOneBy(PortraitSnapshot, { id });
    if (!snapshot) throw new NotFound({ what: 'portrait-snapshot' });
    return snapshot;
  }
}

function figures({ students, mean, lowQuartile, median, highQuartile }: GroupPortraitDto): GroupFigures {
  return { students, figures: [mean, lowQuartile, median, highQuartile] };
}

/** Predicate over a cell `c` of a unit `u`: what the actor answers for, what lies above that, and the school as a whole. */
function readable(actor: Actor): Sql {
  const scope = actor.scopeOf(READ);
  if (scope.school) return sql`TRUE`;
  if (scope.unitIds.length === 0) return sql`FALSE`;
  return sql`(u.kind = 'school' OR ${unitInScope(scope, sql`c.unit_id`)} OR c.unit_id IN (${unitsAbove(sql`unnest(${scope.unitIds}::uuid[])`)}))`;
}

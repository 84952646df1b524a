import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, newId, onConflict, query, queryOne, sql, type Tx, update } from '#database';
import { list } from '#http';
import { NotFound } from '#problems';
import { holdsOn, unitTouchesScope } from '#roster';
import { CampusClock } from '#time';
import { BRANCH_KINDS } from '../organizations/organization.entity.js';
import { Organizations } from '../organizations/organizations.service.js';
import { BranchGridsDto, type CoverageQuery, type CoverGridsDto, GridCoverageDto, GridDto } from './grids.dto.js';
import { GridCovered, GridUnknown } from './grids.problems.js';

const READ: Permission = 'party-building:organization:read';
const WRITE: Permission = 'party-building:organization:write';
const OVERLAP = { grid_assignment_grid_id_daterange_excl: () => new GridCovered({ pointer: '#/gridIds' }) };

/** Which branch covers which grid of the community (1+N), and which grids nobody covers. */
@Injectable()
export class Grids {
  constructor(
    private readonly database: Database,
    private readonly organizations: Organizations,
    private readonly clock: CampusClock,
  ) {}

  /** Makes the given grids all that the branch covers from a date on; what was before stays on record. */
  cover(actor: Actor, branchId: string, expected: number, values: CoverGridsDto): Promise<BranchGridsDto> {
    const { gridIds, from = this.clock.today() } = values;
    return this.database.transaction(actor, async (tx) => {
      const branch = await this.organizations.find(tx, actor, WRITE, branchId);
      if (!BRANCH_KINDS.includes(branch.kind) || branch.dissolvedOn !== null) throw new NotFound({ what: 'branch' });
      await this.checkGrids(tx, actor, gridIds);
      await update(tx, branch, expected);
      await query(
        tx,
        sql`UPDATE party_building.grid_assignment
               SET valid_to = greatest(valid_from, ${from}::date), version = version + 1, updated_at = now()
             WHERE organization_id = ${branchId} AND (valid_to IS NULL OR valid_to > ${from})
               AND NOT (grid_id = ANY(${gridIds}::uuid[]) AND valid_from <= ${from} AND valid_to IS NULL)`,
      );
      await this.checkFree(tx, gridIds, branchId, from);
      await insertMissing(tx, branchId, gridIds, from);
      await audit(tx, actor, {
        action: 'party-building.branch.cover-grids',
        subject: { kind: 'party_organization', id: branchId },
      });
      return Object.assign(new BranchGridsDto(), { id: branchId, from, gridIds, version: branch.version });
    });
  }

  coverage(actor: Actor, filter: CoverageQuery): Promise<GridCoverageDto> {
    const { on = this.clock.today(), covered } = filter;
    const inScope = unitTouchesScope(actor.scopeOf(READ), sql`u.id`, this.clock.today());
    const grids = sql`
      SELECT u.id, u.code, u.name,
             CASE WHEN o.id IS NOT NULL THEN json_build_object('id', o.id, 'code', o.code, 'name', o.name) END AS branch
        FROM directory.published_unit_v1 u
        LEFT JOIN party_building.grid_assignment a ON a.grid_id = u.id AND ${holdsOn(sql`a`, on)}
        LEFT JOIN party_building.organization o ON o.id = a.organization_id
       WHERE u.kind = 'grid' AND u.active AND ${inScope}`;
    return this.database.read(async (tx) => {
      const counts = await queryOne<{ total: number; covered: number }>(
        tx,
        sql`SELECT count(*)::int AS total, count(branch)::int AS covered FROM (${grids}) g`,
      );
      const { total, covered: done } = counts ?? { total: 0, covered: 0 };
      const page = await list(tx, filter, {
        select: sql`g.*`,
        from: sql`(${grids}) g`,
        where: [covered === undefined ? undefined : sql`(g.branch IS NOT NULL) = ${covered}`],
        sorts: { code: sql`g.code` },
        defaultSort: 'code',
        id: sql`g.id`,
        to: (row: GridDto) => Object.assign(new GridDto(), row),
      });
      return Object.assign(new GridCoverageDto(), { on, total, covered: done, uncovered: total - done, ...page });
    });
  }

  private async checkGrids(tx: Tx, actor: Actor, gridIds: string[]): Promise<void> {
    const inScope = unitTouchesScope(actor.scopeOf(WRITE), sql`u.id`, this.clock.today());
    const known = await query<{ id: string }>(
      tx,
      sql`SELECT u.id FROM directory.published_unit_v1 u
           WHERE u.id = ANY(${gridIds}::uuid[]) AND u.kind = 'grid' AND u.active AND ${inScope}`,
    );
    const ids = new Set(known.map((row) => row.id));
    const missing = gridIds.findIndex((id) => !ids.has(id.toLowerCase()));
    if (missing >= 0) throw new GridUnknown({ pointer: `#/gridIds/${missing}` });
  }

  /** Says which grid another branch covers; the exclusion constraint holds against those that come at the same time. */
  private async checkFree(tx: Tx, gridIds: string[], branchId: string, from: string): Promise<void> {
    const taken = await query<{ gridId: string }>(
      tx,
      sql`SELECT grid_id AS "gridId" FROM party_building.grid_assignment
           WHERE grid_id = ANY(${gridIds}::uuid[]) AND organization_id <> ${branchId}
             AND (valid_to IS NULL OR (valid_to > ${from} AND valid_to > valid_from))`,
    );
    const index = gridIds.findIndex((id) => taken.some((row) => row.gridId === id.toLowerCase()));
    if (index >= 0) throw new GridCovered({ pointer: `#/gridIds/${index}` });
  }
}

async function insertMissing(tx: Tx, branchId: string, gridIds: string[], from: string): Promise<void> {
  const ids = gridIds.map(() => newId());
  await onConflict(
    query(
      tx,
      sql`INSERT INTO party_building.grid_assignment (id, organization_id, grid_id, valid_from)
          SELECT n.id, ${branchId}, n.grid_id, ${from} FROM unnest(${ids}::uuid[], ${gridIds}::uuid[]) AS n(id, grid_id)
           WHERE NOT EXISTS (SELECT 1 FROM party_building.grid_assignment a
             WHERE a.organization_id = ${branchId} AND a.grid_id = n.grid_id AND a.valid_to IS NULL)`,
    ),
    OVERLAP,
  );
}

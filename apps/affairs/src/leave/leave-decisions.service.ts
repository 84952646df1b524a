import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, type Tx } from '#database';
import { rowByRow } from '#http';
import { ActDto, type Case, type Command } from '#workflow';
import { commandOf, DecideManyDto, type Verdict } from '../tasks/decide-many.dto.js';
import { LeaveDecisionResultsDto } from './decide-leaves.dto.js';
import type { Leave } from './leave.entity.js';
import { LeaveCases } from './leave-cases.service.js';
import type { LeaveDetailDto } from './leaves.dto.js';
import { findForChange } from './leaves.queries.js';

/**
 * The decisions on leaves. Each step is decided by whoever holds its post over the student at that moment; a leave outside the
 * actor's scope does not exist (404), another's step is refused (403), and nobody decides their own leave.
 */
@Injectable()
export class LeaveDecisions {
  constructor(
    private readonly database: Database,
    private readonly cases: LeaveCases,
  ) {}

  /** Decides the step that is due; approving the last one makes the leave (or its extension) count. */
  decide(
    actor: Actor,
    id: string,
    expected: number,
    verdict: Verdict,
    comment: string | null,
  ): Promise<LeaveDetailDto> {
    return this.act(actor, id, expected, commandOf(verdict), comment);
  }

  /** Whatever else `actions` of the leave offers. */
  doAny(actor: Actor, id: string, expected: number, body: ActDto): Promise<LeaveDetailDto> {
    return this.act(actor, id, expected, ActDto.toCommand(body), body.comment ?? null);
  }

  /** Many at once, each by itself: a row that cannot be decided says why and changes nothing, the others are done. */
  decideMany(actor: Actor, { rows }: DecideManyDto): Promise<LeaveDecisionResultsDto> {
    return this.database.transaction(actor, async (tx) => {
      const results = await rowByRow(tx, rows, async (row, i) => {
        const command = DecideManyDto.commandOf(row, i);
        return (await this.actOne(tx, actor, row.id, row.version, command, row.comment ?? null)).leave;
      });
      return Object.assign(new LeaveDecisionResultsDto(), { results });
    });
  }

  private act(
    actor: Actor,
    id: string,
    expected: number,
    command: Command,
    comment: string | null,
  ): Promise<LeaveDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const { leave, case_ } = await this.actOne(tx, actor, id, expected, command, comment);
      return this.cases.detailOf(tx, actor, leave, { case_ });
    });
  }

  private async actOne(
    tx: Tx,
    actor: Actor,
    id: string,
    expected: number,
    command: Command,
    comment: string | null,
  ): Promise<{ leave: Leave; case_: Case }> {
    const leave = await findForChange(tx, this.cases.visible(actor), id, expected);
    return { leave, case_: await this.cases.act(tx, actor, leave, command, comment) };
  }
}

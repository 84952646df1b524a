import { Injectable } from '@nestjs/common';
import {
  AdmissionAdvancedV1,
  AdmissionReversedV1,
  ClaimChangedV1,
  HonourRecordedV1,
  HonourWithdrawnV1,
  OrganisationMemberChangedV1,
  ParticipationConfirmedV1,
  ParticipationTakenBackV1,
  PayrollClosedV1,
  RoundDecidedV1,
  RoundEntryChangedV1,
  StarChangedV1,
} from '#contracts';
import type { Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { ArchiveFollowing } from './archive-following.service.js';

/** Events say that something changed; what it is now, the archive reads from what its service publishes. */
@Injectable()
export class ArchiveHandlers {
  constructor(private readonly archive: ArchiveFollowing) {}

  @OnEvent(ParticipationConfirmedV1)
  whenParticipationConfirmed(tx: Tx, { data }: Received<ParticipationConfirmedV1>): Promise<void> {
    return this.archive.follow(tx, 'participation', { ids: data.participations.map(({ enrolmentId }) => enrolmentId) });
  }

  @OnEvent(ParticipationTakenBackV1)
  whenParticipationTakenBack(tx: Tx, { data }: Received<ParticipationTakenBackV1>): Promise<void> {
    return this.archive.follow(tx, 'participation', { ids: data.participations.map(({ enrolmentId }) => enrolmentId) });
  }

  @OnEvent(HonourRecordedV1)
  async whenHonourRecorded(tx: Tx, { data: { honourId, studentId } }: Received<HonourRecordedV1>): Promise<void> {
    if (studentId) await this.archive.follow(tx, 'honour', { ids: [honourId] });
  }

  @OnEvent(HonourWithdrawnV1)
  async whenHonourWithdrawn(tx: Tx, { data: { honourId, studentId } }: Received<HonourWithdrawnV1>): Promise<void> {
    if (studentId) await this.archive.follow(tx, 'honour', { ids: [honourId] });
  }

  @OnEvent(RoundDecidedV1)
  async whenRoundDecided(tx: Tx, { data: { roundId, kind } }: Received<RoundDecidedV1>): Promise<void> {
    if (kind === 'award') await this.archive.follow(tx, 'award', { groupId: roundId });
  }

  @OnEvent(RoundEntryChangedV1)
  whenRoundEntryChanged(tx: Tx, { data }: Received<RoundEntryChangedV1>): Promise<void> {
    return this.archive.follow(tx, 'award', { ids: [data.entryId] });
  }

  @OnEvent(StarChangedV1)
  whenStarChanged(tx: Tx, { data }: Received<StarChangedV1>): Promise<void> {
    return this.archive.follow(tx, 'star', { ids: [data.starId] });
  }

  @OnEvent(ClaimChangedV1)
  whenClaimChanged(tx: Tx, { data }: Received<ClaimChangedV1>): Promise<void> {
    return this.archive.follow(tx, 'claim', { ids: [data.claimId] });
  }

  @OnEvent(OrganisationMemberChangedV1)
  whenOrganisationMemberChanged(tx: Tx, { data }: Received<OrganisationMemberChangedV1>): Promise<void> {
    return this.archive.follow(tx, 'post', { ids: [data.memberId] });
  }

  @OnEvent(PayrollClosedV1)
  whenPayrollClosed(tx: Tx, { data }: Received<PayrollClosedV1>): Promise<void> {
    return this.archive.follow(tx, 'work_study', { groupId: data.payrollId });
  }

  @OnEvent(AdmissionAdvancedV1)
  whenAdmissionAdvanced(tx: Tx, { data }: Received<AdmissionAdvancedV1>): Promise<void> {
    return this.archive.follow(tx, 'party', { groupId: data.admissionId });
  }

  @OnEvent(AdmissionReversedV1)
  whenAdmissionReversed(tx: Tx, { data }: Received<AdmissionReversedV1>): Promise<void> {
    return this.archive.follow(tx, 'party', { groupId: data.admissionId });
  }
}

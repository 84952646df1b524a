import { Module } from '@nestjs/common';
import type { Service } from '#service';
import { AdmissionReminder } from './admission/admission-reminder.entity.js';
import { AdmissionRules } from './admission/admission-rules.js';
import { AdmissionViews } from './admission/admission-views.js';
import { Admission, AdmissionEntry } from './admission/admission.entity.js';
import { AdmissionsController } from './admission/admissions.controller.js';
import { Admissions } from './admission/admissions.service.js';
import { AdmissionReminders } from './admission/reminders.handlers.js';
import { GridAssignment } from './grids/grid-assignment.entity.js';
import { GridsController } from './grids/grids.controller.js';
import { Grids } from './grids/grids.service.js';
import { Member } from './members/member.entity.js';
import { MembersController } from './members/members.controller.js';
import { Members } from './members/members.service.js';
import { PartyOrganizations1763750500000 } from './migrations/1763750500000-party-organizations.js';
import { Admissions1763750510000 } from './migrations/1763750510000-admissions.js';
import { UpdatedSince1763750520000 } from './migrations/1763750520000-updated-since.js';
import { Organization } from './organizations/organization.entity.js';
import { OrganizationsController } from './organizations/organizations.controller.js';
import { Organizations } from './organizations/organizations.service.js';
import { seed } from './seed.js';

@Module({
  controllers: [OrganizationsController, MembersController, GridsController, AdmissionsController],
  providers: [Organizations, Members, Grids, Admissions, AdmissionViews, AdmissionRules, AdmissionReminders],
})
class PartyBuildingModule {}

export const partyBuilding: Service = {
  name: 'party-building',
  module: PartyBuildingModule,
  entities: [Organization, Member, GridAssignment, Admission, AdmissionEntry, AdmissionReminder],
  migrations: [PartyOrganizations1763750500000, Admissions1763750510000, UpdatedSince1763750520000],
  seed,
};

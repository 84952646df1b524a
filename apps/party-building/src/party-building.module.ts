import { service } from '#service';
import { admission } from './admission/admission.feature.js';
import { grids } from './grids/grids.feature.js';
import { members } from './members/members.feature.js';
import { PartyOrganizations1763750500000 } from './migrations/1763750500000-party-organizations.js';
import { Admissions1763750510000 } from './migrations/1763750510000-admissions.js';
import { UpdatedSince1763750520000 } from './migrations/1763750520000-updated-since.js';
import { PublishedStages1764813000100 } from './migrations/1764813000100-published-stages.js';
import { organizations } from './organizations/organizations.feature.js';
import { seed } from './seed.js';
import { OWN_DATA } from './own-data.js';

export const partyBuilding = service('party-building', {
  features: [organizations, members, grids, admission],
  migrations: [
    PartyOrganizations1763750500000,
    Admissions1763750510000,
    UpdatedSince1763750520000,
    PublishedStages1764813000100,
  ],
  ownData: OWN_DATA,
  seed,
  jobs: 'party-building:organization:write',
});

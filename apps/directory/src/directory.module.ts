import { service } from '#service';
import { calendar } from './calendar/calendar.feature.js';
import { clientApprovals } from './client-approvals/client-approvals.feature.js';
import { clientUsage } from './client-usage/client-usage.feature.js';
import { clients } from './clients/clients.feature.js';
import { browserClientsMigrations, clientsMigrations } from './clients/migrations.js';
import { erasures } from './erasures/erasures.feature.js';
import { imports } from './imports/imports.feature.js';
import { login } from './login/login.feature.js';
import { loginMigrations } from './login/migrations.js';
import { mountIssuer } from './login/mount-issuer.js';
import { me } from './me/me.feature.js';
import { merges } from './merges/merges.feature.js';
import { Roster1763750000000 } from './migrations/1763750000000-roster.js';
import { Imports1763750020000 } from './migrations/1763750020000-imports.js';
import { InactiveSince1763750030000 } from './migrations/1763750030000-inactive-since.js';
import { ImportIdentities1763750040000 } from './migrations/1763750040000-import-identities.js';
import { UpdatedSince1763750050000 } from './migrations/1763750050000-updated-since.js';
import { SecondaryMemberships1763750080000 } from './migrations/1763750080000-secondary-memberships.js';
import { CourseClassesEndAtThemselves1763750090000 } from './migrations/1763750090000-course-classes-end-at-themselves.js';
import { MoreUpdatedSince1763750095000 } from './migrations/1763750095000-more-updated-since.js';
import { MembershipClosure1763750610000 } from './migrations/1763750610000-membership-closure.js';
import { NamesByCharacters1763750620000 } from './migrations/1763750620000-names-by-characters.js';
import { Erasures1764400200000 } from './migrations/1764400200000-erasures.js';
import { RosterSheet1764804000000 } from './migrations/1764804000000-roster-sheet.js';
import { PublishedClients1764815000000 } from './migrations/1764815000000-published-clients.js';
import { OwnExports1764826000300 } from './migrations/1764826000300-own-exports.js';
import { RosterChanges1764842000000 } from './migrations/1764842000000-roster-changes.js';
import { ClientKeysAndLimits1764844000000 } from './migrations/1764844000000-client-keys-and-limits.js';
import { Staff1764865000000 } from './migrations/1764865000000-staff.js';
import { ClientApprovals1764862000100 } from './migrations/1764862000100-client-approvals.js';
import { Merges1764868000000 } from './migrations/1764868000000-merges.js';
import { StaffNumbers1764874000000 } from './migrations/1764874000000-staff-numbers.js';
import { NamesFoundAtOnce1764875000000 } from './migrations/1764875000000-names-found-at-once.js';
import { OWN_DATA } from './own-data.js';
import { ownExports } from './own-exports/own-exports.feature.js';
import { people } from './people/people.feature.js';
import { places } from './places/places.feature.js';
import { seed } from './seed.js';
import { staff } from './staff/staff.feature.js';
import { units } from './units/units.feature.js';

export const directory = service('directory', {
  features: [
    people,
    staff,
    units,
    places,
    calendar,
    imports,
    me,
    clients,
    clientApprovals,
    clientUsage,
    login,
    erasures,
    merges,
    ownExports,
  ],
  migrations: [
    Roster1763750000000,
    ...clientsMigrations,
    Imports1763750020000,
    InactiveSince1763750030000,
    ImportIdentities1763750040000,
    UpdatedSince1763750050000,
    ...loginMigrations,
    ...browserClientsMigrations,
    SecondaryMemberships1763750080000,
    CourseClassesEndAtThemselves1763750090000,
    MoreUpdatedSince1763750095000,
    MembershipClosure1763750610000,
    NamesByCharacters1763750620000,
    Erasures1764400200000,
    RosterSheet1764804000000,
    PublishedClients1764815000000,
    OwnExports1764826000300,
    RosterChanges1764842000000,
    ClientKeysAndLimits1764844000000,
    Staff1764865000000,
    ClientApprovals1764862000100,
    Merges1764868000000,
    StaffNumbers1764874000000,
    NamesFoundAtOnce1764875000000,
  ],
  ownData: OWN_DATA,
  seed,
  mount: mountIssuer,
  jobs: ['directory:import:write', 'directory:own-data:export'],
});

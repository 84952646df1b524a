import { Module } from '@nestjs/common';
import type { Service } from '#service';
import { Calendar } from './calendar/calendar.service.js';
import { CalendarController, TermsController } from './calendar/calendar.controller.js';
import { CalendarDay } from './calendar/calendar-day.entity.js';
import { Term } from './calendar/term.entity.js';
import { Terms } from './calendar/terms.service.js';
import { browserClientsMigrations, clientsMigrations } from './clients/migrations.js';
import { Import } from './imports/import.entity.js';
import { ImportRunner } from './imports/import-runner.js';
import { ImportsController } from './imports/imports.controller.js';
import { ImportHandlers } from './imports/imports.handlers.js';
import { Imports } from './imports/imports.service.js';
import { loginMigrations } from './login/migrations.js';
import { loginFeature } from './login/login.feature.js';
import { mountIssuer } from './login/mount-issuer.js';
import { Roster1763750000000 } from './migrations/1763750000000-roster.js';
import { MeController } from './me/me.controller.js';
import { Me } from './me/me.service.js';
import { Imports1763750020000 } from './migrations/1763750020000-imports.js';
import { InactiveSince1763750030000 } from './migrations/1763750030000-inactive-since.js';
import { ImportIdentities1763750040000 } from './migrations/1763750040000-import-identities.js';
import { Membership } from './people/membership.entity.js';
import { PeopleController } from './people/people.controller.js';
import { People } from './people/people.service.js';
import { Person } from './people/person.entity.js';
import { Residence } from './people/residence.entity.js';
import { Place } from './places/place.entity.js';
import { PlacesController } from './places/places.controller.js';
import { Places } from './places/places.service.js';
import { seed } from './seed.js';
import { Unit } from './units/unit.entity.js';
import { UnitsController } from './units/units.controller.js';
import { Units } from './units/units.service.js';
import { CourseClassesEndAtThemselves1763750090000 } from './migrations/1763750090000-course-classes-end-at-themselves.js';
import { SecondaryMemberships1763750080000 } from './migrations/1763750080000-secondary-memberships.js';
import { MembershipClosure1763750610000 } from './migrations/1763750610000-membership-closure.js';
import { NamesByCharacters1763750620000 } from './migrations/1763750620000-names-by-characters.js';
import { MoreUpdatedSince1763750095000 } from './migrations/1763750095000-more-updated-since.js';
import { UpdatedSince1763750050000 } from './migrations/1763750050000-updated-since.js';

@Module({
  controllers: [
    PeopleController,
    UnitsController,
    PlacesController,
    TermsController,
    CalendarController,
    ImportsController,
    MeController,
    ...loginFeature.controllers,
  ],
  providers: [
    People,
    Me,
    Units,
    Places,
    Terms,
    Calendar,
    Imports,
    ImportRunner,
    ImportHandlers,
    ...loginFeature.providers,
  ],
})
class DirectoryModule {}

export const directory: Service = {
  name: 'directory',
  module: DirectoryModule,
  entities: [Person, Membership, Residence, Unit, Place, Term, CalendarDay, Import, ...loginFeature.entities],
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
  ],
  seed,
  mount: mountIssuer,
};

import { service } from '#service';
import { leave } from './leave/leave.feature.js';
import { Leave1763750200000 } from './migrations/1763750200000-leave.js';
import { RetractedPasses1763750210000 } from './migrations/1763750210000-retracted-passes.js';
import { UpdatedSince1763750220000 } from './migrations/1763750220000-updated-since.js';
import { SubmittedByApp1763750230000 } from './migrations/1763750230000-submitted-by-app.js';
import { Files1763750245000 } from './migrations/1763750245000-files.js';

export const affairs = service('affairs', {
  features: [leave],
  migrations: [
    Leave1763750200000,
    RetractedPasses1763750210000,
    UpdatedSince1763750220000,
    SubmittedByApp1763750230000,
    Files1763750245000,
  ],
  jobs: 'affairs:leave:decide',
});

import { service } from '#service';
import { absences } from './absences/absences.feature.js';
import { certificates } from './certificates/certificates.feature.js';
import { leave } from './leave/leave.feature.js';
import { Leave1763750200000 } from './migrations/1763750200000-leave.js';
import { RetractedPasses1763750210000 } from './migrations/1763750210000-retracted-passes.js';
import { UpdatedSince1763750220000 } from './migrations/1763750220000-updated-since.js';
import { SubmittedByApp1763750230000 } from './migrations/1763750230000-submitted-by-app.js';
import { Files1763750245000 } from './migrations/1763750245000-files.js';
import { LeaveOnWorkflow1763750700000 } from './migrations/1763750700000-leave-on-workflow.js';
import { DeadlinesAndAbsences1763770000000 } from './migrations/1763770000000-deadlines-and-absences.js';
import { SealedTexts1764400100000 } from './migrations/1764400100000-sealed-texts.js';
import { ProofPending1764700000000 } from './migrations/1764700000000-proof-pending.js';
import { Certificates1764803000000 } from './migrations/1764803000000-certificates.js';
import { tasks } from './tasks/tasks.feature.js';

export const affairs = service('affairs', {
  features: [leave, tasks, absences, certificates],
  migrations: [
    Leave1763750200000,
    RetractedPasses1763750210000,
    UpdatedSince1763750220000,
    SubmittedByApp1763750230000,
    Files1763750245000,
    LeaveOnWorkflow1763750700000,
    DeadlinesAndAbsences1763770000000,
    SealedTexts1764400100000,
    ProofPending1764700000000,
    Certificates1764803000000,
  ],
  jobs: ['affairs:leave:decide', 'affairs:certificate:issue'],
});

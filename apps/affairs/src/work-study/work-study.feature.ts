import { feature } from '#service';
import { Payroll, PayrollLine } from './payroll.entity.js';
import { PayrollsController } from './payrolls.controller.js';
import { Payrolls } from './payrolls.service.js';
import { PostApplications } from './post-applications.service.js';
import { Post, PostApplication } from './post.entity.js';
import { Posts } from './posts.service.js';
import { Shift } from './shift.entity.js';
import { Shifts } from './shifts.service.js';
import { WorkStudyApplicationsController } from './work-study-applications.controller.js';
import { WorkStudyPostsController } from './work-study-posts.controller.js';
import { WorkStudyShiftsController } from './work-study-shifts.controller.js';

export const workStudy = feature({
  controllers: [
    WorkStudyPostsController,
    WorkStudyApplicationsController,
    WorkStudyShiftsController,
    PayrollsController,
  ],
  providers: [Posts, PostApplications, Shifts, Payrolls],
  entities: [Post, PostApplication, Shift, Payroll, PayrollLine],
});

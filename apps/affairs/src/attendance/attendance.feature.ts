import { feature } from '#service';
import { AttendanceController } from './attendance.controller.js';
import { Attendance } from './attendance.entity.js';
import { AttendanceHandlers } from './attendance.handlers.js';
import { Attendances } from './attendance.service.js';
import { UntoldAbsences } from './untold-absences.service.js';

export const attendance = feature({
  controllers: [AttendanceController],
  providers: [Attendances, UntoldAbsences, AttendanceHandlers],
  entities: [Attendance],
});

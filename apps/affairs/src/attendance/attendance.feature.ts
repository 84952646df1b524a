import { feature } from '#service';
import { AttendanceController } from './attendance.controller.js';
import { Attendance } from './attendance.entity.js';
import { Attendances } from './attendance.service.js';

export const attendance = feature({
  controllers: [AttendanceController],
  providers: [Attendances],
  entities: [Attendance],
});

import { feature } from '#service';
import { Appointment } from './appointment.entity.js';
import { AppointmentsController } from './appointments.controller.js';
import { Appointments } from './appointments.service.js';

export const appointments = feature({
  controllers: [AppointmentsController],
  providers: [Appointments],
  entities: [Appointment],
});

import { feature } from '#service';
import { StaffController } from './staff.controller.js';
import { Staff } from './staff.service.js';

export const staff = feature({ controllers: [StaffController], providers: [Staff] });

import { feature } from '#service';
import { Absence } from './absence.entity.js';
import { AbsencesController } from './absences.controller.js';
import { Absences } from './absences.service.js';

export const absences = feature({ controllers: [AbsencesController], providers: [Absences], entities: [Absence] });

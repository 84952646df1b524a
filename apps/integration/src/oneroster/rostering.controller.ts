import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Collections } from './collections.service.js';
import { ROSTERING } from './objects.js';
import { addReads } from './reads.js';
import { ROUTES } from './routes.js';

/** OneRoster 1.2 rostering; its methods are made from the table of routes. */
@ApiTags('oneroster')
@Controller(ROSTERING.slice(1))
export class RosteringController {
  constructor(readonly collections: Collections) {}
}

addReads(RosteringController, ROUTES);

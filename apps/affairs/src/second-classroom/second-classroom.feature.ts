import { feature } from '#service';
import { Claim } from './claim.entity.js';
import { Claims } from './claims.service.js';
import { SecondClassroomController } from './second-classroom.controller.js';
import { Transcripts } from './transcripts.service.js';

export const secondClassroom = feature({
  controllers: [SecondClassroomController],
  providers: [Claims, Transcripts],
  entities: [Claim],
});

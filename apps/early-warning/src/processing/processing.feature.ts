import { feature } from '#service';
import { ProcessingChoices } from './choices.service.js';
import { Objections } from './objections.service.js';
import { ObjectionsController, OwnProcessingController } from './processing.controller.js';
import { Processing } from './processing.service.js';
import { ProcessingChoice } from './processing-choice.entity.js';

export const processing = feature({
  controllers: [OwnProcessingController, ObjectionsController],
  providers: [Processing, ProcessingChoices, Objections],
  entities: [ProcessingChoice],
});

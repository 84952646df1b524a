import { feature } from '#service';
import { ExplanationsController } from './explanations.controller.js';
import { Explanations } from './explanations.service.js';

export const explanations = feature({
  controllers: [ExplanationsController],
  providers: [Explanations],
});

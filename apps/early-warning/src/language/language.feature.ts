import { feature } from '#service';
import { LanguageController } from './language.controller.js';
import { Language } from './language.service.js';

export const language = feature({
  controllers: [LanguageController],
  providers: [Language],
});

import 'reflect-metadata';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { feature, service } from './feature.js';

class NotesController {}
class Notes {}
class Note {}
class LettersController {}

const notes = feature({ controllers: [NotesController], providers: [Notes], entities: [Note] });
const letters = feature({ controllers: [LettersController] });

describe('a service of features', () => {
  it('is one Nest module of what they list, in their order', () => {
    const { name, module, entities, migrations, jobs } = service('early-warning', {
      features: [notes, letters],
      migrations: [],
      jobs: 'early-warning:run:write',
    });
    expect({ name, entities, migrations, jobs }).toEqual({
      name: 'early-warning',
      entities: [Note],
      migrations: [],
      jobs: 'early-warning:run:write',
    });
    expect(module.name).toBe('EarlyWarningModule');
    expect(Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, module)).toEqual([NotesController, LettersController]);
    expect(Reflect.getMetadata(MODULE_METADATA.PROVIDERS, module)).toEqual([Notes]);
  });

  it('has a module of its own, so that its handlers are told apart', () => {
    const [one, other] = (['safety', 'affairs'] as const).map((name) => service(name, { features: [], migrations: [] }));
    expect(one!.module).not.toBe(other!.module);
  });
});

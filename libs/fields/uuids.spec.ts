import { plainToInstance } from 'class-transformer';
import { fieldErrors, ListOf, Uuid } from '#fields';

class Form {
  @Uuid({ zh: '人员', en: 'Person', nullable: true })
  personId: string | null;

  @ListOf('uuid', { zh: '学生', en: 'Students', unique: true })
  studentIds: string[];
}

const ID = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';

describe('UUIDs', () => {
  const read = (value: object): Form => plainToInstance(Form, value);

  it('come in small letters, however they are written', () => {
    const form = read({ personId: ID.toUpperCase(), studentIds: [ID.toUpperCase()] });
    expect(form).toEqual({ personId: ID, studentIds: [ID] });
    expect(fieldErrors(form, 'body')).toEqual([]);
  });

  it('stand once in a list of each once', () => {
    const errors = fieldErrors(read({ personId: null, studentIds: [ID, ID.toUpperCase()] }), 'body');
    expect(errors).toMatchObject([{ pointer: '#/studentIds', en: 'must not repeat items' }]);
  });

  it('are checked as before where they are none', () => {
    const errors = fieldErrors(read({ personId: 7, studentIds: ['X', null] }), 'body');
    expect(errors.map(({ pointer }) => pointer)).toEqual(['#/personId', '#/studentIds/0']);
  });
});

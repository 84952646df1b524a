import { Event } from './event.js';

describe('an event', () => {
  it('of which apps are told has integration as a consumer already', () => {
    const told = { permission: 'directory:unit:read', zh: '测试', en: 'Test' } as const;
    const declared = Event({ name: 'directory.test-told.v1', consumers: ['integration'], tells: told });
    expect(() => declared(class {})).toThrow('directory.test-told.v1 names a consumer twice');
  });
});

import { service } from '#service';

export const homeService = service('home-service', {
  features: [],
  migrations: [],
});

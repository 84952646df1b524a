import { Module, type Type } from '@nestjs/common';
import type { ServiceName } from '#contracts';
import { fileCleanupOf, purposesOf } from '#files';
import { filesControllerOf } from './files.controller.js';

/** What a service has because its features take files: the routes of the files, and what deletes them. */
export interface FileModule {
  name: ServiceName;
  module: Type;
}

export function fileModulesOf(services: readonly { name: ServiceName }[]): FileModule[] {
  return services.flatMap(({ name }) => {
    const purposes = purposesOf(name);
    if (purposes.length === 0) return [];
    class ServiceFilesModule {}
    Module({ controllers: [filesControllerOf(name, purposes)], providers: [fileCleanupOf(name)] })(ServiceFilesModule);
    return [{ name, module: ServiceFilesModule }];
  });
}

import { start } from '#service';
import { homeService } from './home-service.module.js';

await start(homeService);

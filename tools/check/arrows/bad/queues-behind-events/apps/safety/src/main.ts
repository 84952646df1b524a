export { Queue as thing } from 'bullmq';

import { commentsOfCases } from '#workflow';

/** What was said with decisions and other steps of cases. */
export const WorkflowComment = commentsOfCases('affairs');

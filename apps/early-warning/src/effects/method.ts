import type { Bilingual } from '#contracts';
import { CALIPER } from './model/matched-effect.js';

/** How a difference is found, in the words of every answer. */
export const METHOD: Bilingual = {
  zh: `每名受帮扶的学生，与同一天、前一日最相似而未受此帮扶的一名学生配对（各特征与变化前的结果标准化，均方根相距不超过 ${CALIPER} 个标准差；Rubin 1973），比较两人此后的变化，余下的不相似以回归扣除（Rubin 1979；Abadie、Imbens 2011），区间按 HC3 稳健标准误。它说明与相似学生的差别，不说明原因：没有记录的不同仍可能在内。`,
  en: `Each student with the intervention is paired with the most similar student of the same day who had none, as of the day before (features and the outcome before, standardised, at most ${CALIPER} standard deviations apart, root mean square; Rubin 1973); their changes are compared, what they still differ in is taken out by regression (Rubin 1979; Abadie and Imbens 2011), and the interval rests on HC3 standard errors. It says how they differ from similar students, not why: what was not recorded may still differ.`,
};

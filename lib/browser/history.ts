/** What the bridge knows of a case, for whoever has it open. */
import type { CaseHistory } from '../../components/history.tsx';
import type { Case } from '../model.ts';
import { askHistory, hasBridge } from './bridge.ts';
import { tellLaunches, untoldOf } from './launches.ts';

/** @returns never the bridge's address, nor its words about a token: a desk's page may be the one who shows it */
export async function historyOf(record: Case): Promise<CaseHistory> {
  // Of a number alone nobody knows which record it is.
  if (!record.id || !(await hasBridge())) return { off: true };
  // First what happened here, else the answer would not know of it.
  if (await untoldOf(record)) await tellLaunches();
  const answer = await askHistory(record);
  const untold = await untoldOf(record);
  return 'value' in answer ? { ...answer.value, untold } : { trouble: answer.trouble.code, untold };
}

/** A view of the options beside settings that change as the page changes them. */
import type { ComponentType } from 'react';
import { render } from '@testing-library/react';
import { placedWords } from '../../components/options/problems.ts';
import type { Desktop, Host, Loaded, Note } from '../../components/options/state.ts';
import { Text } from '../../components/text.ts';
import { firstProblem } from '../../lib/import.ts';
import type { Settings } from '../../lib/schema.ts';
import { parseSettings } from '../../lib/settings.ts';
import { say } from '../states/say.ts';

type World = {
  /** What the view asks of the browser. */
  host: Partial<Host>;
  /** What is set at this moment. */
  now: () => { settings: Settings; granted: string[]; locked: string[] };
  set: (settings: Settings) => void;
  note: (note: Note | null) => void;
};

/** Draws a view, and again after each change of the settings. */
export function drawView(View: ComponentType<{ desktop: Desktop }>, { host, now, set, note }: World): void {
  const desktop = (): Desktop => {
    const { settings, granted, locked } = now();
    return {
      host: host as Host,
      loaded: { settings, locked, granted: (origin: string) => granted.includes(origin) } as unknown as Loaded,
      change(words, next) {
        const problem = firstProblem({ ...now().settings, ...next });
        if (problem) return placedWords(problem, say);
        set(parseSettings({ ...now().settings, ...next }).settings);
        note({ words });
        view.rerender(page());
        return null;
      },
      undo() {},
      redo() {},
      async act(job) {
        note(await job());
      },
    };
  };
  const page = () => (
    <Text.Provider value={say}>
      <View desktop={desktop()} />
    </Text.Provider>
  );
  const view = render(page());
}

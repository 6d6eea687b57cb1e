/** How a call ended, asked of whoever launched it when they come back to the case: two taps, or none. */
import { useEffect, useState } from 'react';
import { own, Said } from './bar.tsx';
import { Icon } from './icons.tsx';
import type { Click } from './pops.tsx';
import { useSay } from './text.ts';

/** The launch that is asked about. `to`: who gets the answer. */
export type WrapUpAsk = { launchId: string; name: string; to: 'bridge' | 'here' };
/** `trip`: somebody did not have to travel. */
export type WrapUpSaid = { launchId: string; outcome: 'solved' | 'visit' | 'no-answer' | 'skip'; trip: boolean };

export type WrapUpActions = {
  /** Null: nothing to ask. */
  wrapUp: () => Promise<WrapUpAsk | null>;
  /** @param event a click that a person made: a page's script says nothing for them */
  onWrapUp: (event: Click, said: WrapUpSaid) => void;
};

type Props = WrapUpActions & {
  /** Right after the click the call has only begun. */
  launched: boolean;
};

/** Asked for when it is opened and when the tab is come back to; nothing where there is nothing to ask. */
export function WrapUp({ launched, wrapUp, onWrapUp }: Props) {
  const say = useSay();
  const [about, setAbout] = useState<WrapUpAsk | null>(null);
  const [step, setStep] = useState<'ask' | 'trip' | 'done'>('ask');
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let still = true;
    const look = async (): Promise<void> => {
      const found = await wrapUp();
      // "Noted" stays until there is another call to ask about.
      if (!still || found?.launchId === about?.launchId || (!found && step === 'done')) return;
      setAbout(found);
      setStep('ask');
    };
    void look();
    return () => {
      still = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps, react/exhaustive-effect-dependencies -- asked when it is opened and come back to, and for nothing else
  }, [asked, launched]);
  useEffect(() => {
    const over = new AbortController();
    const look = () => document.visibilityState === 'visible' && setAsked((n) => n + 1);
    document.addEventListener('visibilitychange', look, { signal: over.signal });
    return () => over.abort();
  }, []);
  if (!about || launched) return null;
  const { launchId, name, to } = about;
  const end = (event: Click, outcome: WrapUpSaid['outcome'], trip = false): void => {
    onWrapUp(event, { launchId, outcome, trip });
    if (outcome === 'skip') setAbout(null);
    else setStep('done');
  };
  return (
    <div className="p-part" role="status">
      {step === 'done' ? (
        <p className="st">
          <Icon name="check" />
          <span>{say('wrap_done')}</span>
        </p>
      ) : (
        <>
          <p>
            <b>
              {step === 'trip' ? (
                say('wrap_trip')
              ) : (
                <Said>{name ? say('wrap_how', own(name)) : say('wrap_how_call')}</Said>
              )}
            </b>
          </p>
          <div className="acts">
            {step === 'ask' ? (
              <>
                <button type="button" className="btn" onClick={() => setStep('trip')}>
                  {say('wrap_solved')}
                </button>
                <button type="button" className="btn" onClick={(event) => end(event, 'visit')}>
                  {say('wrap_visit')}
                </button>
                <button type="button" className="btn" onClick={(event) => end(event, 'no-answer')}>
                  {say('wrap_no_answer')}
                </button>
                <button type="button" className="btn quiet" onClick={(event) => end(event, 'skip')}>
                  {say('wrap_skip')}
                </button>
              </>
            ) : (
              <>
                <button type="button" className="btn" onClick={(event) => end(event, 'solved', true)}>
                  {say('wrap_trip_yes')}
                </button>
                <button type="button" className="btn" onClick={(event) => end(event, 'solved')}>
                  {say('wrap_trip_no')}
                </button>
              </>
            )}
          </div>
          <p className="meta">{say(`wrap_to_${to}`)}</p>
        </>
      )}
    </div>
  );
}

/** A pop before it is sent: what it would send, a dry run, a call by the same click, and what became of those before. */
import type { Offer } from '../lib/model.ts';
import type { PopLine } from '../lib/plan.ts';
import { firstOf, Launch, own, Said } from './bar.tsx';
import { Icon } from './icons.tsx';
import type { Shared } from './pops.tsx';
import { useSay } from './text.ts';
import { timeOf } from './when.ts';

type PreviewProps = Pick<Shared, 'view' | 'act' | 'onLaunch'> & {
  offer: Offer;
  line: PopLine;
  /** Nothing is being sent, and nothing has to be waited for. */
  idle: boolean;
};

/** All that would be sent, and what is missing of it. */
export function Preview({ view, offer, line, idle, act, onLaunch }: PreviewProps) {
  const say = useSay();
  const { plan, history } = line;
  const rows: [name: string, value: string | null][] = [
    [say('pop_user'), plan.username || null],
    [say('pop_campaign'), plan.campaign],
    [say('pop_reference'), plan.reference],
    ...plan.data.map(({ name, value }): [string, string | null] => [name, value]),
  ];
  const call = firstOf(view);
  // A call that something speaks against has its own row, which says so.
  const both = call?.group === 'contact' && !call.warn && call.stand?.open !== false && plan.to === 'me';
  return (
    <div className="plan">
      <dl className="data">
        {rows.map(([name, value], n) => (
          // oxlint-disable-next-line react/no-array-index-key -- a workflow's field may be called "User", too
          <div key={n}>
            <dt>
              <bdi>{name}</bdi>
            </dt>
            <dd>
              {value === null ? (
                <span className="st warn">
                  <Icon name="warn" />
                  <span>{say('pop_empty')}</span>
                </span>
              ) : (
                <bdi>{value}</bdi>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {plan.faults.length === 0 && idle && (
        <div className="acts">
          {both && (
            <Launch
              offer={call}
              main={false}
              onLaunch={(event, called) => {
                onLaunch(event, called);
                // The page moved on, or the call was refused: then nothing is popped either.
                if (!('defaultPrevented' in event && event.defaultPrevented))
                  void act(event, offer.id, 'send', true, called);
              }}
            >
              <span className="cut">
                <Said>{say('pop_call', own(call.name))}</Said>
              </span>
            </Launch>
          )}
          <button type="button" className="btn quiet" onClick={(event) => void act(event, offer.id, 'dry')}>
            {say('pop_dry')}
          </button>
        </div>
      )}
      {history.length > 0 && (
        <>
          <h4>{say('pop_before')}</h4>
          <ol className="before">
            {history.map(({ when, state }) => (
              <li key={`${when} ${state}`}>
                <time dateTime={new Date(when).toISOString()}>{timeOf(when, say)}</time> {say(`pop_was_${state}`)}
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

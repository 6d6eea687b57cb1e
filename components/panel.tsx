import type { ReactNode } from 'react';
import type { Offer, View } from '../lib/model.ts';
import { type BarProps, firstOf, Launch, ltr, Num, own, QrButton, Said, verb } from './bar.tsx';
import { drawn } from './drawn.ts';
import { Icon, Mark } from './icons.tsx';
import { type Say, useSay } from './text.ts';
import { whenWords } from './when.ts';

export type PanelProps = {
  view: View;
  onLaunch: BarProps['onLaunch'];
  onQr: (offer: Offer) => void;
  onCopy: (offer: Offer) => void;
  /** The target whose link has just been copied. */
  copied: string | null;
  onReadAgain: () => void;
  onCopyForAdmin: () => void;
  /** The person says which record is right, where address and page disagree. */
  onChoose: (pick: 'address' | 'page') => void;
  /** What can be popped for this case; absent where nothing can be. */
  pops?: ReactNode;
  /** What became of this case's calls; absent where nobody can know. */
  history?: ReactNode;
  /** Null where the panel is all there is. */
  onCollapse: (() => void) | null;
};

/** The whole panel: all contacts and catalogs for this case, or why there are none. */
export function Panel(props: PanelProps) {
  const say = useSay();
  const { view, onCollapse } = props;
  const contacts = view.offers.filter((offer) => offer.group === 'contact');
  const catalogs = view.offers.filter((offer) => offer.group === 'catalog');
  const main = firstOf(view)?.id;
  return (
    <section className="panel" aria-label={say('region', view.number)}>
      <div className="p-head">
        <Mark />
        {view.state === 'reading' ? (
          <span className="cut grow">{say('reading')}</span>
        ) : view.state === 'doubt' ? (
          <span className="cut">
            <b>{say('which_case')}</b>
          </span>
        ) : (
          <span className="cut">
            <b>
              <Num>{view.number}</Num>
            </b>{' '}
            <bdi>{view.title}</bdi>
          </span>
        )}
        {onCollapse && (
          <button type="button" className="btn quiet bare" aria-label={say('collapse')} onClick={onCollapse}>
            <Icon name="up" />
          </button>
        )}
      </div>
      {view.moved && (
        <p className="p-part band warn st" role="alert">
          <Icon name="warn" />
          <span>
            <Said>{say('moved', ...view.moved.map(ltr))}</Said>
          </span>
        </p>
      )}
      {view.state === 'reading' && <Reading />}
      {view.state === 'ready' && view.launched && <Launched {...props} />}
      {view.state === 'ready' && view.unnumbered && (
        <p className="p-part band st">
          <Icon name="info" />
          <span>{say('unnumbered')}</span>
        </p>
      )}
      {view.state === 'ready' && view.closed && (
        <div className="p-part">
          <Closed view={view} />
        </div>
      )}
      {view.state === 'ready' && contacts.length > 0 && (
        <Part title={say('part_call')} offers={contacts} main={main} {...props} />
      )}
      {view.state === 'ready' && catalogs.length > 0 && (
        <Part title={say('part_catalogs')} offers={catalogs} main={main} {...props} />
      )}
      {view.state === 'ready' && <Recording {...props} />}
      {view.state === 'ready' && props.pops}
      {view.state === 'doubt' && <Doubt {...props} />}
      {view.state === 'uncovered' && <Uncovered {...props} />}
      {(view.state === 'ready' || view.state === 'uncovered') && props.history}
    </section>
  );
}

/** Grey bars of the size of what comes. */
function Reading() {
  return (
    <div className="p-part" aria-busy="true">
      {[104, 148].map((width) => (
        <span key={width} className="ske" style={{ inlineSize: `${width}px` }} />
      ))}
    </div>
  );
}

function Part({
  title,
  offers,
  main,
  onLaunch,
  onQr,
}: PanelProps & { title: string; offers: Offer[]; main: string | undefined }) {
  const say = useSay();
  return (
    <div className="p-part">
      <h3>{title}</h3>
      {offers.map((offer) => (
        <div className="row" key={offer.id}>
          <div className="who">
            <b className="cut">
              <bdi>{offer.name}</bdi>
            </b>
            <p className="meta">
              <Note offer={offer} />
            </p>
          </div>
          {offer.href && (
            <div className="do">
              <QrButton say={say} offer={offer} onQr={onQr} />
              <Launch offer={offer} main={offer.id === main} label={labelOf(offer, say)} onLaunch={onLaunch}>
                {say(isClosed(offer) ? 'call_anyway' : offer.group === 'contact' ? 'call' : 'open')}
              </Launch>
            </div>
          )}
          {isClosed(offer) && <Shut offer={offer} />}
          {offer.warn && <Warning offer={offer} />}
        </div>
      ))}
    </div>
  );
}

const isClosed = ({ stand }: Offer): boolean => stand?.open === false;

/** What the button is called for those who don't see the row it stands in; it begins with what they do see. */
const labelOf = (offer: Offer, say: Say): string =>
  isClosed(offer) ? say('call_anyway_name', offer.name) : say(verb(offer), offer.name);

const licenceWord = (licence: string, say: Say): string => say(`licence_${licence.replace('-', '_')}`);

/** Who would have been offered, and why they are not. */
function Closed({ view }: { view: View }) {
  const say = useSay();
  return view.closed?.map(({ name, ...stand }) => (
    <p className="st when" key={name}>
      <Icon d={drawn.clock} />
      <span>
        <Said>{say('closed_until', own(name), own(whenWords(stand, say)))}</Said>
      </span>
    </p>
  ));
}

/** Nobody stands in, so it may be tried all the same. */
function Shut({ offer: { stand } }: { offer: Offer }) {
  const say = useSay();
  if (!stand) return null;
  return (
    <p className="st why">
      <Icon d={drawn.clock} />
      <span>
        <Said>{say('closed_opens', own(whenWords(stand, say)))}</Said>
      </span>
    </p>
  );
}

/** What WorkLink is said to do with this call, how that is known, and what to do. It is no reason not to try. */
function Warning({ offer: { warn, licence } }: { offer: Offer }) {
  const say = useSay();
  if (!warn || !licence) return null;
  const fact = say(`warn_${warn.evidence}`, licenceWord(warn.me, say), licenceWord(licence, say));
  return (
    <p className="st warn why">
      <Icon name="warn" />
      <span>
        {fact} {warn.why ?? say('warn_what')}
      </span>
    </p>
  );
}

/** Only what an expert calls is recorded: the link that an expert opens in place of the person's own. */
function Recording({ view, onQr, onCopy, copied }: PanelProps) {
  const say = useSay();
  const experts = view.offers.filter(({ group, licence }) => group === 'contact' && licence === 'expert');
  const expert = experts.find((offer) => !isClosed(offer)) ?? experts[0];
  if (view.mine === undefined || !expert) return null;
  const mine = view.mine && mineOf(view.mine, say);
  return (
    <div className="p-part">
      <div>
        <p>
          <b>{say('recording')}</b>
        </p>
        <p className="meta">
          <Said>
            {`${say('recording_why')} ${say(mine?.href ? 'recording_link' : 'recording_ask', own(expert.name), ltr(view.number))}`}
          </Said>
        </p>
      </div>
      {mine?.href && (
        <div className="acts">
          <CopyButton
            offer={mine}
            copied={copied === mine.id}
            onCopy={onCopy}
            label={say('recording_copy', expert.name)}
          />
          <QrButton say={say} offer={mine} onQr={onQr} />
        </div>
      )}
    </div>
  );
}

/** The person's own link, called what it does for an expert. */
export const mineOf = (mine: Offer, say: Say): Offer => ({ ...mine, name: say('mine') });

/** What there is to know of a target, or why it has no link. */
function Note({ offer }: { offer: Offer }) {
  const say = useSay();
  if (offer.refused)
    return (
      <span className="st warn">
        <Icon name="warn" />
        <span>{say(offer.refused)}</span>
      </span>
    );
  const { stand } = offer;
  const known = [
    offer.instead && say('instead_of', own(offer.instead)),
    offer.licence && licenceWord(offer.licence, say),
    offer.detail && own(offer.detail),
    stand?.open && say('until', own(whenWords(stand, say))),
  ].filter(Boolean);
  return <Said>{known.join(' · ') || say(offer.group === 'contact' ? 'contact' : 'catalog')}</Said>;
}

/** A page cannot know whether the app opened, so the way on is offered at once. */
function Launched({ view, onQr, onCopy, copied }: PanelProps) {
  const say = useSay();
  const offer = view.offers.find(({ id }) => id === view.launched);
  if (!offer) return null;
  return (
    <div className="p-part">
      <p className="st" role="status">
        <Icon name="check" />
        <span>
          <Said>{say('opening', ltr(view.number))}</Said>
        </span>
      </p>
      <p className="meta">{say('nothing_opened_how')}</p>
      <div className="acts">
        <button type="button" className="btn" onClick={() => onQr(offer)}>
          <Icon name="qr" />
          {say('show_code')}
        </button>
        <CopyButton offer={offer} copied={copied === offer.id} onCopy={onCopy} />
      </div>
    </div>
  );
}

export function CopyButton({
  offer,
  copied,
  onCopy,
  label,
}: {
  offer: Offer;
  copied: boolean;
  onCopy: (offer: Offer) => void;
  /** What it is called before it was pressed. */
  label?: string;
}) {
  const say = useSay();
  return (
    <button type="button" className="btn quiet" onClick={() => onCopy(offer)}>
      {copied ? <Icon name="check" /> : <Icon d={drawn.copy} />}
      <span className={label && 'cut'} aria-live="polite">
        {copied ? say('copied') : (label ?? say('copy_link'))}
      </span>
    </button>
  );
}

/** The case is in doubt: no call button, a sentence in its place. */
function Doubt({ view, onChoose, onReadAgain, onCopyForAdmin }: PanelProps) {
  const say = useSay();
  return (
    <>
      <div className="p-part band warn" role="alert">
        <div className="say">
          <Icon name="warn" />
          <b>{say('doubt')}</b>
          <p>
            <Said>{say('doubt_why', ltr(view.number), ltr(view.shown ?? ''))}</Said>
          </p>
        </div>
      </div>
      <div className="p-part">
        <p className="meta">{say('doubt_choose')}</p>
        <div className="acts">
          <button type="button" className="btn" onClick={() => onChoose('address')}>
            <span className="cut">
              <Said>{say('it_is', ltr(view.number))}</Said>
            </span>
          </button>
          {view.choice && (
            <button type="button" className="btn" onClick={() => onChoose('page')}>
              <span className="cut">
                <Said>{say('it_is', ltr(view.shown ?? ''))}</Said>
              </span>
            </button>
          )}
        </div>
        <div className="acts">
          <button type="button" className="btn quiet" onClick={onReadAgain}>
            <Icon d={drawn.again} />
            {say('read_again')}
          </button>
          <button type="button" className="btn quiet" onClick={onCopyForAdmin}>
            <Icon d={drawn.copy} />
            {say('copy_for_admin')}
          </button>
        </div>
      </div>
    </>
  );
}

function Uncovered({ view, onReadAgain, onCopyForAdmin }: PanelProps) {
  const say = useSay();
  const queue = view.queue ? say('queue_is', own(view.queue)) : say('queue_none');
  const asset = view.asset ? say('asset_is', own(view.asset)) : say('asset_none');
  return (
    <div className="p-part">
      <div>
        <p>
          <b>{say('uncovered')}</b>
        </p>
        <p className="meta">
          <Said>{say('uncovered_why', queue, asset)}</Said>
        </p>
      </div>
      <div className="acts">
        <button type="button" className="btn" onClick={onReadAgain}>
          <Icon d={drawn.again} />
          {say('read_again')}
        </button>
        <button type="button" className="btn quiet" onClick={onCopyForAdmin}>
          <Icon d={drawn.copy} />
          {say('copy_for_admin')}
        </button>
      </div>
    </div>
  );
}

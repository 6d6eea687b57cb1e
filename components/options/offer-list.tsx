/** Contacts and catalogs in an order: what a rule offers, or who stands in for somebody. */
import { Icon } from '../icons.tsx';
import { useSay } from '../text.ts';
import { Choice } from './parts.tsx';
import { moved } from './words.ts';

type ListProps = {
  /** What can be taken. */
  all: readonly { id: string; name: string }[];
  list: string[];
  set: (list: string[]) => void;
  /** What the choice of another one is called. */
  add: string;
  /** What is said where there is nothing to take. */
  none: string;
};

/** @param list ids; one that is not among `all` any more is shown by its id */
export function OfferList({ all, list, set, add, none }: ListProps) {
  const say = useSay();
  const name = (id: string) => all.find((t) => t.id === id)?.name ?? id;
  const left = all.filter((t) => !list.includes(t.id));
  return (
    <>
      {list.length > 0 && (
        <ol className="offers">
          {list.map((id, n) => (
            <li key={id}>
              <span className="meta num">{n + 1}</span>
              <span>{name(id)}</span>
              {n > 0 ? (
                <button
                  type="button"
                  className="btn quiet bare"
                  aria-label={say('o_offer_up', name(id))}
                  onClick={() => set(moved(list, n, n - 1))}
                >
                  <Icon name="up" />
                </button>
              ) : (
                <span className="btn-room" />
              )}
              <button
                type="button"
                className="btn quiet"
                aria-label={say('o_remove_name', name(id))}
                onClick={() => set(list.filter((other) => other !== id))}
              >
                {say('o_remove')}
              </button>
            </li>
          ))}
        </ol>
      )}
      {left.length > 0 ? (
        <Choice
          label={add}
          value=""
          set={(id) => id && set([...list, id])}
          options={[{ id: '', name: say('o_offer_choose') }, ...left.map((t) => ({ id: t.id, name: t.name }))]}
        />
      ) : (
        !all.length && <p className="meta">{none}</p>
      )}
    </>
  );
}

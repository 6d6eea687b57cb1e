/** The field that a grid's cell becomes while it is typed into. */
import { useCallback } from 'react';

/** What is being typed, and why it was refused. */
export type Draft = { text: string; why: string | null };

type FieldProps = {
  id: string;
  label: string;
  draft: Draft;
  change: (text: string) => void;
  leave: () => void;
  suggestions: string[];
};

export function Field({ id, label, draft, change, leave, suggestions }: FieldProps) {
  const ready = useCallback((input: HTMLInputElement | null) => {
    input?.focus({ preventScroll: true });
    input?.setSelectionRange(input.value.length, input.value.length);
  }, []);
  return (
    <>
      <input
        ref={ready}
        className="input"
        aria-label={label}
        aria-invalid={draft.why ? true : undefined}
        aria-describedby={draft.why ? `${id}-why` : undefined}
        value={draft.text}
        autoComplete="off"
        spellCheck={false}
        list={`${id}-list`}
        onChange={(event) => change(event.currentTarget.value)}
        onBlur={leave}
      />
      <datalist id={`${id}-list`}>
        {suggestions.map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
    </>
  );
}

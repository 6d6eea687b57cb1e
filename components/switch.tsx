import type { InputHTMLAttributes } from 'react';

type SwitchProps = { on: boolean; set: (on: boolean) => void } & Pick<
  InputHTMLAttributes<HTMLInputElement>,
  'id' | 'disabled' | 'aria-label' | 'aria-describedby'
>;

/** On or off, at once. */
export const Switch = ({ on, set, ...rest }: SwitchProps) => (
  <input
    className="switch"
    type="checkbox"
    role="switch"
    aria-checked={on}
    checked={on}
    onChange={(event) => set(event.currentTarget.checked)}
    {...rest}
  />
);

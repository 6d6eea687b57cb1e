/** Icons of the options page alone; the others stand in components/icons.tsx, which pages pay for by the byte. */
const paths = {
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3',
  in: 'M8 2.5v7.5M5 7.2l3 3 3-3M2.5 13.5h11',
  out: 'M8 10.5V2.5M5 5.3l3-3 3 3M2.5 13.5h11',
  plus: 'M8 3v10M3 8h10',
  find: 'M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4zM10.2 10.2l3.3 3.3',
  right: 'm6 4 4 4-4 4',
  undo: 'M5.5 3 2.5 6l3 3M2.5 6h7a3.5 3.5 0 0 1 0 7H6',
  redo: 'm10.5 3 3 3-3 3M13.5 6h-7a3.5 3.5 0 0 0 0 7H10',
} as const;

/** A 16 px line icon; always beside words, or inside a control that has an accessible name. */
export function Sign({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="i" data-sign={name} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

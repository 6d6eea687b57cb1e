const paths = {
  bell: 'M3 11a5 5 0 0 1 10 0zM2 13.5h12M8 6V3.5M6.5 3.5h3',
  phone:
    'M5.2 2.5 6.6 5.6 5.2 7a7.5 7.5 0 0 0 3.8 3.8l1.4-1.4 3.1 1.4v2a1 1 0 0 1-1.1 1A10.6 10.6 0 0 1 2.2 3.6a1 1 0 0 1 1-1.1z',
  qr: 'M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h1.5v1.5M13.5 9.5v1M9.5 13.5h1M13.5 12.5v1h-1',
  down: 'm4 6 4 4 4-4',
  up: 'm4 10 4-4 4 4',
  check: 'm3 8.5 3.2 3.2L13 4.5',
  grip: 'M6 4v.1M10 4v.1M6 8v.1M10 8v.1M6 12v.1M10 12v.1',
  book: 'M8 4v9.5M2.5 3H6l2 1 2-1h3.5v9.5H10l-2 1-2-1H2.5z',
  warn: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.2M8 11.7v.1',
  info: 'M8 2.3a5.7 5.7 0 1 1 0 11.4A5.7 5.7 0 0 1 8 2.3zM8 7.5V11M8 5.1v.1',
} as const;

/**
 * A 16 px line icon; always beside words, or inside a control that has an accessible name. Surfaces that no page pays
 * for draw icons of their own by `d`.
 */
export function Icon({ name, d }: { name: keyof typeof paths; d?: undefined } | { name?: undefined; d: string }) {
  return (
    <svg className="i" viewBox="0 0 16 16" aria-hidden="true">
      <path d={name ? paths[name] : d} fill={name === 'bell' ? 'currentColor' : undefined} />
    </svg>
  );
}

/** The mark: a counter bell, always the first thing on a surface. */
export function Mark() {
  return (
    <span className="mark">
      <Icon name="bell" />
    </span>
  );
}

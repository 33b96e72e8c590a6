/** Small drawings beside words, or in buttons whose name says the same. */
export function Icon({ name }: { name: keyof typeof SHAPES }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}

const SHAPES = {
  picture: 'M3 4.500h14v11H3zM3 13l4-4 3.500 3.500 2.500-2 4 3.500M13.200 7.700v.1',
  place: 'M10 17.500s5.500-5 5.500-9.200a5.500 5.500 0 0 0-11 0c0 4.200 5.500 9.200 5.500 9.200zM10 8.400v.1',
  edit: 'M4 16l.8-3.400L13.600 3.800l2.600 2.600-8.800 8.800zM11.700 5.700l2.600 2.600',
  delete: 'M4 5.500h12M8 5.500v-2h4v2M5.500 5.500l.7 11h7.600l.7-11M8.500 8.500v5M11.500 8.500v5',
  close: 'M5 5l10 10M15 5L5 15',
  link: 'M8.500 11.500l3-3M7 9.500l-2.200 2.200a2.500 2.500 0 0 0 3.500 3.500L10.500 13M13 10.500l2.200-2.200a2.500 2.500 0 0 0-3.500-3.500L9.500 7',
  person: 'M10 10.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3.500 17c.6-3.200 3.200-5 6.500-5s5.900 1.800 6.500 5',
  organisation: 'M4 17V7l6-3.500L16 7v10zM8 17v-3.500h4V17M8 9v.1M12 9v.1',
  retry: 'M15.500 6.500A6.500 6.500 0 1 0 16.500 11M15.800 3v3.700h-3.700',
};

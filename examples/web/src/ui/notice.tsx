import type { ComponentChildren } from 'preact';

/** Something to know before going on. A problem is read aloud at once. */
export function Notice({ kind = 'info', children }: { kind?: 'info' | 'problem'; children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role={kind === 'problem' ? 'alert' : 'note'}>
      {children}
    </div>
  );
}

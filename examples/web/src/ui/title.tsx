import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let isFirstPage = true;

/** A page's heading and its name in the browser. After a change of page the heading has the focus, so it is read aloud. */
export function Title({ name, children }: { name: string; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} · Field notes`;
    const { current } = heading;
    const hasFocus = document.activeElement !== null && document.activeElement !== document.body;
    if (!isFirstPage && !hasFocus) current?.focus();
    isFirstPage = false;
  }, [name]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

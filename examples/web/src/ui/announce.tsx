import { useEffect, useState } from 'preact/hooks';

const SHOWN_MS = 6000;
const said = new EventTarget();

/** Says that something is done: in a corner of the page, and to who listens to it. */
export function announce(text: string): void {
  said.dispatchEvent(new CustomEvent('announce', { detail: text }));
}

/** Where announcements appear. It is always there, since only then do screen readers notice that it changes. */
export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hear = (event: Event) => {
      clearTimeout(timer);
      setText((event as CustomEvent<string>).detail);
      timer = setTimeout(() => setText(''), SHOWN_MS);
    };
    said.addEventListener('announce', hear);
    return () => said.removeEventListener('announce', hear);
  }, []);
  return (
    <div class="announcer" role="status" aria-live="polite">
      {text !== '' && <p>{text}</p>}
    </div>
  );
}

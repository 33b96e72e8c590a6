import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * A control that is disabled while a form is busy loses the focus. Afterwards the form gives it to `current` of what this returns,
 * unless the person has gone on elsewhere.
 */
export function useReturningFocus(form: RefObject<HTMLElement | null>, isBusy: boolean) {
  const target = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const { activeElement, body } = document;
    const isElsewhere = activeElement !== body && !form.current?.contains(activeElement);
    if (!isBusy && !isElsewhere && target.current instanceof HTMLElement) target.current.focus();
  }, [isBusy]);
  return target;
}

// A formula set by KaTeX. The library is large, so it is fetched when the first formula is shown; until then, and for
// those who listen instead of look, there is the plain text.
import { useEffect, useRef, useState } from 'react';
import styles from './Formula.module.css';

type Render = typeof import('katex').default.render;

let loading: Promise<Render> | undefined;

function loadKatex(): Promise<Render> {
  loading ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(([katex]) => katex.default.render);
  return loading;
}

export interface FormulaProps {
  readonly tex: string;
  /** The same in plain text. */
  readonly plain: string;
}

export function Formula({ tex, plain }: FormulaProps) {
  const element = useRef<HTMLSpanElement>(null);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    let current = true;
    loadKatex().then(
      (render) => {
        if (!current || element.current === null) return;
        render(tex, element.current, { throwOnError: false, trust: false, strict: 'ignore', displayMode: false });
        setShown(true);
      },
      () => undefined, // The plain text stays; a formula is not worth an error.
    );
    return () => {
      current = false;
    };
  }, [tex]);
  return (
    <span className={styles.formula} tabIndex={0} role="math" aria-label={plain}>
      <span ref={element} aria-hidden="true" />
      {!shown && <code aria-hidden="true">{plain}</code>}
    </span>
  );
}

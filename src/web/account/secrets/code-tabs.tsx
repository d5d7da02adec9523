import type { VNode } from 'preact';
import { keyTexts as texts } from '../../texts/keys.ts';
import type { CodeSample } from './code-samples.ts';

/** Code samples in tabs, which are radio buttons: they work without scripts, and by keyboard. */
export function CodeTabs({ samples }: { samples: readonly CodeSample[] }): VNode {
  return (
    <fieldset class="code-tabs">
      <legend>{texts.samples}</legend>
      <div class="code-tab-row">
        {samples.map(({ id, name }, index) => (
          <label key={id} class="code-tab">
            <input type="radio" name="sample" value={id} checked={index === 0} />
            <span>{name}</span>
          </label>
        ))}
      </div>
      {samples.map(({ id, code }) => (
        <div key={id} class="code-panel" data-sample={id}>
          <pre>
            <code id={`sample-${id}`}>{code}</code>
          </pre>
          <button
            type="button"
            class="secondary"
            data-copy={`sample-${id}`}
            data-copied={texts.copied}
            aria-live="polite"
            hidden
          >
            {texts.copySample}
          </button>
        </div>
      ))}
    </fieldset>
  );
}

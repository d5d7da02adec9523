import type { VNode } from 'preact';
import type { DescribedField, DescribedRoute, DescribedTopic } from '../../http/operator/described-routes.ts';
import { Breakable } from '../frame/breakable.tsx';
import { Page } from '../frame/page.tsx';
import type { Frame } from '../frame/pages.service.ts';
import { docsTexts as texts } from '../texts/docs.ts';

export type DocsView = Frame & { readonly topics: readonly DescribedTopic[] };

/** All routes by topic, each folded until it is opened. */
export function DocsPage({ topics, ...frame }: DocsView): VNode {
  return (
    <Page {...frame} title={texts.title} width="wide">
      <div class="title">
        <h1>{texts.title}</h1>
        <p>
          {texts.lead} <a href={`${frame.basePath}/api/openapi.json`}>{texts.download}</a>
        </p>
      </div>
      <nav aria-label={texts.topics}>
        <ul class="topics">
          {topics.map(({ name }) => (
            <li key={name}>
              <a href={`#${anchorOf(name)}`}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
      {topics.map(topic => (
        <Topic key={topic.name} {...topic} />
      ))}
    </Page>
  );
}

function Topic({ name, description, routes }: DescribedTopic): VNode {
  return (
    <section aria-labelledby={anchorOf(name)}>
      <h2 id={anchorOf(name)}>{name}</h2>
      <p class="quiet">{description}</p>
      <div class="card routes">
        {routes.map(route => (
          <Route key={`${route.method} ${route.path}`} {...route} />
        ))}
      </div>
    </section>
  );
}

function Route({
  method,
  path,
  callers,
  summary,
  description,
  fields,
  bodyTypes,
  responses,
}: DescribedRoute): VNode {
  return (
    <details>
      <summary>
        <code>
          {method} <Breakable>{path}</Breakable>
        </code>{' '}
        <span>{summary}</span>
      </summary>
      {description === '' ? null : <p>{description}</p>}
      <p>
        {texts.callers}: {callers}
      </p>
      {bodyTypes.length === 0 ? null : (
        <p>
          {texts.body}: <code>{bodyTypes.join(` ${texts.or} `)}</code>
        </p>
      )}
      {fields.length === 0 ? null : <Fields fields={fields} />}
      <h3>{texts.responses}</h3>
      <dl class="details">
        {responses.map(({ status, meaning }) => (
          <div key={status}>
            <dt>{status}</dt>
            <dd>
              <Breakable>{meaning}</Breakable>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Fields({ fields }: { fields: readonly DescribedField[] }): VNode {
  return (
    <>
      <h3>{texts.fields}</h3>
      <dl class="details">
        {fields.map(({ name, place, isRequired, type, meaning }) => (
          <div key={`${place} ${name}`}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              <span class="quiet">
                {[texts.places[place] ?? place, isRequired && texts.required, type]
                  .filter(Boolean)
                  .join(' · ')}
              </span>{' '}
              {meaning}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function anchorOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\w ]/g, '')
    .replaceAll(' ', '-');
}

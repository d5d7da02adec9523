import type { VNode } from 'preact';
import type { ErrorCode } from '../../../errors/error-code.ts';
import { Problem } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { adminTexts as texts } from '../../texts/admin.ts';
import { AdminFrame } from './admin-frame.tsx';
import { adminProblemText } from './admin-problem.ts';

/** The page that says why a request of the operator failed. */
export function AdminNotice({ code, ...frame }: Frame & { code: ErrorCode }): VNode {
  return (
    <AdminFrame {...frame} section="overview" title={texts.problemTitle}>
      <h1>{texts.problemTitle}</h1>
      <Problem code={code}>{adminProblemText(code)}</Problem>
      <p>
        <a class="button" href={`${frame.basePath}/admin`}>
          {texts.back}
        </a>
      </p>
    </AdminFrame>
  );
}

// Every page works without these scripts.
import { addCopyButtons } from './copy-buttons.js';
import { showLocalTimes } from './local-times.js';
import { previewAccount } from './account-preview.js';

showLocalTimes(document);
addCopyButtons(document);
previewAccount(document);

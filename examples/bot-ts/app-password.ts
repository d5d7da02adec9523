// Posts as programs with an app password do, with the two strings changed: node app-password.ts "Good morning"
import { AtpAgent } from '@atproto/api';

const { LATCHKEY_URL = 'http://127.0.0.1:8787', LATCHKEY_KEY = '', HANDLE = '' } = process.env;
const [text = 'Hello from a bot'] = process.argv.slice(2);

const agent = new AtpAgent({ service: LATCHKEY_URL });
await agent.login({ identifier: HANDLE, password: LATCHKEY_KEY });
const { uri } = await agent.post({ text });
console.log(uri);

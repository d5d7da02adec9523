"""Posts as programs with an app password do, with the two strings changed: python3 app_password.py "Good morning" """

import os
import sys

from atproto import Client

text = sys.argv[1] if len(sys.argv) > 1 else "Hello from a bot"

client = Client(base_url=os.environ.get("LATCHKEY_URL", "http://127.0.0.1:8787"))
client.login(os.environ["HANDLE"], os.environ["LATCHKEY_KEY"])
print(client.send_post(text=text).uri)

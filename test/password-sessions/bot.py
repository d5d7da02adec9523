"""Signs in with a key as the app password, posts, and goes on with the exported session."""

import base64
import sys

from atproto import Client

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

broker, handle, key = sys.argv[1:]

client = Client(base_url=broker)
# The test network has no AppView, from which the default fetches a profile.
client.login(handle, key, fetch_bsky_profile=False)
print(client.send_post(text="from Python", profile_identify=handle).uri)
print(client.send_image(text="a picture", image=PIXEL, image_alt="a pixel", profile_identify=handle).uri)

again = Client(base_url=broker)
again.login(session_string=client.export_session_string(), fetch_bsky_profile=False)
print(again.send_post(text="from an imported session", profile_identify=handle).uri)

"""Posts with an API key and the standard library alone: python3 bot.py "Good morning" """

import json
import os
import sys
import time
from datetime import datetime, timezone
from urllib.error import HTTPError
from urllib.request import Request, urlopen

LATCHKEY_URL = os.environ.get("LATCHKEY_URL", "http://127.0.0.1:8787").rstrip("/")
LATCHKEY_KEY = os.environ["LATCHKEY_KEY"]

# After these errors of the broker a call was certainly not carried out, so it may be sent again.
NEVER_CARRIED_OUT = {
    "TooManyRequests",
    "TokenUnavailable",
    "SessionSuspended",
    "DatabaseUnavailable",
    "SealedRowUnreadable",
    "ShuttingDown",
}
TRIES = 5
LONGEST_WAIT_SECONDS = 60


def call(path, body=None):
    """Calls the broker: GET, or POST with a body. Waits and repeats where the answer asks for it."""
    headers = {"Authorization": f"Bearer {LATCHKEY_KEY}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    for tries in range(1, TRIES + 1):
        try:
            with urlopen(Request(LATCHKEY_URL + path, data, headers), timeout=60) as answer:
                return json.load(answer)
        except HTTPError as error:
            wait = seconds_to_wait(error, is_post=body is not None)
            if tries == TRIES or wait is None or wait > LONGEST_WAIT_SECONDS:
                raise
            time.sleep(wait)


def seconds_to_wait(error, is_post):
    """Returns None if the call must not be sent again."""
    if error.code not in (429, 503):
        return None
    is_refused = error.code == 429 or error.headers.get("Latchkey-Error") in NEVER_CARRIED_OUT
    if is_post and not is_refused:
        return None
    told = error.headers.get("Retry-After", "5")
    return int(told) if told.isdigit() else 5


def explain(error):
    try:
        problem = json.load(error)
    except ValueError:
        return str(error)
    # The key stays: it works again once its owner has signed in.
    if "reconnectUrl" in problem:
        return f"Sign in at {problem['reconnectUrl']}, then run the bot again."
    if problem.get("error") == "InvalidToken":
        return f"The key has ended. Make a new one at {LATCHKEY_URL}/account."
    return problem.get("message", str(error))


def main():
    text = sys.argv[1] if len(sys.argv) > 1 else "Hello from a bot"
    me = call("/api/me")
    post = {"text": text, "createdAt": datetime.now(timezone.utc).isoformat()}
    record = {"repo": me["did"], "collection": "app.bsky.feed.post", "record": post}
    print(call("/xrpc/com.atproto.repo.createRecord", record)["uri"])


if __name__ == "__main__":
    try:
        main()
    except HTTPError as error:
        sys.exit(explain(error))

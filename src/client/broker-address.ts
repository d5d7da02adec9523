const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Returns the address of a broker without a slash at its end. It may have a path, below which the broker's routes live.
 *
 * @throws TypeError for what is no URL, and for plain http beyond this machine, where others could read the key
 */
export function readBrokerAddress(broker: string | URL): string {
  const url = parse(broker);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!isSafe) throw new TypeError(`The broker's address must begin with https://, but is ${url.origin}`);
  if (url.username !== '' || url.password !== '')
    throw new TypeError("The broker's address must not contain a user name or password");
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function parse(broker: string | URL): URL {
  try {
    return new URL(broker);
  } catch {
    throw new TypeError(
      "The broker's address must be a URL, such as https://latchkey.example.org, but is " +
        (String(broker) === '' ? 'empty' : JSON.stringify(String(broker))),
    );
  }
}

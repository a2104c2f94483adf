// The link to the wallboard's server: messages as they come, and a new link whenever one is lost.

const SILENCE = 12_000; // the server says something every 5 s
const AGAIN = 2_000;

/**
 * Call `onPatch` with every message, and `onLost` whenever the server is out of reach.
 * Each new link begins with the whole board, so nothing of what was missed is missing.
 */
export function follow(onPatch, onLost) {
  let source;
  let watchdog;

  const listen = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(restart, SILENCE);
  };

  function restart() {
    onLost();
    connect();
  }

  function connect() {
    source?.close();
    source = new EventSource("/events");
    source.onmessage = (event) => {
      listen();
      onPatch(JSON.parse(event.data));
    };
    source.onerror = () => {
      onLost();
      // The browser itself tries again after a lost connection, but not after an error page, such
      // as that of a proxy whose server is away.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(watchdog);
        watchdog = setTimeout(connect, AGAIN);
      }
    };
    listen();
  }

  connect();
}

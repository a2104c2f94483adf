// The server's time: a screen's own clock may be wrong, or be set while the page is open.

let ahead = 0; // milliseconds by which the server's clock is ahead of ours
let heard = false;

/** Take over a time that the server has just told. */
export function hear(serverNow) {
  const sample = serverNow - Date.now();
  // What comes late makes a sample too small: the largest one is the best, until a clock was set.
  ahead = heard && Math.abs(sample - ahead) < 1500 ? Math.max(ahead, sample) : sample;
  heard = true;
}

/** Return the time on the server's clock, in milliseconds. */
export const now = () => Date.now() + ahead;

const two = (number) => String(number).padStart(2, "0");

/** Say how long ago a moment is: 0:07, 12:34, 1:02:03. */
export function lasting(since, until = now()) {
  if (since === null) return "";
  const seconds = Math.max(0, Math.floor((until - since) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = two(seconds % 60);
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Write a moment as a time of the day. */
export function timeOfDay(moment, withSeconds = false) {
  const date = new Date(moment);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return withSeconds ? `${time}:${two(date.getSeconds())}` : time;
}

const INTERVAL_MS = 2_000;

let live = true;

/** Whether views look for news by themselves. */
export function wireLiveButton(button) {
  button.addEventListener('click', () => {
    live = !live;
    button.setAttribute('aria-pressed', String(live));
  });
}

/**
 * Loads and shows, again and again while the view is open, live and seen. What did not change is not drawn again.
 * Gives what loads at once and what ends it.
 */
export function follow(load, show, fail) {
  let timer;
  let ended = false;
  let round = 0;
  let shown;
  const now = async () => {
    const mine = (round += 1);
    clearTimeout(timer);
    const [result, error] = await load().then(
      (loaded) => [loaded],
      (cause) => [undefined, cause],
    );
    if (ended || mine !== round) return;
    const text = error === undefined ? JSON.stringify(result) : `failed: ${error.message}`;
    if (text !== shown) {
      shown = text;
      if (error === undefined) show(result);
      else fail(error);
    }
    timer = setTimeout(tick, INTERVAL_MS);
  };
  const tick = () => {
    if (live && !document.hidden) void now();
    else timer = setTimeout(tick, INTERVAL_MS);
  };
  void now();
  const end = () => {
    ended = true;
    clearTimeout(timer);
  };
  return { now, end };
}

/** Says something to those who listen, when they are not being told anything else. The frame has the place for it. */
export function announce(text: string): void {
  const region = document.querySelector("[data-announcer]");
  if (region !== null) region.textContent = text;
}

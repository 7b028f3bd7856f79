/** Links with `data-opens` open that dialog, links with `data-closes` the one they stand in; without this script the address shows it (`#id`). */

export function openDialogsOnClick(): void {
  const refused = document.querySelector<HTMLDialogElement>("dialog[data-modal]");
  if (refused !== null) openModally(refused);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-opens], [data-closes]") : null;
    const dialog = link?.dataset["opens"] === undefined ? link?.closest("dialog") : document.getElementById(link.dataset["opens"]);
    if (link === null || !(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    if (link.dataset["opens"] === undefined) dialog.close();
    else openModally(dialog);
  });
}

function openModally(dialog: HTMLDialogElement): void {
  dialog.close();
  dialog.showModal();
}

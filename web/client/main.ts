/**
 * What every page runs: the theme, copying, tabs, charts, the search palette, and a look whether there are islands. Small, because all
 * pages pay for it; React comes only where an island is.
 */

import { walkCharts } from "./charts.ts";
import { copyOnClick } from "./copy.ts";
import { downloadCsvOnClick } from "./csv.ts";
import { openDialogsOnClick } from "./dialogs.ts";
import { keepQueryOnClick } from "./kept-query.ts";
import { openPaletteOnRequest } from "./palette-trigger.ts";
import { signInByAddress } from "./sign-in.ts";
import { switchTabs } from "./tabs.ts";
import { themeButton } from "./theme.ts";

themeButton();
copyOnClick();
downloadCsvOnClick();
walkCharts();
switchTabs();
keepQueryOnClick();
openPaletteOnRequest();
openDialogsOnClick();
signInByAddress();
if (document.querySelector("[data-island]") !== null) void import("./hydrate.tsx").then(({ hydrateIslands }) => hydrateIslands());

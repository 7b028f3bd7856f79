/**
 * Runs before anything is painted: sets the theme that was chosen, so that none flashes by, and says that scripts run. The
 * Content-Security-Policy allows this very text by its hash.
 */
export const themeScript =
  'var d=document.documentElement;d.dataset.js="";try{var t=localStorage.getItem("windrose-theme");if(t==="light"||t==="dark")d.dataset.theme=t}catch(e){}';

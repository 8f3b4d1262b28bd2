// Applies the chosen theme before the first paint, so that it does not flash. The rest of the
// page's script is WebAssembly, which comes later.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's theme it is.
}

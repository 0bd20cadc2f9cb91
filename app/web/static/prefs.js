// Text size and background chosen in the menu, applied before the first paint. The choice stays on the device.
try {
  for (const name of ["theme", "size"]) {
    const value = localStorage.getItem("kheo:" + name);
    if (value) document.documentElement.dataset[name] = value;
  }
} catch {
  // Storage is closed to us: the device's own settings hold.
}

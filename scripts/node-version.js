// Everfold needs Node 22.19. The `node` development dependency brings one, so that npm may itself run on an older Node;
// its install script must have run for that.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Everfold needs Node 22.19 or newer, and this is ${process.version}.\n` +
      "`npm ci` installs Node 24 as a development dependency, but only where install scripts are allowed.\n" +
      "Run `npm ci --ignore-scripts=false`, or use a newer Node.",
  )
  process.exit(1)
}

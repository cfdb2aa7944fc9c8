/** Owns which artifact a jar of a Quarkus distribution is, by the name of its file: group, artifact and version in one. */

const FILE = /^(?<path>.+)-(?<version>\d+\..+)\.jar$/
/** Artifacts of these have a dot of their own: jakarta.el:jakarta.el-api. */
const DOTTED = /^(?<group>.+)\.(?<artifact>jakarta\..+)$/
/** Others as well, after their first hyphen; groups have none, but for those that are called as their only artifact. */
const HYPHENED = /^(?<group>[^-]+)\.(?<artifact>[^-]+-.+)$/
const PLAIN = /^(?<group>.+)\.(?<artifact>[^.]+)$/

/** As `group:artifact:version`; undefined of one that is not named so, as what Quarkus makes when it builds itself. */
export function quarkusJar(file: string): string | undefined {
  const { path, version } = FILE.exec(file)?.groups ?? {}
  if (path === undefined || version === undefined) return undefined
  const { group, artifact } = (DOTTED.exec(path) ?? HYPHENED.exec(path) ?? PLAIN.exec(path))?.groups ?? {}
  return group === undefined ? undefined : `${group}:${artifact}:${version}`
}

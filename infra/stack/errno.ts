/** Owns the test of a system error by its code (ENOENT, EADDRINUSE, …). */

export function hasErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
